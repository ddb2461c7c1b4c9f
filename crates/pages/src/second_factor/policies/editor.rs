//! One policy as a form. What is left empty, a later policy or the settings say.

use std::collections::BTreeMap;

use askama::Template;

use super::Whose;
use crate::form::{Choice, Field, Picks, summary};
use crate::format;
use crate::layout::Frame;
use crate::parts::PageHead;
use crate::second_factor::provider::levels;

/// What the form holds. Texts stay as typed, so that a wrong one comes back as it was.
#[derive(Debug, Clone, Default)]
pub struct PolicyForm {
    /// The policy's id; empty for a new one.
    pub id: String,
    /// By the names of the fields.
    pub values: BTreeMap<String, String>,
    pub groups: Picks,
    pub except_groups: Picks,
    /// Kinds of proof: `(word, name, what it is)`.
    pub kinds: Vec<(String, &'static str, &'static str)>,
    /// The field that is wrong, and what is wrong with it.
    pub wrong: Option<(String, String)>,
    /// Why risks are not known; empty where they are.
    pub risk_unknown: String,
    /// Whether metadata are here by which keys prove their model.
    pub has_metadata: bool,
    /// The draft's version, to be sent back.
    pub version: i64,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "second_factor/policy.html")]
pub struct EditorPage {
    frame: Frame,
    head: PageHead,
    whose: Whose,
    form: PolicyForm,
}

impl EditorPage {
    /// One policy, to be changed.
    pub fn new(frame: Frame, whose: Whose, form: PolicyForm) -> Self {
        let title = if form.id.is_empty() { "New policy".to_owned() } else { form.get("name").to_owned() };
        let head = whose.head(&title).crumb("Policies", whose.at(""));
        let lead = "Saved as a draft: nothing changes for anybody before it is applied.";
        Self { head: head.lead(lead), frame, whose, form }
    }

    fn saves(&self) -> bool {
        self.frame.opens(self.whose.at("/save"))
    }

    fn find_at(&self) -> String {
        self.whose.at("/find")
    }

    fn whom(&self) -> Vec<Field> {
        self.form.whom(&self.find_at())
    }

    fn errors(&self) -> Vec<(String, String)> {
        self.form.errors(&self.find_at())
    }
}

impl PolicyForm {
    fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    fn is(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    fn error(&self, name: &str) -> String {
        let wrong = self.wrong.as_ref().filter(|(field, _)| field == name);
        wrong.map(|(_, text)| text.clone()).unwrap_or_default()
    }

    fn number(&self, name: &'static str, label: &str, unit: &'static str, (least, most): (u32, u32)) -> Field {
        Field::number(name, label, 0)
            .value(self.get(name))
            .unit(unit)
            .error(self.error(name))
            .attribute("max", most.to_string())
            .hint(format!("From {} to {}.", format::count(least.into()), format::count(most.into())))
            .optional()
    }

    /// What it is called, and whether it counts.
    fn about(&self) -> [Field; 2] {
        [
            Field::text("name", "Name")
                .value(self.get("name"))
                .error(self.error("name"))
                .attribute("required", "")
                .attribute("maxlength", "80"),
            Field::check("enabled", "Counts", self.is("enabled")).hint("Switched off, it is kept and rules nothing."),
        ]
    }

    /// For whom it is.
    fn whom(&self, find_at: &str) -> Vec<Field> {
        let people = vec![
            Choice::new("all", "Everybody"),
            Choice::new("members", "Not guests"),
            Choice::new("guests", "Guests only"),
        ];
        vec![
            Field::radio("people", "People", people).value(self.get("people")),
            Field::picker("groups", "Members of any of these groups", "groups", self.groups.clone())
                .find_at(find_at)
                .error(self.error("groups"))
                .hint("Directly or through another group. Without a group, everybody.")
                .optional(),
            Field::picker("except_groups", "But not members of any of these", "groups", self.except_groups.clone())
                .find_at(find_at)
                .optional(),
            Field::check("door_entra", "In sign-ins that Entra asks about", self.is("door_entra"))
                .hint("Entra does not tell the application: ask for it in Conditional Access."),
            Field::check("door_portal", "At the person’s own portal", self.is("door_portal"))
                .error(self.error("doors")),
            self.risk(),
            Field::check("risk_unknown", "Also for whom it is not known", self.is("risk_unknown"))
                .hint("Counts where a risk is chosen. Whoever was read to be at a risk stays at it until Entra says otherwise."),
        ]
    }

    /// At which risk.
    fn risk(&self) -> Field {
        let levels = vec![
            Choice::new("", "Any, and none"),
            Choice::new("low", "Low, or higher"),
            Choice::new("medium", "Medium, or higher"),
            Choice::new("high", "High"),
        ];
        let hint = if self.risk_unknown.is_empty() {
            "As Entra ID Protection says, read every five minutes.".to_owned()
        } else {
            format!("Nobody’s risk is known for now: {}.", self.risk_unknown)
        };
        Field::select("risk", "Risk", levels).value(self.get("risk")).hint(hint).error(self.error("risk"))
    }

    /// Which ways count.
    fn proofs(&self) -> Vec<Field> {
        let said = Field::check("rule_kinds", "Say which ways count", self.is("rule_kinds"))
            .hint("Only those below then. What somebody has of another is kept, and counts again without this policy.")
            .error(self.error("kinds"));
        let kinds = self.kinds.iter().map(|(word, name, about)| {
            let field = format!("kind_{word}");
            let checked = self.is(&field);
            Field::check(field, *name, checked).hint(*about)
        });
        [said].into_iter().chain(kinds).collect()
    }

    /// Which models of security keys are taken.
    fn models(&self) -> [Field; 3] {
        let required = if self.has_metadata {
            "Only keys that prove their model, by the FIDO metadata: no passkey that is copied between devices."
        } else {
            "No metadata are imported yet: no key can prove its model, and nobody could register one."
        };
        let modes = vec![
            Choice::new("", "As set elsewhere"),
            Choice::new("none", "Every passkey").hint("Whatever the settings say of models."),
            Choice::new("wanted", "By the lists below").hint("By what a key tells of its model, proved or not."),
            Choice::new("required", "Proof required").hint(required),
        ];
        let list = |name: &'static str, label: &str| {
            Field::area(name, label, 3).mono().value(self.get(name)).error(self.error(name)).optional()
        };
        [
            Field::radio("attestation_mode", "Models of security keys", modes)
                .cards()
                .value(self.get("attestation_mode"))
                .hint("Also of keys that are registered: those of other models count no more. The preview says whose.")
                .error(self.error("attestation_mode")),
            list("attestation_allow", "Models that are taken")
                .hint("Ids (AAGUID), one a line, as in Models of security keys. Left empty: every one that is not named below."),
            list("attestation_deny", "Models that are not").hint("Ids (AAGUID), one a line."),
        ]
    }

    /// How many.
    fn counts(&self) -> [Field; 2] {
        [
            self.number("most_factors", "A person may have", "factors", (1, 5)),
            self.number("least_factors", "A person must keep", "factors", (1, 5))
                .hint("From 1 to 5. The portal takes none away below it; the preview counts who has fewer."),
        ]
    }

    /// How the first factor comes.
    fn enrolment(&self) -> Vec<Field> {
        let ways = vec![
            Choice::new("", "As set elsewhere"),
            Choice::new("inline", "Within the first sign-in"),
            Choice::new("outside", "Not within a sign-in").hint("By a temporary code, or an import."),
        ];
        vec![
            Field::radio("enrolment", "The first factor", ways).value(self.get("enrolment")),
            Field::area("enrol_message", "What they are told then", 2)
                .value(self.get("enrol_message"))
                .error(self.error("enrol_message"))
                .attribute("maxlength", "500")
                .optional(),
            Field::check("guests", "Guests may register", self.is("guests"))
                .hint("Counts where the first factor is said here."),
        ]
    }

    /// When guessing ends.
    fn lockout(&self) -> Field {
        let (said, own) = (Choice::new("", "As set elsewhere"), Choice::new("own", "Own values").hint("Those below."));
        let levels = [said].into_iter().chain(levels()).chain([own]).collect();
        Field::radio("lockout", "Level", levels).cards().value(self.get("lockout")).error(self.error("lockout"))
    }

    fn lockout_values(&self) -> [Field; 3] {
        [
            self.number("wait_after", "Wait from this failure on", "failures", (1, 100)),
            self.number("lock_after", "Lock after", "failures", (3, 100)),
            self.number("longest_wait_seconds", "The longest wait", "seconds", (1, 3_600)),
        ]
    }

    /// How long something is remembered.
    fn memory(&self) -> [Field; 4] {
        [
            self.number("device_days", "Browsers are remembered for", "days", (0, 730))
                .hint("From 0 to 730; 0 remembers none. Shortened, it counts at once."),
            self.number("device_idle_days", "Forgotten without use after", "days", (1, 365)),
            self.number("session_minutes", "A session of the portal lasts", "minutes", (10, 720)),
            self.number("window", "A one-time code may be early or late by", "steps", (0, 10)),
        ]
    }

    fn errors(&self, find_at: &str) -> Vec<(String, String)> {
        let (lockout, values, memory) = ([self.lockout()], self.lockout_values(), self.memory());
        let some = self.about().into_iter().chain(self.whom(find_at)).chain(self.proofs()).chain(self.models());
        let all: Vec<Field> =
            some.chain(self.counts()).chain(self.enrolment()).chain(lockout).chain(values).chain(memory).collect();
        let mut errors = summary(&all.iter().collect::<Vec<_>>());
        if let (true, Some((_, text))) = (errors.is_empty(), &self.wrong) {
            errors.push(("policy-form".to_owned(), text.clone()));
        }
        errors
    }
}
