//! Means of proof, and the one door through which they are judged.
//!
//! ```text
//! shown ──► lockout ──► directory ──► judged by form ──► counted once ──► Proven | Refused
//!           may a code    may the      one-time code,      step, code,
//!           be looked at  person       written code,       ceremony
//!                                      passkey, key of a
//!                                      browser
//! ```
//!
//! Everything happens in the caller's unit of work, which is committed whatever the verdict is: what was used up stays used
//! up, what was counted stays counted. The person's row is taken first, so that two nodes judge one after the other.
//!
//! Another kind of factor is a file below this one, a [`Details`](model::Details) of its own, and an arm in `verify`.

mod browser;
mod enrol;
pub(crate) mod model;
pub mod otp;
mod outcome;
mod passkey;
mod refusal;
mod rule;
mod sent;
mod temporary;
mod totp;
mod typed;
mod verify;
pub(crate) mod work;
pub(crate) mod written;

use kernel::{Secret, Timestamp};
use oidc::Amr;
use serde_json::Value;
use uuid::Uuid;

pub use enrol::PendingTotp;
pub(crate) use enrol::name_of;
pub use model::{FactorView, Passkey, TemporaryCode};
pub use refusal::{CeremonyFault, Refusal, Told};
pub use rule::FactorRule;
pub use temporary::{IssuedCode, NewCode};
#[cfg(test)]
pub(crate) use totp::base32;

use crate::model::{FactorId, FactorKind};

/// What somebody shows to prove themselves.
#[derive(Debug)]
pub enum Shown {
    /// A code: what kind it is of is found out by its form.
    Code(Secret<String>),
    /// A code that is entered in the course of a sign-in: one that was sent for it counts too.
    Entered {
        /// The sign-in.
        holder: Uuid,
        /// The code.
        code: Secret<String>,
    },
    /// A code of one factor, which is tried: no other is looked at.
    Tried {
        /// The factor.
        factor: FactorId,
        /// The code.
        code: Secret<String>,
    },
    /// That the person has agreed elsewhere to a sign-in.
    Push {
        /// The sign-in.
        holder: Uuid,
    },
    /// A remembered browser's answer to a ceremony.
    Device {
        /// The ceremony that was begun.
        ceremony: Uuid,
        /// The sign-in that began it.
        holder: Uuid,
        /// The public half of its key.
        public_key: Vec<u8>,
        /// What it signed.
        signature: Vec<u8>,
    },
    /// A passkey's answer to a ceremony.
    Passkey {
        /// The ceremony that was begun.
        ceremony: Uuid,
        /// The sign-in or the portal's session that began it.
        holder: Uuid,
        /// What the browser answered.
        credential: Value,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They are who they say.
    Proven(Proof),
    /// Not proven.
    Refused(Refusal),
}

/// A factor that was just registered, which proves as well.
#[derive(Debug)]
pub struct Enrolled {
    /// The factor.
    pub factor: FactorView,
    /// That the person has shown it.
    pub proof: Proof,
}

/// That somebody has proved themselves. Only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    factor: Option<FactorId>,
    kind: FactorKind,
    name: String,
    at: Timestamp,
}

impl Proof {
    /// By which factor; none where it was none that is registered: a code that was sent, another browser.
    pub fn factor(&self) -> Option<FactorId> {
        self.factor
    }

    /// By which kind of factor.
    pub fn kind(&self) -> FactorKind {
        self.kind
    }

    /// What the person calls the factor.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// How, in the one word that Entra is told.
    pub fn amr(&self) -> Amr {
        self.kind.amr()
    }
}
