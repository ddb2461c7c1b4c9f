//! What is set for a tenant, as a form.

use std::collections::BTreeMap;

use mfa::policy::LockoutLevel;
use mfa::settings::FirstFactor;

use super::{Concern, ProviderPage};
use crate::form::{Choice, Field, summary};
use crate::format;
use crate::parts::{Action, Callout, Tone};
use crate::render::sentence;

/// The levels at which guessing ends, from patient to strict.
pub fn levels() -> impl Iterator<Item = Choice> {
    LockoutLevel::ALL.iter().map(|level| {
        let name = match level {
            LockoutLevel::Low => "Low",
            LockoutLevel::Medium => "Medium",
            LockoutLevel::High => "High",
        };
        let limits = level.limits(0);
        let minutes = format::plural((limits.longest_wait_seconds / 60).into(), "minute", "minutes");
        Choice::new(level.as_str(), name).hint(format!(
            "A wait after {}, the lock after {}. At most {minutes} between two tries.",
            limits.wait_after, limits.lock_after
        ))
    })
}

/// What the form holds. Texts stay as typed, so that a wrong one comes back as it was.
#[derive(Debug, Clone, Default)]
pub struct SettingsForm {
    /// By the names of the fields.
    pub values: BTreeMap<String, String>,
    /// Kinds of proof: `(word, name, what it is)`.
    pub kinds: Vec<(String, &'static str, &'static str)>,
    /// The field that is wrong, and what is wrong with it.
    pub wrong: Option<(String, String)>,
    /// How codes that are sent stand, where it could be read.
    pub delivery: Option<DeliveryView>,
    /// Whom what was typed would concern, where it was looked at.
    pub concern: Option<Concern>,
}

/// How codes that are sent stand.
#[derive(Debug, Clone, Default)]
pub struct DeliveryView {
    pub granted: bool,
    pub permission: String,
    /// What to do next; empty where nothing is to be done.
    pub mend: String,
    /// Where an administrator of the tenant consents.
    pub consent_url: String,
    /// Whether a mail server is configured.
    pub mail: bool,
    /// What has a gateway: `text messages`, `calls`.
    pub gateways: Vec<String>,
    pub messages_today: u64,
    /// Whether the day's money is spent.
    pub capped: bool,
}

impl DeliveryView {
    /// Whether codes can be sent, and what is missing.
    pub fn callout(&self) -> Callout {
        if !self.granted {
            let text = format!(
                "Nobody is offered codes by mail, text message or call: {} is missing. Everything else works.",
                self.permission
            );
            return Callout::new(Tone::Info, "Codes that are sent: not granted", text)
                .items(vec![sentence(&self.mend)])
                .action(Action::go("Grant now", &self.consent_url));
        }
        let ways = self.mail.then(|| "mail".to_owned()).into_iter().chain(self.gateways.iter().cloned());
        let ways: Vec<_> = ways.collect();
        if ways.is_empty() {
            let text = "Addresses may be read, and nothing delivers: configure a mail server, or a gateway for text messages and calls.";
            return Callout::new(Tone::Warn, "Codes that are sent: nothing delivers them", text);
        }
        let today = crate::format::plural(self.messages_today, "message", "messages");
        let text = format!("By {}. {today} today.", ways.join(", "));
        if self.capped {
            Callout::new(Tone::Warn, "Codes that are sent: the day’s money is spent", text)
        } else {
            Callout::new(Tone::Ok, "Codes that are sent: granted", text)
        }
    }
}

impl SettingsForm {
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

    fn number(&self, name: &'static str, label: &str, unit: &'static str, least: u32, most: u32) -> Field {
        Field::number(name, label, 0)
            .value(self.get(name))
            .unit(unit)
            .error(self.error(name))
            .attribute("max", most.to_string())
            .hint(format!("From {} to {}.", format::count(least.into()), format::count(most.into())))
    }

    fn text(&self, name: &'static str, label: &str) -> Field {
        Field::text(name, label).value(self.get(name)).error(self.error(name))
    }

    /// How people may prove themselves.
    pub fn proofs(&self) -> Vec<Field> {
        let kinds = self.kinds.iter().map(|(word, name, about)| {
            let field = format!("kind_{word}");
            let checked = self.is(&field);
            Field::check(field, *name, checked).hint(*about)
        });
        let mut fields: Vec<_> = kinds.collect();
        if let Some(first) = fields.first_mut() {
            *first = first.clone().error(self.error("kinds"));
        }
        fields.push(
            Field::check("web_push", "Browsers in which people agree may tell them by web push", self.is("web_push"))
                .hint("Also while their page is closed, where a person asks for it there. The push service learns nothing but that there is something to look at."),
        );
        fields.push(
            self.number("most_factors", "Factors that a person may have", "factors", 1, 5)
                .hint("From 1 to 5. Recovery and temporary codes do not count. Whoever has more keeps them."),
        );
        fields.push(self.number("least_factors", "Factors that a person must keep", "factors", 1, 5).hint(
            "From 1 to as many as they may have. The portal takes none away below it. Whoever has fewer can pass.",
        ));
        fields.push(
            self.number("window", "A one-time code may be early or late by", "steps", 0, 10)
                .hint("From 0 to 10, of 30 seconds each. Clocks that drift are learnt beyond that."),
        );
        fields
    }

    /// How a person without a factor gets the first one.
    pub fn enrolment(&self) -> Vec<Field> {
        let first = [
            Choice::new(FirstFactor::SignIn.as_str(), "A fresh sign-in, or a temporary code")
                .hint("The password does, within ten minutes; whoever was given a code enters it."),
            Choice::new(FirstFactor::Code.as_str(), "A temporary code alone")
                .hint("Your helpdesk gives it. The password registers nothing."),
        ];
        vec![
            Field::check("enrol_inline", "Register within the first sign-in", self.is("enrol_inline"))
                .hint("Otherwise people need a temporary code, or an import, before Entra asks them."),
            Field::radio("first_factor", "What registers the first factor at the portal", first.into())
                .value(self.get("first_factor")),
            Field::area("enrol_message", "What they are told then", 2)
                .value(self.get("enrol_message"))
                .error(self.error("enrol_message"))
                .attribute("maxlength", "500")
                .hint("Where to get help, or why this is needed.")
                .optional(),
            Field::check("guests", "Guests may register", self.is("guests")),
        ]
    }

    /// When guessing ends.
    pub fn lockout(&self) -> Field {
        let own = Choice::new("own", "Own values").hint("Those below.");
        Field::radio("lockout", "Level", levels().chain([own]).collect()).cards().value(self.get("lockout"))
    }

    /// The values, for those who want others.
    pub fn lockout_values(&self) -> [[Field; 2]; 2] {
        [
            [
                self.number("wait_after", "Wait from this failure on", "failures", 1, 100),
                self.number("lock_after", "Lock after", "failures", 3, 100),
            ],
            [
                self.number("longest_wait_seconds", "The longest wait", "seconds", 1, 3_600),
                self.number("address_limit", "From one address, over all people", "failures an hour", 0, 100_000)
                    .hint("0 for no such limit. Raise it where many people share an address."),
            ],
        ]
    }

    /// Codes of administrators.
    pub fn temporary(&self) -> [Field; 2] {
        [
            self.number("default_minutes", "Valid for, usually", "minutes", 10, 43_200),
            self.number("longest_minutes", "At most", "minutes", 10, 43_200),
        ]
    }

    /// Codes that are sent by mail, text message or call.
    pub fn sent(&self) -> Vec<Field> {
        let when = [("deny", "Nothing is sent there"), ("ask_another", "Only where the person has no other factor")];
        let when = when.map(|(value, name)| Choice::new(value, name)).into();
        vec![
            Field::text("sent_countries", "Countries that are texted and called")
                .value(self.get("sent_countries"))
                .error(self.error("sent_countries"))
                .optional()
                .hint("Two letters each, with spaces between: SE DE. Numbers of other countries are not offered; without any, none is."),
            Field::radio("sent_when_changed", "Where an address or number has changed lately", when)
                .value(self.get("sent_when_changed")),
            self.text("sent_subject", "Subject of a letter").optional().attribute("maxlength", "500"),
            Field::area("sent_text", "What is sent", 2)
                .value(self.get("sent_text"))
                .error(self.error("sent_text"))
                .optional()
                .attribute("maxlength", "500")
                .hint("With {code}, and {minutes}. Left empty: our own words, in the person’s language."),
        ]
    }

    /// Their figures.
    pub fn sent_values(&self) -> [[Field; 2]; 3] {
        [
            [
                self.number("sent_digits", "Digits of a code", "digits", 6, 8),
                self.number("sent_code_minutes", "Counts for", "minutes", 1, 5),
            ],
            [
                self.number("sent_resend_seconds", "Another one after", "seconds", 15, 300),
                self.number("sent_most_an_hour", "To one person, at most", "an hour", 1, 30),
            ],
            [
                self.number("sent_daily_spend", "Messages and calls may cost", "hundredths a day", 0, 10_000_000),
                self.number("sent_changed_days", "A change counts as recent for", "days", 0, 90),
            ],
        ]
    }

    /// Which models of security keys are taken.
    pub fn models(&self) -> Vec<Field> {
        let modes = [
            ("none", "Not asked", "Every passkey is taken. The model that a key tells is not kept as proved."),
            ("wanted", "Asked for", "The model is kept, proved or not. The lists below and known flaws count."),
            (
                "required",
                "Required",
                "Only keys that prove their model, by the FIDO metadata: no passkey that is copied between devices.",
            ),
        ];
        let modes = modes.map(|(value, name, hint)| Choice::new(value, name).hint(hint));
        let list = |name: &'static str, label: &str| {
            Field::area(name, label, 3).mono().value(self.get(name)).error(self.error(name)).optional()
        };
        vec![
            Field::radio("attestation_mode", "Proof of the model", modes.into())
                .cards()
                .value(self.get("attestation_mode"))
                .error(self.error("attestation_mode")),
            list("attestation_allow", "Models that are taken")
                .hint("Ids (AAGUID), one a line. Left empty: every one that is not named below."),
            list("attestation_deny", "Models that are not").hint("Ids (AAGUID), one a line."),
        ]
    }

    /// Letters to people.
    pub fn notices(&self) -> [Field; 2] {
        [
            Field::check("notices_enabled", "Tell people by mail", self.is("notices_enabled"))
                .hint("When a temporary code was made, a factor was added or removed, a loss or “not me” was reported, or they were locked. Never with a code."),
            self.text("notices_contact", "Whom they turn to")
                .optional()
                .attribute("maxlength", "200")
                .hint("Stands in every letter: the helpdesk’s number or address."),
        ]
    }

    /// For whom two administrators are needed.
    pub fn privileged(&self) -> Field {
        Field::area("privileged_groups", "Groups whose members need a second administrator", 3)
            .mono()
            .value(self.get("privileged_groups"))
            .error(self.error("privileged_groups"))
            .hint("Object ids, one a line. A temporary code for a member, directly or through another group, waits for another operator.")
            .optional()
    }

    /// What has to be right before a policy is put in force.
    pub fn roll_out(&self) -> [Field; 2] {
        [
            self.number("readiness_percent", "People who must be able to pass", "% of those a policy hits", 0, 100)
                .hint("Below it the readiness report says not to put the policy in force."),
            Field::area("break_glass", "Break-glass accounts", 3)
                .mono()
                .value(self.get("break_glass"))
                .error(self.error("break_glass"))
                .hint("Object ids, one a line. The doctor says when a policy hits one of them.")
                .optional(),
        ]
    }

    /// People's own portal.
    pub fn portal(&self) -> Field {
        self.number("session_minutes", "A session ends after", "minutes", 10, 720)
            .hint("From 10 to 720, and after 20 minutes without use. Then people sign in and prove themselves again.")
    }

    /// Remembered browsers.
    pub fn devices(&self) -> [Field; 2] {
        [
            self.number("device_days", "Remembered for", "days", 0, 730).hint("0 remembers none."),
            self.number("device_idle_days", "Forgotten without use after", "days", 1, 365),
        ]
    }

    /// Custom controls, the old way.
    pub fn controls(&self) -> [Field; 2] {
        [
            Field::check("controls_enabled", "Answer custom controls too", self.is("controls_enabled"))
                .hint("For policies that still ask by one. The same factors and rules count; it proves no second factor to Entra."),
            Field::area("control_claims", "What is answered", 2)
                .mono()
                .value(self.get("control_claims"))
                .error(self.error("control_claims"))
                .hint("Type=Value, one a line, as ClaimsRequested of the control’s JSON has it. Whatever else is asked is refused.")
                .optional(),
        ]
    }

    /// What few need.
    pub fn rare(&self) -> Vec<Field> {
        vec![
            Field::area("other_issuers", "Home tenants whose questions about guests count", 2)
                .mono()
                .value(self.get("other_issuers"))
                .error(self.error("other_issuers"))
                .hint("Tenant ids, one a line. Only where attempts of guests fail with “Wrong issuer”.")
                .optional(),
            self.text("authority_metadata", "Metadata address")
                .mono()
                .optional()
                .hint("A service that plays Entra, for tests. All three, or none."),
            self.text("authority_issuer", "Issuer")
                .mono()
                .optional()
                .hint("With {tenantid} where the tenant’s id stands."),
            self.text("authority_redirect", "Where answers are posted").mono().optional(),
        ]
    }

    fn all(&self) -> Vec<Field> {
        let pairs = self.lockout_values().into_iter().flatten();
        let (proofs, enrolment, rare) = (self.proofs(), self.enrolment(), self.rare());
        let some = proofs.into_iter().chain(enrolment).chain([self.lockout()]).chain(pairs).chain(self.temporary());
        let sent = self.sent().into_iter().chain(self.sent_values().into_iter().flatten());
        some.chain(sent)
            .chain(self.models())
            .chain(self.notices())
            .chain([self.privileged()])
            .chain(self.roll_out())
            .chain(self.devices())
            .chain([self.portal()])
            .chain(self.controls())
            .chain(rare)
            .chain(self.concern.as_ref().and_then(Concern::confirmation))
            .collect()
    }

    /// What is wrong, for the summary above the form.
    pub fn errors(&self) -> Vec<(String, String)> {
        let mut errors = summary(&self.all().iter().collect::<Vec<_>>());
        if let (true, Some((_, text))) = (errors.is_empty(), &self.wrong) {
            errors.push(("settings-form".to_owned(), text.clone()));
        }
        errors
    }
}

impl ProviderPage {
    /// Whether the reader may save them.
    pub(super) fn saves(&self) -> bool {
        self.frame.opens(self.href("/save"))
    }
}
