//! What is known of a factor.

use kernel::{OrganisationId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::otp;
use crate::model::{AccountId, FactorId, FactorKind, FactorState};

/// A factor as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Factor {
    pub id: FactorId,
    pub organisation: OrganisationId,
    pub account: AccountId,
    pub kind: FactorKind,
    pub name: String,
    pub state: FactorState,
    /// Sealed: a seed, a passkey's record, a salt.
    pub secret: Vec<u8>,
    pub details: Details,
    pub last_step: i64,
    pub drift: i64,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
}

/// What somebody proved themselves by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Means {
    /// Which factor; none where it is none that is registered.
    pub factor: Option<FactorId>,
    pub kind: FactorKind,
    pub name: String,
    /// More for the list of attempts.
    pub note: Option<String>,
    /// Whether it was registered just then.
    pub registered: bool,
}

impl From<Factor> for Means {
    fn from(factor: Factor) -> Self {
        Self { factor: Some(factor.id), kind: factor.kind, name: factor.name, note: None, registered: false }
    }
}

impl Means {
    /// What is no registered factor.
    pub(crate) fn of(kind: FactorKind, name: impl Into<String>) -> Self {
        Self { factor: None, kind, name: name.into(), note: None, registered: false }
    }

    /// A factor that was registered by showing it.
    pub(crate) fn registered(factor: Factor) -> Self {
        Self { registered: true, ..Self::from(factor) }
    }
}

/// What is not secret, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub(crate) enum Details {
    /// A passkey or security key.
    Passkey(Passkey),
    /// One-time codes.
    Otp(Otp),
    /// Recovery codes.
    Recovery {},
    /// A code that an administrator gave.
    Temporary(TemporaryCode),
}

/// A passkey or security key, as it told of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MfaPasskeyDetails)]
pub struct Passkey {
    /// The model of the authenticator, where it tells (AAGUID).
    pub aaguid: Option<Uuid>,
    /// Whether the key may be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it is.
    pub backed_up: bool,
    /// How often it says that it was used; 0 where it does not count.
    pub counter: u32,
    /// What the maker calls the model, where that was known when it was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether it has proved that it is of that model.
    #[serde(default)]
    pub attested: bool,
}

/// How one-time codes of a factor are made, and what was seen of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Otp {
    #[serde(flatten)]
    pub shape: otp::Shape,
    /// Steps whose codes were shown too far out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub far: Vec<i64>,
    /// Wrong codes while it was being confirmed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
    /// What is printed on a hardware token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A code that an administrator gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MfaTemporaryDetails)]
pub struct TemporaryCode {
    /// Why.
    pub reason: String,
    /// The ticket it was asked for in.
    pub ticket: Option<String>,
    /// Whether it counts once; else as often as needed until it expires.
    pub once: bool,
    /// Who gave it.
    pub issued_by: String,
    /// Which operator that was.
    pub issuer: Option<Uuid>,
    /// Who agreed, where a second person had to.
    pub approved_by: Option<String>,
}

/// A factor, without what is secret.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaFactor)]
pub struct FactorView {
    /// Its id.
    pub id: FactorId,
    /// Its kind.
    pub kind: FactorKind,
    /// What the person calls it.
    pub name: String,
    /// Whether it can be used.
    pub state: FactorState,
    /// Since when.
    pub created_at: Timestamp,
    /// Last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// Until when it can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Recovery codes that have not been used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codes_left: Option<u64>,
    /// How far the token's clock is off, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_off_seconds: Option<i64>,
    /// What is printed on a hardware token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Its model, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What a passkey tells of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passkey: Option<Passkey>,
    /// How a temporary code came to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temporary: Option<TemporaryCode>,
}

impl FactorView {
    /// Whether it can be used at a moment: it has not expired, and its codes are not used up.
    pub(crate) fn usable(&self, now: Timestamp) -> bool {
        let left = self.codes_left.is_none_or(|left| left > 0);
        self.state == FactorState::Active && left && self.expires_at.is_none_or(|end| end > now)
    }

    /// Whether it is a code of an administrator's that can be used no more: as if it had never been given.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.kind == FactorKind::Temporary && !self.usable(now)
    }
}

impl Factor {
    /// Whether it can be used at a moment.
    pub(crate) fn usable(&self, now: Timestamp) -> bool {
        let was_used = self.temporary().is_some_and(|code| code.once) && self.last_used_at.is_some();
        self.state == FactorState::Active && !was_used && self.expires_at.is_none_or(|end| end > now)
    }

    /// How its one-time codes are made.
    pub(crate) fn otp(&self) -> Option<&Otp> {
        if let Details::Otp(otp) = &self.details { Some(otp) } else { None }
    }

    /// What a passkey told of itself.
    pub(crate) fn passkey(&self) -> Option<&Passkey> {
        if let Details::Passkey(passkey) = &self.details { Some(passkey) } else { None }
    }

    /// How the code came to be that an administrator gave.
    pub(crate) fn temporary(&self) -> Option<&TemporaryCode> {
        if let Details::Temporary(code) = &self.details { Some(code) } else { None }
    }

    /// What may be shown; `codes_left` is the database's.
    pub(crate) fn view(self, codes_left: Option<u64>) -> FactorView {
        let otp = self.otp().cloned();
        let period = otp.as_ref().map_or(0, |otp| i64::from(otp.shape.period));
        FactorView {
            id: self.id,
            kind: self.kind,
            state: self.state,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            expires_at: self.expires_at,
            codes_left,
            clock_off_seconds: (self.kind == FactorKind::Totp).then_some(self.drift * period),
            serial: otp.as_ref().and_then(|otp| otp.serial.clone()),
            model: otp.and_then(|otp| otp.model),
            temporary: self.temporary().cloned(),
            passkey: self.passkey().cloned(),
            name: self.name,
        }
    }
}
