//! What an administrator sets for one tenant.

mod controls;
mod preview;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::MfaError;
use crate::model::FactorKind;
use crate::outofband::countries::is_country;

pub use controls::CustomControls;
pub use preview::SettingsPreview;

/// Most home tenants of guests that may be named.
const MOST_ISSUERS: usize = 100;
/// Most groups that may be named.
const MOST_GROUPS: usize = 100;
/// Most models of security keys that may be named.
const MOST_MODELS: usize = 500;
/// The longest text for people, in characters.
const LONGEST_TEXT: usize = 500;
/// The longest word on whom people turn to, in characters.
const LONGEST_CONTACT: usize = 200;

/// What an administrator sets for one tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = MfaSettings)]
pub struct Settings {
    /// Another sign-in service than the tenant's cloud: one that plays Entra.
    pub authority: Option<CustomAuthority>,
    /// Home tenants whose name the issuer of a guest's hint may bear.
    pub other_issuers: Vec<Uuid>,
    /// Which kinds of proof people may use.
    pub kinds: Vec<FactorKind>,
    /// Whether a browser in which a person agrees to sign-ins may be told of them while its page is closed, by the push service
    /// of its maker, where the person asks for it there.
    pub web_push: bool,
    /// How many factors a person may have, 1 to 5; recovery and temporary codes do not count.
    pub most_factors: u32,
    /// How many usual factors a person must keep, 1 to `most_factors`: the portal takes none away below it.
    pub least_factors: u32,
    /// Whether a person without any factor registers the first one within a sign-in.
    pub enrol_inline: bool,
    /// What opens the door to the first factor at the portal. A temporary code that counts is asked for in any case.
    pub first_factor: FirstFactor,
    /// What people are told while they register within a sign-in.
    pub enrol_message: Option<String>,
    /// Whether guests may register.
    pub guests: bool,
    /// When guessing ends.
    pub lockout: Lockout,
    /// How many steps a one-time code may be early or late, 0 to 10.
    pub window: u32,
    /// Codes that administrators give.
    pub temporary: Temporary,
    /// Remembered browsers.
    pub devices: Devices,
    /// Minutes that a session of the portal lasts at most, 10 to 720.
    pub session_minutes: u32,
    /// Codes that are sent by mail, text message or call.
    pub out_of_band: OutOfBand,
    /// Letters to people.
    pub notices: Notices,
    /// Which models of security keys are taken.
    pub attestation: Attestation,
    /// Groups (by their object ids) of people for whom a temporary code needs a second administrator, and who register no first
    /// factor by a password alone.
    pub privileged_groups: Vec<Uuid>,
    /// Accounts (by their object ids) that must always get in: no policy may hit them.
    pub break_glass: Vec<Uuid>,
    /// Custom controls of Conditional Access, the old way that Entra retires: answered only where this says so.
    pub custom_controls: CustomControls,
    /// The share of people, in percent, who must be able to pass before a policy is put in force, 0 to 100.
    pub readiness_percent: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            authority: None,
            other_issuers: Vec::new(),
            kinds: FactorKind::ALL.to_vec(),
            web_push: true,
            most_factors: 5,
            least_factors: 1,
            enrol_inline: true,
            first_factor: FirstFactor::SignIn,
            enrol_message: None,
            guests: true,
            lockout: Lockout::default(),
            window: 1,
            temporary: Temporary::default(),
            devices: Devices::default(),
            session_minutes: 240,
            out_of_band: OutOfBand::default(),
            notices: Notices::default(),
            attestation: Attestation::default(),
            privileged_groups: Vec::new(),
            break_glass: Vec::new(),
            custom_controls: CustomControls::default(),
            readiness_percent: 95,
        }
    }
}

/// A sign-in service that plays Entra: where its metadata is, what it calls itself, and where it takes answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaAuthority)]
pub struct CustomAuthority {
    /// The address of its metadata document.
    pub metadata: String,
    /// Its issuer, with `{tenantid}` where the tenant's id stands.
    pub issuer: String,
    /// The one address that takes answers.
    pub redirect_uri: String,
}

/// When guessing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaLockout)]
pub struct Lockout {
    /// Failures in a row after which no code is looked at until somebody unlocks the person, 3 to 100.
    pub lock_after: u32,
    /// Failures in a row after which each further one makes the person wait, twice as long each time, 1 to 100.
    pub wait_after: u32,
    /// The longest wait, in seconds, 1 to 3600.
    pub longest_wait_seconds: u32,
    /// Failures from one address within an hour, over all people, after which no code from there is looked at for the
    /// rest of it; 0 to 100,000, 0 for no such limit.
    #[serde(default = "usual_address_limit")]
    pub address_limit: u32,
}

const fn usual_address_limit() -> u32 {
    100
}

impl Default for Lockout {
    fn default() -> Self {
        Self { lock_after: 10, wait_after: 3, longest_wait_seconds: 300, address_limit: usual_address_limit() }
    }
}

/// Codes that administrators give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = MfaTemporary)]
pub struct Temporary {
    /// Minutes that a code is valid where its giver says nothing, 10 to `longest_minutes`.
    pub default_minutes: u32,
    /// The most minutes that a code may be valid, 10 to 43,200.
    pub longest_minutes: u32,
}

impl Default for Temporary {
    fn default() -> Self {
        Self { default_minutes: 60, longest_minutes: 1_440 }
    }
}

/// Remembered browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = MfaDevices)]
pub struct Devices {
    /// Days that a browser is remembered, 0 to 730; 0 remembers none.
    pub days: u32,
    /// Days without use after which it is forgotten, 1 to 365.
    pub idle_days: u32,
}

impl Default for Devices {
    fn default() -> Self {
        Self { days: 365, idle_days: 90 }
    }
}

kernel::text_enum!(
    /// What opens the door to the first factor at the portal.
    pub enum FirstFactor {
        /// A sign-in to Entra by hand within the last minutes, or a temporary code.
        SignIn = "sign_in",
        /// A temporary code alone: who knows the password registers nothing by it.
        Code = "code",
    }
);

kernel::text_enum!(
    /// Whether a security key is asked to prove its model.
    pub enum AttestationMode {
        /// It is not.
        None = "none",
        /// It is; one that does not is taken as well.
        Wanted = "wanted",
        /// It is, and one that does not is not taken: passkeys that are copied between devices never do.
        Required = "required",
    }
);

/// Which models of security keys are taken (W3C WebAuthn §6.5: attestation).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = MfaAttestation)]
pub struct Attestation {
    /// Whether a key is asked to prove its model.
    pub mode: AttestationMode,
    /// The models (AAGUID) that are taken; none: every one that is not denied.
    pub allow: Vec<Uuid>,
    /// The models that are not.
    pub deny: Vec<Uuid>,
}

impl Default for Attestation {
    fn default() -> Self {
        Self { mode: AttestationMode::None, allow: Vec::new(), deny: Vec::new() }
    }
}

/// Letters to people about what happens to how they sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = MfaNotices)]
pub struct Notices {
    /// Whether people are told, where a mail server is configured.
    pub enabled: bool,
    /// Whom they turn to: stands in every letter. At most 200 characters.
    pub contact: Option<String>,
}

impl Default for Notices {
    fn default() -> Self {
        Self { enabled: true, contact: None }
    }
}

kernel::text_enum!(
    /// What follows where somebody's address or number has changed lately.
    pub enum WhenChanged {
        /// Nothing is sent there.
        Deny = "deny",
        /// Nothing is sent there as long as the person has another factor that counts for the sign-in.
        AskAnother = "ask_another",
    }
);

/// Codes that are sent by mail, text message or call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = MfaOutOfBandSettings)]
pub struct OutOfBand {
    /// Digits of a code, 6 to 8.
    pub digits: u32,
    /// Minutes that a code counts, 1 to 5; never longer than the sign-in.
    pub code_minutes: u32,
    /// Seconds until another code can be sent, 15 to 300.
    pub resend_seconds: u32,
    /// Codes that are sent to one person, and to one address, within an hour, 1 to 30.
    pub most_an_hour: u32,
    /// Countries whose numbers are texted and called, by their two letters (ISO 3166-1); none: no number is.
    pub countries: Vec<String>,
    /// What text messages and calls may cost in a day (UTC), in hundredths; nothing more is sent that day.
    pub daily_spend: u32,
    /// Days after a change of somebody's address or number in which the bar is higher, 0 to 90.
    pub changed_days: u32,
    /// What follows in those days.
    pub when_changed: WhenChanged,
    /// What a letter is about; left out: our own words, in the person's language.
    pub subject: Option<String>,
    /// What is sent: `{code}` and `{minutes}` are filled in. Left out: our own words, in the person's language.
    pub text: Option<String>,
}

impl Default for OutOfBand {
    fn default() -> Self {
        Self {
            digits: 6,
            code_minutes: 4,
            resend_seconds: 30,
            most_an_hour: 6,
            countries: Vec::new(),
            daily_spend: 5_000,
            changed_days: 3,
            when_changed: WhenChanged::Deny,
            subject: None,
            text: None,
        }
    }
}

impl OutOfBand {
    fn validate(&self) -> Result<(), MfaError> {
        let refuse = |why: String| Err(MfaError::Invalid(why));
        if let Some(unknown) = self.countries.iter().find(|country| !is_country(country)) {
            return refuse(format!("out_of_band.countries: {unknown:?} is no country's two letters, such as SE"));
        }
        if self.text.as_ref().is_some_and(|text| !text.contains("{code}")) {
            return refuse("out_of_band.text must have {code} in it".to_owned());
        }
        let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT);
        if long(&self.text) || long(&self.subject) {
            return refuse(format!("out_of_band.text and out_of_band.subject have at most {LONGEST_TEXT} characters"));
        }
        Ok(())
    }
}

impl Settings {
    /// Refuses what cannot work, with the first reason.
    pub fn validate(&self) -> Result<(), MfaError> {
        let refuse = |why: String| Err(MfaError::Invalid(why));
        if self.kinds.is_empty() {
            return refuse("kinds must name at least one kind of proof".to_owned());
        }
        let Lockout { lock_after, wait_after, longest_wait_seconds, address_limit } = self.lockout;
        let Temporary { default_minutes, longest_minutes } = self.temporary;
        let bounds = [
            ("most_factors", self.most_factors, 1, 5),
            ("least_factors", self.least_factors, 1, self.most_factors),
            ("window", self.window, 0, 10),
            ("session_minutes", self.session_minutes, 10, 720),
            ("lockout.lock_after", lock_after, 3, 100),
            ("lockout.wait_after", wait_after, 1, 100),
            ("lockout.longest_wait_seconds", longest_wait_seconds, 1, 3_600),
            ("lockout.address_limit", address_limit, 0, 100_000),
            ("temporary.longest_minutes", longest_minutes, 10, 43_200),
            ("temporary.default_minutes", default_minutes, 10, longest_minutes),
            ("devices.days", self.devices.days, 0, 730),
            ("devices.idle_days", self.devices.idle_days, 1, 365),
            ("readiness_percent", self.readiness_percent, 0, 100),
            ("out_of_band.digits", self.out_of_band.digits, 6, 8),
            ("out_of_band.code_minutes", self.out_of_band.code_minutes, 1, 5),
            ("out_of_band.resend_seconds", self.out_of_band.resend_seconds, 15, 300),
            ("out_of_band.most_an_hour", self.out_of_band.most_an_hour, 1, 30),
            ("out_of_band.daily_spend", self.out_of_band.daily_spend, 0, 10_000_000),
            ("out_of_band.changed_days", self.out_of_band.changed_days, 0, 90),
        ];
        if let Some((name, _, least, most)) =
            bounds.iter().find(|(_, value, least, most)| value < least || value > most)
        {
            return refuse(format!("{name} must be from {least} to {most}"));
        }
        if self.other_issuers.len() > MOST_ISSUERS {
            return refuse(format!("other_issuers holds at most {MOST_ISSUERS} tenants"));
        }
        if self.privileged_groups.len() > MOST_GROUPS {
            return refuse(format!("privileged_groups holds at most {MOST_GROUPS} groups"));
        }
        if self.break_glass.len() > MOST_GROUPS {
            return refuse(format!("break_glass holds at most {MOST_GROUPS} accounts"));
        }
        if self.enrol_message.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
            return refuse(format!("enrol_message has at most {LONGEST_TEXT} characters"));
        }
        for (name, list) in [("allow", &self.attestation.allow), ("deny", &self.attestation.deny)] {
            if list.len() > MOST_MODELS {
                return refuse(format!("attestation.{name} holds at most {MOST_MODELS} models"));
            }
        }
        if self.notices.contact.as_ref().is_some_and(|text| text.chars().count() > LONGEST_CONTACT) {
            return refuse(format!("notices.contact has at most {LONGEST_CONTACT} characters"));
        }
        self.out_of_band.validate()?;
        self.custom_controls.validate()?;
        self.authority.as_ref().map_or(Ok(()), CustomAuthority::validate)
    }
}

impl CustomAuthority {
    fn validate(&self) -> Result<(), MfaError> {
        for (name, text) in [("metadata", &self.metadata), ("redirect_uri", &self.redirect_uri)] {
            address(text).ok_or_else(|| {
                MfaError::Invalid(format!(
                    "authority.{name} must be an https address without query and fragment (http for this machine alone)"
                ))
            })?;
        }
        if self.issuer.is_empty() || self.issuer.len() > LONGEST_TEXT {
            return Err(MfaError::Invalid("authority.issuer must not be empty".to_owned()));
        }
        Ok(())
    }
}

/// An address that secrets may travel to: https, or this machine; no query, no fragment.
pub(crate) fn address(text: &str) -> Option<Url> {
    oidc::cloud::base(text).ok()
}
