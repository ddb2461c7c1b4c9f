//! Policies: prepared, previewed, put in force, undone; and what they do to a sign-in meanwhile.

use directory::State;
use kernel::{PageRequest, Role};
use serde_json::json;
use testkit::{on_each_database, operator};
use uuid::Uuid;

use super::desk::{Desk, HERE, origin};
use super::hall::Hall;
use super::passing::{App, answer};
use super::readiness::count;
use crate::MfaError;
use crate::attempts::{Attempt, AttemptFilter};
use crate::authorize::Begun;
use crate::factors::NewCode;
use crate::model::FactorKind::{Passkey, Temporary, Totp};
use crate::permissions::{ChangePolicies, IssueCode, ReadMfa};
use crate::policy::{
    AffectedFilter, Door, Enrolment, LockoutLevel, LockoutRule, NewDraft, Order, Policy, PolicyEffect, Preview,
    Revision, Rule, Rules, Undo, Whom,
};
use crate::prove::Proved;
use crate::readiness::Lack;
use crate::readiness::policy::Policy as Conditional;

const BOARD: Uuid = Uuid::from_u128(77);

pub(super) fn policy(name: &str, groups: &[Uuid], rules: Rules) -> Policy {
    let whom = Whom { groups: groups.to_vec(), ..Whom::default() };
    let written = json!({ "name": name, "whom": whom, "rules": rules });
    serde_json::from_value(written).unwrap()
}

/// Only passkeys, and codes of the helpdesk.
pub(super) fn no_app() -> Rules {
    Rules { kinds: Some(vec![Passkey, Temporary]), ..Rules::default() }
}

/// An administrator at work on the policies.
pub(super) struct Author<'a>(pub(super) &'a Desk);

impl Author<'_> {
    fn may(&self) -> kernel::May<ChangePolicies> {
        self.0.may(ChangePolicies { tenant: self.0.hall.tenant })
    }

    pub(super) async fn save(&self, policies: Vec<Policy>, version: Option<i64>) -> Result<i64, MfaError> {
        let draft = self.0.hall.mfa.save_draft(&self.may(), NewDraft { policies, version }).await?;
        Ok(draft.version)
    }

    pub(super) async fn preview(&self, revision: Option<i64>) -> Preview {
        self.0.hall.mfa.preview_policies(&self.may(), revision).await.unwrap()
    }

    async fn apply(&self, version: i64, confirmation: Option<&str>) -> Result<Revision, MfaError> {
        let order = Order { version, confirmation: confirmation.map(str::to_owned), reason: Some("a test".to_owned()) };
        self.0.hall.mfa.apply_policies(&self.may(), &order).await
    }

    /// Puts policies in force, whoever loses what.
    pub(super) async fn enforce(&self, policies: Vec<Policy>) {
        let version = self.save(policies, None).await.unwrap();
        self.apply(version, Some("Contoso")).await.unwrap();
    }
}

pub(super) async fn last_attempt(hall: &Hall) -> Attempt {
    let auditor = operator(hall.db.organisation, Role::Auditor);
    let page = PageRequest::first(1);
    let found = hall.mfa.list_attempts(&auditor.may(ReadMfa {}).unwrap(), &AttemptFilter::default(), &page).await;
    found.unwrap().items.remove(0)
}

/// Mia signs in by her app; whether she comes in.
pub(super) async fn signs_in(desk: &Desk, app: &App, nonce: &str) -> bool {
    desk.pass(30);
    let (id, browser) = desk.hall.begin(nonce).await;
    let code = app.code(desk.hall.db.env.now());
    matches!(answer(&desk.hall, id, &browser, &code).await, Proved::Answer(_))
}

#[tokio::test]
async fn a_policy_is_prepared_previewed_applied_with_the_reason_in_the_log_and_undone() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (author, mfa, tenant) = (Author(&desk), &desk.hall.mfa, desk.hall.tenant);
        let reader = desk.may(ReadMfa {});
        desk.directory_says(State::Active, Some(BOARD)).await;
        let app = desk.app().await;

        let version = author.save(vec![policy("Board", &[BOARD], no_app())], Some(0)).await.unwrap();
        assert!(matches!(author.save(Vec::new(), Some(0)).await, Err(MfaError::Stale)), "somebody was quicker");
        let board = mfa.get_policies(&reader, tenant).await.unwrap();
        assert_eq!((board.revision, board.policies.len(), board.draft_version), (0, 0, version));
        assert!(signs_in(&desk, &app, "n-1").await, "a draft changes nothing");
        assert_eq!(last_attempt(&desk.hall).await.ruled, None);

        let preview = author.preview(None).await;
        let figures = &preview.figures;
        assert_eq!((preview.draft, preview.in_force), (Some(version), 0));
        assert_eq!((figures.people, figures.outside, figures.loses_last, figures.loses), (1, 0, 1, 0));
        assert_eq!((figures.policies[0].people, figures.policies[0].without), (1, 1));
        let people = async |effect| {
            let filter = AffectedFilter { effect, text: Some("MIA".to_owned()) };
            mfa.list_affected(&reader, tenant, &filter, &PageRequest::first(10)).await.unwrap().items
        };
        let found = people(Some(PolicyEffect::LosesLast)).await;
        assert_eq!((found[0].account, found[0].lost.as_slice()), (desk.mia.id, [Totp].as_slice()));
        assert_eq!((found.len(), found[0].policy.as_deref()), (1, Some("Board")));
        assert_eq!(people(Some(PolicyEffect::Gains)).await.len(), 0);

        for typed in [None, Some(""), Some("contoso")] {
            let refused = author.apply(version, typed).await;
            assert!(matches!(refused, Err(MfaError::LastFactors { people: 1, .. })), "{typed:?}: {refused:?}");
        }
        assert!(signs_in(&desk, &app, "n-2").await, "what is refused changes nothing");
        let applied = author.apply(version, Some("Contoso")).await.unwrap();
        assert_eq!((applied.summary.revision, applied.summary.loses_last), (1, 1));
        assert!(matches!(author.apply(version, Some("Contoso")).await, Err(MfaError::Stale)), "a draft counts once");

        let (id, browser) = desk.hall.begin("n-3").await;
        let shown = mfa.challenge(id, &browser).await.unwrap();
        assert!(shown.factors.is_empty() && shown.enrol.is_empty(), "{shown:?}");
        assert!(!signs_in(&desk, &app, "n-4").await);
        let ruled = last_attempt(&desk.hall).await.ruled.expect("the reason is in the log");
        assert_eq!((ruled.revision, ruled.given.len()), (1, 1));
        let given = &ruled.given[0];
        assert_eq!((given.rule, given.name.as_str(), given.group), (Rule::Kinds, "Board", Some(BOARD)));

        let back = author.preview(Some(0)).await;
        assert_eq!((back.figures.gains, back.figures.loses_last, back.revision), (1, 0, Some(0)));
        let late = Undo { in_force: 0, ..Undo::default() };
        assert!(matches!(mfa.undo_policies(&author.may(), &late).await, Err(MfaError::Stale)));
        let undone = mfa.undo_policies(&author.may(), &Undo { in_force: 1, ..Undo::default() }).await.unwrap();
        assert_eq!((undone.summary.revision, undone.summary.restores, undone.policies.len()), (2, Some(0), 0));
        assert!(signs_in(&desk, &app, "n-5").await, "it is given back");
        assert_eq!(last_attempt(&desk.hall).await.ruled, None);

        let history = mfa.list_policy_revisions(&reader, tenant, &PageRequest::first(1)).await.unwrap();
        assert_eq!((history.items[0].revision, history.next.is_some()), (2, true));
        let rest = PageRequest::new(1, history.next);
        let rest = mfa.list_policy_revisions(&reader, tenant, &rest).await.unwrap();
        assert_eq!((rest.items[0].revision, rest.items[0].reason.as_deref()), (1, Some("a test")));
        assert_eq!(mfa.get_policy_revision(&reader, tenant, 1).await.unwrap().policies[0].name, "Board");
        let events = desk.events().await;
        let ours: Vec<_> = events.iter().filter(|name| name.starts_with("mfa.polic")).map(String::as_str).collect();
        assert_eq!(ours, ["mfa.policies_drafted", "mfa.policies_applied", "mfa.policies_undone"]);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_missed_and_what_was_prepared_on_other_ground_is_not_applied() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (author, mfa) = (Author(&desk), &desk.hall.mfa);
        desk.app().await;
        author.save(vec![policy("All", &[], no_app())], None).await.unwrap();
        let figures = author.preview(None).await.figures;
        assert_eq!((figures.people, figures.loses_last), (0, 1), "also whom the directory does not hold");
        desk.directory_says(State::Disabled, None).await;
        assert_eq!(author.preview(None).await.figures.loses_last, 0, "who is disabled cannot lose anything");
        desk.directory_says(State::Active, None).await;
        let first = author.preview(None).await;
        assert_eq!((first.figures.people, first.figures.loses_last), (1, 1));
        let unknown = author.save(vec![policy("Nobody", &[Uuid::from_u128(5)], no_app())], None).await.unwrap();
        let figures = author.preview(None).await.figures;
        assert_eq!((figures.outside, figures.loses_last), (1, 0));
        assert_eq!(figures.policies[0].unknown_groups, [Uuid::from_u128(5)], "a group that nobody knows is named");
        let affected = AffectedFilter::default();
        let (reader, page) = (desk.may(ReadMfa {}), PageRequest::first(10));
        let left = mfa.list_affected(&reader, desk.hall.tenant, &affected, &page).await.unwrap();
        assert!(left.items.is_empty(), "people of the preview before are gone");

        // Somebody applies and undoes while a draft of before lies there.
        author.apply(unknown, None).await.unwrap();
        let stale = author.save(vec![policy("Other", &[BOARD], no_app())], None).await.unwrap();
        mfa.undo_policies(&author.may(), &Undo { in_force: 1, ..Undo::default() }).await.unwrap();
        let refused = author.apply(stale, None).await;
        assert!(matches!(&refused, Err(MfaError::Conflict(why)) if why.contains("revision 1")), "{refused:?}");
        mfa.discard_draft(&author.may(), stale).await.unwrap();
        assert!(matches!(mfa.discard_draft(&author.may(), stale).await, Err(MfaError::Stale)));
        let wrong = Rules { most_factors: Some(9), ..Rules::default() };
        assert!(matches!(author.save(vec![policy("x", &[], wrong)], None).await, Err(MfaError::Invalid(_))));
        for role in [Role::Helpdesk, Role::Auditor] {
            let who = operator(desk.hall.db.organisation, role);
            assert!(who.may(ChangePolicies { tenant: desk.hall.tenant }).is_err(), "{role}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_rule_counts_where_people_are_judged() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (author, mfa, hall) = (Author(&desk), &desk.hall.mfa, &desk.hall);
        desk.directory_says(State::Active, Some(BOARD)).await;
        let enrolment = Enrolment { inline: false, message: Some("Ask the desk.".to_owned()), guests: true };
        let strict = Rules {
            enrolment: Some(enrolment),
            lockout: Some(LockoutRule::Level { level: LockoutLevel::High }),
            least_factors: Some(2),
            ..Rules::default()
        };
        let mut short = policy("Portal", &[], Rules { session_minutes: Some(10), ..Rules::default() });
        short.whom.doors = vec![Door::Portal];
        author.enforce(vec![policy("Board", &[BOARD], strict), short]).await;

        let (id, browser) = hall.begin("n-1").await;
        let shown = mfa.challenge(id, &browser).await.unwrap();
        assert_eq!((shown.enrol.len(), shown.enrol_message.as_deref()), (0, Some("Ask the desk.")));
        let mut tx = hall.db.store.begin().await.unwrap();
        let entered = mfa.begin_session(&mut tx, &desk.mia, None, &origin(HERE)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(entered.until.since(hall.db.env.now()).as_secs(), 600);

        let rules = mfa.get_rules(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
        let by = |door: Door| {
            let found = rules.doors.iter().find(|rules| rules.door == door).unwrap();
            found.because.iter().map(|reason| (reason.given.rule, reason.path.len())).collect::<Vec<_>>()
        };
        let expected = [(Rule::LeastFactors, 1), (Rule::Enrolment, 1), (Rule::Lockout, 1)];
        assert_eq!(by(Door::Entra), expected, "by the group itself");
        assert_eq!(by(Door::Portal)[3], (Rule::Session, 0));

        let app = desk.app().await;
        for _ in 0..5 {
            desk.pass(900);
            let (id, browser) = hall.begin(&format!("wrong {}", hall.db.env.now())).await;
            answer(hall, id, &browser, "000000").await;
        }
        desk.pass(900);
        assert!(!signs_in(&desk, &app, "locked").await, "five are enough");
        assert_eq!(last_attempt(hall).await.reason, "locked");

        author.enforce(vec![policy("No help", &[BOARD], Rules { kinds: Some(vec![Totp]), ..Rules::default() })]).await;
        let code = NewCode { reason: "lost".to_owned(), ticket: None, valid_minutes: None, several_uses: false };
        let refused = mfa.issue_code(&desk.may(IssueCode { account: desk.mia.id }), &code).await.map(drop);
        assert!(matches!(&refused, Err(MfaError::Conflict(why)) if why.contains("switched off")), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn what_entra_asks_is_held_against_the_persons_rules_and_readiness_counts_by_them() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (author, hall) = (Author(&desk), &desk.hall);
        desk.directory_says(State::Active, Some(BOARD)).await;
        desk.app().await;
        author.enforce(vec![policy("Board", &[BOARD], no_app())]).await;
        let asked =
            json!({ "id_token": { "acr": { "values": ["possessionorinherence"] }, "amr": { "values": ["otp"] } } });
        let mut form = hall.form("n-1");
        form.iter_mut().find(|(name, _)| *name == "claims").unwrap().1 = asked.to_string();
        // A code of the helpdesk is one, too.
        assert!(matches!(hall.authorize(&form).await, Begun::Prove { .. }));
        let only = Rules { kinds: Some(vec![Passkey]), ..Rules::default() };
        author.enforce(vec![policy("Board", &[BOARD], only)]).await;
        let mut form = hall.form("n-2");
        form.iter_mut().find(|(name, _)| *name == "claims").unwrap().1 = asked.to_string();
        desk.pass(1);
        assert!(matches!(hall.authorize(&form).await, Begun::Return(_)));
        let attempt = last_attempt(hall).await;
        assert_eq!((attempt.reason.as_str(), attempt.ruled.is_some()), ("claims_unmeetable", true));

        let everybody = json!({
            "id": "all", "displayName": "all", "state": "enabled",
            "conditions": { "users": { "includeUsers": ["All"] } }, "grantControls": { "builtInControls": ["mfa"] },
        });
        let conditional = || vec![Conditional::read(&everybody).unwrap()];
        let provider = desk.provider().await;
        let counted = count(&desk, &provider, conditional()).await;
        assert_eq!((counted.without, desk.unready().await[0].why), (1, Lack::SwitchedOff));
        author.enforce(Vec::new()).await;
        let counted = count(&desk, &desk.provider().await, conditional()).await;
        assert_eq!(counted.without, 0);
    })
    .await;
}
