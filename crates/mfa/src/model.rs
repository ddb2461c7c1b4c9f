//! The nouns: a provider, a person's account, a means of proof.

use kernel::{OrganisationId, Timestamp, id_type, text_enum};
use oidc::Amr;
use serde::Serialize;
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::policy::{Policy, Ruled};
use crate::settings::Settings;

id_type!(
    /// A person who proves themselves here.
    AccountId,
    /// A registered means of proof.
    FactorId,
    /// A sign-in that waits for its second factor.
    TransactionId,
    /// A remembered browser.
    DeviceId,
    /// An attempt, passed or not.
    AttemptId,
    /// One of our signing keys.
    KeyId,
    /// A sign-in that waits for a person to agree elsewhere.
    PushId,
    /// A code that was sent.
    MessageId,
);

text_enum!(
    /// Whether Entra is answered.
    pub enum ProviderState {
        /// Nobody is asked; requests of Entra's are refused.
        Off = "off",
        /// Requests are answered.
        On = "on",
    }
);

text_enum!(
    /// The kinds of proof.
    pub enum FactorKind {
        /// A passkey or security key (WebAuthn).
        Passkey = "passkey",
        /// Codes by time (RFC 6238).
        Totp = "totp",
        /// Codes by count, of a hardware token (RFC 4226).
        Hotp = "hotp",
        /// Codes on paper, each once.
        Recovery = "recovery",
        /// A code that an administrator gave.
        Temporary = "temporary",
        /// A code that is sent by mail.
        Email = "email",
        /// A code that is sent as a text message.
        Sms = "sms",
        /// A code that is spoken in a telephone call.
        Voice = "voice",
        /// The person agrees in another browser of theirs, by a number that this one shows.
        Push = "push",
        /// A browser that is remembered by its key.
        Device = "device",
    }
);

impl FactorKind {
    /// What Entra is told that it was. One-time codes are `otp`, unless the way that they came has a word of its own; what a
    /// browser signs with a key that it keeps in software is `swk`. Truthful, and in Entra's list (RFC 8176 §2, eam.md §5).
    pub fn amr(self) -> Amr {
        match self {
            Self::Passkey => Amr::Fido,
            Self::Totp | Self::Hotp | Self::Recovery | Self::Temporary | Self::Email => Amr::Otp,
            Self::Sms => Amr::Sms,
            Self::Voice => Amr::Tel,
            Self::Push | Self::Device => Amr::Swk,
        }
    }

    /// Whether it is a code that is sent.
    pub fn is_sent(self) -> bool {
        matches!(self, Self::Email | Self::Sms | Self::Voice)
    }

    /// Whether it is a factor of its own, or only a way back when those are lost.
    pub fn is_usual(self) -> bool {
        matches!(self, Self::Passkey | Self::Totp | Self::Hotp)
    }
}

text_enum!(
    /// Whether a factor can be used.
    pub enum FactorState {
        /// Registered, and not yet confirmed by using it once.
        Pending = "pending",
        /// Can be used.
        Active = "active",
        /// Switched off: the person is disabled, or an administrator said so. Kept for when they come back.
        Suspended = "suspended",
    }
);

/// A tenant whose sign-ins ask here for the second factor. Its id is the tenant's.
#[derive(Debug, Clone, PartialEq)]
pub struct Provider {
    /// The connected tenant.
    pub tenant: TenantId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The tenant's id in Entra.
    pub entra_id: Uuid,
    /// Whether Entra is answered.
    pub state: ProviderState,
    /// What Entra calls itself to us: the client id that we gave it.
    pub client_id: String,
    /// The application that hints are for: Entra's App ID of the method.
    pub app_id: String,
    /// What an administrator has set; for one person, as policies have it.
    pub settings: Settings,
    /// The policies in force, in their order; none left once they were decided for somebody.
    pub policies: Vec<Policy>,
    /// Which revision of them; 0 where there never were any.
    pub policy_revision: i64,
    /// Which of them gave the settings, for whom they were decided.
    pub ruled: Option<Ruled>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last changed.
    pub changed_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// Whom Entra asks about, as the checked hint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The object id in the tenant.
    pub object_id: Uuid,
    /// What the person is called: to be shown.
    pub label: String,
    /// The person's name, where it was told.
    pub name: Option<String>,
    /// Whether that is what guests are called: counts where the directory does not know the person.
    pub guest: bool,
}

/// A person who proves themselves here.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The tenant.
    pub provider: TenantId,
    /// The object id in the tenant.
    pub object_id: Uuid,
    /// What the person is called: to be shown and searched, never to decide by.
    pub label: String,
    /// The person's name.
    pub name: Option<String>,
    /// What a passkey knows the person by.
    pub handle: Vec<u8>,
    /// Whether the person is a guest of the tenant.
    pub guest: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// When the person last proved themselves.
    pub last_proved_at: Option<Timestamp>,
    /// Failures in a row since then, over all sources. Waits are kept by source, so that a guesser elsewhere does not make
    /// the person wait.
    pub failures: i64,
    /// Since when no code is looked at until somebody unlocks it.
    pub locked_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: i64,
}

/// From where somebody acts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaOrigin)]
pub struct Origin {
    /// The address.
    pub address: Option<String>,
    /// What the browser calls itself, shortened.
    pub user_agent: Option<String>,
    /// Entra's id of the sign-in (`client-request-id`), as its own log shows it.
    pub correlation_id: Option<String>,
    /// Whether a custom control of Conditional Access asked, the old way, and not External MFA.
    pub custom_control: bool,
}
