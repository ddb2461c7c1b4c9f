//! What policies look like.

use super::editor::{EditorPage, PolicyForm};
use super::history::{self, RevisionRow};
use super::preview::{AffectedRow, Looked, PreviewPage, PreviewView, ReachRow, RiskReach};
use super::rules::{self, RuleRow, RulesOf};
use super::*;
use crate::address::Address;
use crate::form::{Pick, Picks};
use crate::layout::Section;
use crate::sheet::Listed;
use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, frame};

fn whose() -> Whose {
    Whose { id: "t1".into(), tenant: "Contoso".into() }
}

fn policies() -> Vec<PolicyRow> {
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    let row = |id: &str, name: &str, whom: &[&str], rules: &[&str], difference| PolicyRow {
        id: id.into(),
        name: name.into(),
        enabled: id != "p3",
        whom: lines(whom),
        rules: lines(rules),
        difference,
    };
    vec![
        row(
            "p1",
            "Administrators",
            &["In Tier 0, Domain administrators", "Not in Break glass"],
            &["Ways: Passkey, Temporary code", "At least 2 factors", "Lockout: high", "Browsers are not remembered"],
            Difference::Changed,
        ),
        row("p2", "Guests", &["Guests"], &["First factor: not within a sign-in"], Difference::Same),
        row(
            "p3",
            "Shop floor",
            &["In Stores", "Risk: at least medium, or not known"],
            &["Ways: Hardware token", "Security keys: proof required, 2 models taken", "Browsers: 30 days, 14 unused"],
            Difference::New,
        ),
    ]
}

fn board(draft: bool) -> BoardView {
    let draft = draft.then(|| DraftView {
        saved: ago(5 * MINUTE),
        by: "operator:ada.lovelace".into(),
        dropped: vec!["Old pilot".into()],
    });
    BoardView { whose: whose(), policies: policies(), draft, revision: 3, version: 8, risk: None }
}

fn form() -> PolicyForm {
    let values = [
        ("name", "Administrators"),
        ("enabled", "yes"),
        ("people", "members"),
        ("door_entra", "yes"),
        ("door_portal", "yes"),
        ("risk", "medium"),
        ("risk_unknown", "yes"),
        ("rule_kinds", "yes"),
        ("kind_passkey", "yes"),
        ("attestation_mode", "wanted"),
        ("attestation_allow", "2fc0579f-8113-47ea-b116-bb5a8db9202a"),
        ("most_factors", "9"),
        ("least_factors", "2"),
        ("enrolment", "outside"),
        ("enrol_message", "The desk on the ground floor helps."),
        ("guests", "yes"),
        ("lockout", "high"),
        ("device_days", "0"),
        ("device_idle_days", "90"),
    ];
    let group = Pick { value: "group:g1".into(), name: "Tier 0".into(), sub: "Group, 12 members".into() };
    PolicyForm {
        id: "p1".into(),
        values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        groups: Picks { chosen: vec![group], found: None },
        kinds: vec![
            ("passkey".to_owned(), "Passkey", "Finger, face or PIN of a device, or a security key."),
            ("totp".to_owned(), "Authenticator app", "A code that changes every 30 seconds, in any app."),
        ],
        wrong: Some(("most_factors".into(), "Must be from 1 to 5.".into())),
        risk_unknown: "reading risks is not granted in Entra".into(),
        version: 8,
        ..PolicyForm::default()
    }
}

fn preview() -> PreviewView {
    let reach = |name: &str, people, without, unknown| ReachRow { name: name.into(), people, without, unknown };
    let person = |name: &str, effect, lost: &str, gained: &str, policy: &str| AffectedRow {
        object_id: name.replace(' ', "-"),
        name: name.into(),
        upn: format!("{}@contoso.example", name.to_lowercase().replace(' ', ".")),
        effect,
        lost: lost.into(),
        gained: gained.into(),
        policy: policy.into(),
        href: "/second-factor/people/a1".into(),
    };
    PreviewView {
        whose: whose(),
        looked: Looked::Draft(8),
        counted: ago(MINUTE),
        by: "operator:ada.lovelace".into(),
        outdated: false,
        in_force: 3,
        people: 412,
        outside: 361,
        loses_last: 2,
        loses: 9,
        gains: 1,
        short: 5,
        policies: vec![reach("Administrators", 12, 2, 0), reach("Shop floor", 39, 4, 1)],
        risk: Some(RiskReach {
            low: 4,
            medium: 2,
            high: 1,
            unknown: 12,
            why: "the last read is too long ago",
            stuck: 3,
        }),
        affected: Listed::of(
            vec![
                person("Jon Bell", "Loses the last one", "Authenticator app", "", "Administrators"),
                person("Mia Okafor", "Loses one, keeps another", "Authenticator app", "", "Administrators"),
                person("Zoe Marsh", "Gets one back", "", "Hardware token", ""),
            ],
            Some("c1"),
        ),
        effect: String::new(),
        words: String::new(),
        here: Address::new("/second-factor/providers/t1/policies/preview"),
        error: String::new(),
    }
}

fn revisions() -> Vec<RevisionRow> {
    let row = |revision, age, reason: &str, restores, loses_last| RevisionRow {
        revision,
        at: ago(age),
        by: "operator:ada.lovelace".into(),
        reason: reason.into(),
        restores,
        policies: 2,
        loses_last,
    };
    vec![
        row(3, HOUR, "Too early for the shops", Some(1), 0),
        row(2, DAY, "Tokens for the shops", None, 4),
        row(1, 9 * DAY, "", None, 0),
    ]
}

pub fn add(gallery: &mut Gallery) {
    let frame_of = || frame("Policies of Contoso", Section::SecondFactor);
    gallery.add("policies", &page(frame_of(), &board(true)));
    gallery.add("policies-in-force", &page(frame_of(), &board(false)));
    let why = "reading risks is not granted in Entra";
    let risk = Some((why, "add the permission to the tenant's application, then test the tenant".to_owned()));
    gallery.add("policies-risk-unknown", &page(frame_of(), &BoardView { risk, ..board(false) }));
    let nothing = BoardView { policies: Vec::new(), revision: 0, version: 0, ..board(false) };
    gallery.add("policies-empty", &page(frame_of(), &nothing));
    gallery.add("policies-discard", &ask_discard(frame_of(), &whose(), 8));
    gallery.add("policy", &EditorPage::new(frame_of(), whose(), form()));
    let new = PolicyForm { id: String::new(), ..PolicyForm::default() };
    gallery.add("policy-new", &EditorPage::new(frame_of(), whose(), new));
    gallery.add("policies-preview", &PreviewPage::new(frame_of(), preview()));
    let error = "2 people would lose the last factor that they can use.".to_owned();
    gallery.add("policies-preview-refused", &PreviewPage::new(frame_of(), PreviewView { error, ..preview() }));
    let back = PreviewView {
        looked: Looked::Back(0),
        loses_last: 0,
        policies: Vec::new(),
        risk: None,
        affected: Listed::of(Vec::new(), None),
        ..preview()
    };
    gallery.add("policies-preview-back", &PreviewPage::new(frame_of(), back));
    let outdated = PreviewView { outdated: true, ..preview() };
    gallery.add("policies-preview-outdated", &PreviewPage::new(frame_of(), outdated));
    let here = Address::new("/second-factor/providers/t1/policies/history");
    let rows = revisions();
    let listed = history::page(frame_of(), &whose(), (&rows, 3), Some("c1"), &here);
    gallery.add("policies-history", &listed);
    let nothing = history::page(frame_of(), &whose(), (&[], 0), None, &here);
    gallery.add("policies-history-empty", &nothing);
    super::risk::samples::add(gallery);
    let of = RulesOf {
        id: "a1".into(),
        name: "Mia Okafor".into(),
        revision: 3,
        policies_href: "/second-factor/providers/t1/policies".into(),
        risk: "Risk: high".into(),
    };
    let row = |said: &str, at, policy: &str, path: &[&str]| RuleRow {
        said: said.into(),
        at,
        policy: policy.into(),
        path: path.iter().map(|name| ((*name).to_owned(), format!("/directory/groups/{name}"))).collect(),
    };
    let in_force = [
        row("Ways: Passkey, Temporary code", "Everywhere", "Administrators", &["Domain administrators", "Tier 0"]),
        row("At most 5 factors", "Everywhere", "", &[]),
        row("Portal: 30 minutes", "At the portal", "Short visits", &[]),
    ];
    gallery.add("policies-rules", &rules::page(frame_of(), &of, &in_force));
    gallery.add("policies-revision", &history::revision(frame_of(), &whose(), &rows[1], &policies(), 3));
}
