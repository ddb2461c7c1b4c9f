//! What a policy says: for whom it is, and which rules it gives.

use std::collections::HashSet;

use kernel::{id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::MfaError;
use crate::model::FactorKind;
use crate::risk::{KnownRisk, RiskLevel};
use crate::settings::{Attestation, AttestationMode, Devices, Lockout, Settings};

/// The most policies of a tenant.
pub const MOST_POLICIES: usize = 50;
/// The most groups that a policy may name, in and out.
const MOST_GROUPS: usize = 100;
/// The longest name, in characters.
const LONGEST_NAME: usize = 80;

id_type!(
    /// A policy; it stays the same through all revisions.
    PolicyId,
    /// What was worked out for a draft or a former revision.
    PreviewId,
);

text_enum!(
    /// Where somebody proves themselves.
    pub enum Door {
        /// In a sign-in that Entra asks about, whichever application it is for: Entra does not tell.
        Entra = "entra",
        /// At their own portal.
        Portal = "portal",
    }
);

text_enum!(
    /// Which people are meant.
    pub enum People {
        /// Everybody.
        All = "all",
        /// Those of the tenant itself.
        Members = "members",
        /// Guests.
        Guests = "guests",
    }
);

text_enum!(
    /// What a policy that asks for risk makes of people whose risk is not known.
    pub enum WhenUnknown {
        /// It is not for them: they sign in as they would without it.
        PassOver = "pass_over",
        /// It is for them, too.
        Apply = "apply",
    }
);

text_enum!(
    /// What a policy can rule.
    pub enum Rule {
        /// Which kinds of proof count.
        Kinds = "kinds",
        /// Which models of security keys are taken, and go on to count.
        Attestation = "attestation",
        /// How many factors a person may have.
        MostFactors = "most_factors",
        /// How many factors a person must keep.
        LeastFactors = "least_factors",
        /// How somebody without a factor gets the first one.
        Enrolment = "enrolment",
        /// When guessing ends.
        Lockout = "lockout",
        /// How far a one-time code may be early or late.
        Window = "window",
        /// How long browsers are remembered.
        Devices = "devices",
        /// How long a session of the portal lasts.
        Session = "session",
    }
);

text_enum!(
    /// When guessing ends, in a word (SYM-18).
    pub enum LockoutLevel {
        /// Patient: a wait after 5 failures, the lock after 25.
        Low = "low",
        /// As usual: a wait after 3, the lock after 10.
        Medium = "medium",
        /// Strict: a wait after 2, the lock after 5.
        High = "high",
    }
);

impl LockoutLevel {
    /// What it stands for. How often one address may fail is no matter of levels, and stays as it is.
    pub fn limits(self, address_limit: u32) -> Lockout {
        let (lock_after, wait_after, longest_wait_seconds) = match self {
            Self::Low => (25, 5, 60),
            Self::Medium => (10, 3, 300),
            Self::High => (5, 2, 900),
        };
        Lockout { lock_after, wait_after, longest_wait_seconds, address_limit }
    }
}

/// When guessing ends: a level, or values of one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = MfaPolicyLockout)]
pub enum LockoutRule {
    /// In a word.
    Level {
        /// Which.
        level: LockoutLevel,
    },
    /// Own values.
    Own {
        /// Failures in a row after which no code is looked at until somebody unlocks the person, 3 to 100.
        lock_after: u32,
        /// Failures in a row after which each further one makes the person wait, 1 to 100.
        wait_after: u32,
        /// The longest wait, in seconds, 1 to 3600.
        longest_wait_seconds: u32,
    },
}

impl LockoutRule {
    fn limits(self, address_limit: u32) -> Lockout {
        match self {
            Self::Level { level } => level.limits(address_limit),
            Self::Own { lock_after, wait_after, longest_wait_seconds } => {
                Lockout { lock_after, wait_after, longest_wait_seconds, address_limit }
            }
        }
    }
}

/// How somebody without a factor gets the first one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaPolicyEnrolment)]
pub struct Enrolment {
    /// Whether it is registered within a sign-in.
    pub inline: bool,
    /// What people are told then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether guests may register.
    #[serde(default = "yes")]
    pub guests: bool,
}

const fn yes() -> bool {
    true
}

const fn unnamed() -> PolicyId {
    PolicyId(Uuid::nil())
}

const fn passed_over() -> WhenUnknown {
    WhenUnknown::PassOver
}

/// At which risk people must be. Who was at one when it was last read stays at it until Entra says otherwise, however long ago
/// that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaPolicyRisk)]
pub struct AtRisk {
    /// At least at this.
    pub at_least: RiskLevel,
    /// What counts where it is not known whether they are; left out: the policy is not for them.
    #[serde(default = "passed_over")]
    pub when_unknown: WhenUnknown,
}

impl AtRisk {
    /// Whether it is for somebody of whom this is known.
    pub(crate) fn is_for(self, known: &KnownRisk) -> bool {
        let at_it = known.level.is_some_and(|level| level >= self.at_least);
        at_it || (known.unknown.is_some() && self.when_unknown == WhenUnknown::Apply)
    }
}

/// For whom a policy is. Everything that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = MfaPolicyWhom)]
pub struct Whom {
    /// Members of any of these groups (object ids), directly or through another; none: everybody.
    pub groups: Vec<Uuid>,
    /// But not members of any of these.
    pub except_groups: Vec<Uuid>,
    /// Which people.
    pub people: People,
    /// Where they prove themselves; none: everywhere.
    pub doors: Vec<Door>,
    /// At which risk they are; left out: at any, and at none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<AtRisk>,
}

impl Default for Whom {
    fn default() -> Self {
        Self { groups: Vec::new(), except_groups: Vec::new(), people: People::All, doors: Vec::new(), risk: None }
    }
}

impl Whom {
    /// Every group that is named, in or out.
    pub fn all_groups(&self) -> impl Iterator<Item = Uuid> {
        self.groups.iter().chain(&self.except_groups).copied()
    }
}

/// What a policy rules; what is left out, a later policy or the tenant's settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = MfaPolicyRules)]
pub struct Rules {
    /// Which kinds of proof count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<FactorKind>>,
    /// Which models of security keys are taken. Keys of others that are registered already count no more; what the metadata
    /// report of a model counts when a key is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Attestation>,
    /// How many factors a person may have, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_factors: Option<u32>,
    /// How many factors a person must keep, 1 to 5: the portal takes none away below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_factors: Option<u32>,
    /// How somebody without a factor gets the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrolment: Option<Enrolment>,
    /// When guessing ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lockout: Option<LockoutRule>,
    /// How many steps a one-time code may be early or late, 0 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<u32>,
    /// How long browsers are remembered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<Devices>,
    /// Minutes that a session of the portal lasts at most, 10 to 720.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_minutes: Option<u32>,
}

impl Rules {
    /// Whether something is said about a rule.
    pub fn gives(&self, rule: Rule) -> bool {
        match rule {
            Rule::Kinds => self.kinds.is_some(),
            Rule::Attestation => self.attestation.is_some(),
            Rule::MostFactors => self.most_factors.is_some(),
            Rule::LeastFactors => self.least_factors.is_some(),
            Rule::Enrolment => self.enrolment.is_some(),
            Rule::Lockout => self.lockout.is_some(),
            Rule::Window => self.window.is_some(),
            Rule::Devices => self.devices.is_some(),
            Rule::Session => self.session_minutes.is_some(),
        }
    }

    /// Writes what is said about a rule over the settings.
    pub(crate) fn put(&self, rule: Rule, settings: &mut Settings) {
        fn over<T: Clone>(said: Option<&T>, place: &mut T) {
            if let Some(said) = said {
                place.clone_from(said);
            }
        }
        match rule {
            Rule::Kinds => over(self.kinds.as_ref(), &mut settings.kinds),
            Rule::Attestation => over(self.attestation.as_ref(), &mut settings.attestation),
            Rule::MostFactors => over(self.most_factors.as_ref(), &mut settings.most_factors),
            Rule::LeastFactors => over(self.least_factors.as_ref(), &mut settings.least_factors),
            Rule::Window => over(self.window.as_ref(), &mut settings.window),
            Rule::Devices => over(self.devices.as_ref(), &mut settings.devices),
            Rule::Session => over(self.session_minutes.as_ref(), &mut settings.session_minutes),
            Rule::Lockout => {
                let limits = self.lockout.map(|rule| rule.limits(settings.lockout.address_limit));
                over(limits.as_ref(), &mut settings.lockout);
            }
            Rule::Enrolment => {
                if let Some(Enrolment { inline, message, guests }) = &self.enrolment {
                    (settings.enrol_inline, settings.guests) = (*inline, *guests);
                    settings.enrol_message.clone_from(message);
                }
            }
        }
    }
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaPolicy)]
pub struct Policy {
    /// Its id; left out for a new one.
    #[serde(default = "unnamed")]
    pub id: PolicyId,
    /// Its name.
    pub name: String,
    /// Whether it counts.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// For whom it is.
    #[serde(default)]
    pub whom: Whom,
    /// What it rules.
    #[serde(default)]
    pub rules: Rules,
}

impl Policy {
    /// Whether it has no id yet.
    pub(crate) fn is_new(&self) -> bool {
        self.id == unnamed()
    }

    /// Refuses what cannot work beside the tenant's settings, with the first reason.
    pub(crate) fn validate(&self, defaults: &Settings) -> Result<(), MfaError> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(MfaError::Invalid(format!("name: a policy's name has 1 to {LONGEST_NAME} characters")));
        }
        let refuse = |why: String| Err(MfaError::Invalid(format!("policy {name:?}: {why}")));
        if !Rule::ALL.iter().any(|rule| self.rules.gives(*rule)) {
            return refuse("rules must say something: a policy without any changes nothing".to_owned());
        }
        if self.whom.all_groups().count() > MOST_GROUPS {
            return refuse(format!("groups: at most {MOST_GROUPS} of them"));
        }
        if self.whom.groups.iter().any(|group| self.whom.except_groups.contains(group)) {
            return refuse("groups: one of them is left out again".to_owned());
        }
        if let Some(why) = self.rules.attestation.as_ref().and_then(idle) {
            return refuse(format!("attestation.{why}"));
        }
        let mut settings = defaults.clone();
        for rule in Rule::ALL {
            self.rules.put(*rule, &mut settings);
        }
        if self.rules.least_factors.is_none() {
            // What the settings say of it gives way to how many one may have.
            settings.least_factors = 1;
        }
        if self.rules.most_factors.is_none() {
            settings.most_factors = settings.most_factors.max(settings.least_factors.min(5));
        }
        match settings.validate() {
            Err(MfaError::Invalid(why)) => refuse(why),
            other => other,
        }
    }
}

/// What of models would be said in vain, or against itself.
fn idle(models: &Attestation) -> Option<String> {
    let Attestation { mode, allow, deny } = models;
    if *mode == AttestationMode::None && !(allow.is_empty() && deny.is_empty()) {
        return Some(
            "mode must be wanted or required where models are listed: a key that is not asked tells none".to_owned(),
        );
    }
    let both = allow.iter().find(|model| deny.contains(model));
    both.map(|model| format!("deny: {model} is allowed too: leave it out of one of them"))
}

/// Refuses a list of policies that cannot work, with the first reason.
pub(crate) fn validate(policies: &[Policy], defaults: &Settings) -> Result<(), MfaError> {
    if policies.len() > MOST_POLICIES {
        return Err(MfaError::Invalid(format!("a tenant has at most {MOST_POLICIES} policies")));
    }
    policies.iter().try_for_each(|policy| policy.validate(defaults))?;
    let (mut names, mut ids) = (HashSet::new(), HashSet::new());
    for policy in policies {
        if !names.insert(policy.name.trim().to_lowercase()) {
            return Err(MfaError::Invalid(format!("name: two policies are called {:?}", policy.name.trim())));
        }
        if !policy.is_new() && !ids.insert(policy.id) {
            return Err(MfaError::Invalid(format!("id: two policies have the id {}", policy.id)));
        }
    }
    Ok(())
}

/// That a rule came from a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MfaRuleGiven)]
pub struct Given {
    /// Which rule.
    pub rule: Rule,
    /// Which policy.
    pub policy: PolicyId,
    /// What it was called then.
    pub name: String,
    /// The group (object id) that the person is in; absent where the policy names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Uuid>,
}

/// Which policies gave the rules that somebody was judged by; the tenant's settings gave the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MfaRuled)]
pub struct Ruled {
    /// The revision of the policies.
    pub revision: i64,
    /// The rules.
    pub given: Vec<Given>,
    /// What was known of the person's risk; absent where no policy asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<KnownRisk>,
}

impl Ruled {
    /// The policies that gave rules, by their names, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for given in &self.given {
            if !names.contains(&given.name.as_str()) {
                names.push(&given.name);
            }
        }
        names
    }
}

impl From<&Settings> for Rules {
    /// Every rule, as the settings have it.
    fn from(settings: &Settings) -> Self {
        let Lockout { lock_after, wait_after, longest_wait_seconds, .. } = settings.lockout;
        Self {
            kinds: Some(settings.kinds.clone()),
            attestation: Some(settings.attestation.clone()),
            most_factors: Some(settings.most_factors),
            least_factors: Some(settings.least_factors),
            enrolment: Some(Enrolment {
                inline: settings.enrol_inline,
                message: settings.enrol_message.clone(),
                guests: settings.guests,
            }),
            lockout: Some(LockoutRule::Own { lock_after, wait_after, longest_wait_seconds }),
            window: Some(settings.window),
            devices: Some(settings.devices),
            session_minutes: Some(settings.session_minutes),
        }
    }
}
