//! Codes that are sent: by mail, by text message, by a call. Only where the organisation has granted that addresses are read
//! from Entra, which is a consent of its own.
//!
//! ```text
//! granted? ──► addresses out of Entra ──► offers ──► limits ──► message ──► mail server | gateway ──► judged in factors/
//!  ledger       held for one sign-in      pure       counted    sealed      outside of any
//!                                                    on every   code        unit of work
//!                                                    node
//! ```
//!
//! An address is held in memory for as long as one sign-in, and written down nowhere: what is stored of it is a keyed hash,
//! to tell that it has changed and to limit what is sent to it, and the form in which its owner is shown it.

pub mod address;
pub mod countries;
mod ledger;
pub(crate) mod limits;
mod log;
pub mod offers;
mod read;
mod send;

use kernel::{Secret, Timestamp, text_enum};
use mail::Mailer;
use moka::sync::Cache;
use std::time::Duration;
use uuid::Uuid;

pub use ledger::{Granted, OutOfBandView};
pub(crate) use limits::HOUR;
pub use log::{LoggedMessage, MessageFilter};
pub use send::{NotSent, Sending, Wording};

use crate::model::FactorKind;
use crate::outlet::Outlet;
use offers::Address;

/// Sign-ins whose addresses are held.
const HELD: u64 = 10_000;
/// How long: as long as a sign-in may take.
const HELD_FOR: Duration = Duration::from_mins(5);
/// How long it is remembered that Graph did not answer.
const FAILED_FOR: Duration = Duration::from_secs(30);
/// How long a person waits for Graph.
const PATIENCE: Duration = Duration::from_secs(8);

text_enum!(
    /// Which of a person's addresses.
    pub enum Target {
        /// The mail address for resetting a password.
        Email = "email",
        /// The mobile telephone.
        Mobile = "mobile",
        /// The other mobile telephone.
        AlternateMobile = "alternate_mobile",
        /// The telephone at work.
        Office = "office",
    }
);

/// A way to send a code to somebody.
#[derive(Debug, Clone)]
pub struct Offer {
    /// How.
    pub way: FactorKind,
    /// Where to.
    pub target: Target,
    /// The address as it may be shown.
    pub shown: String,
    /// The country of a number.
    pub country: Option<&'static str>,
    /// The address.
    pub(crate) to: Secret<String>,
}

impl Offer {
    /// An offer of what may be shown.
    pub fn new(way: FactorKind, target: Target, shown: &str, to: Secret<String>) -> Self {
        Self { way, target, shown: shown.to_owned(), country: None, to }
    }
}

text_enum!(
    /// How a message stands.
    pub enum Delivery {
        /// On its way.
        Sending = "sending",
        /// The mail server or the gateway has taken it.
        Taken = "taken",
        /// The gateway told that it has arrived.
        Delivered = "delivered",
        /// It was refused, nobody answered, or the gateway told that it will not arrive.
        Failed = "failed",
    }
);

/// What a person is shown of the code that was last sent to them in the course of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// How.
    pub way: FactorKind,
    /// Where to.
    pub target: Target,
    /// The address as it may be shown.
    pub shown: String,
    /// How it stands.
    pub state: Delivery,
}

/// The code that was last sent in the course of a sign-in, as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub id: Uuid,
    pub way: FactorKind,
    pub target: Target,
    pub shown: String,
    pub state: Delivery,
    pub detail: Option<String>,
    /// Sealed.
    pub code: Vec<u8>,
    pub tries: i64,
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

impl From<Message> for Sent {
    fn from(message: Message) -> Self {
        Self { way: message.way, target: message.target, shown: message.shown, state: message.state }
    }
}

impl Message {
    /// What the list of attempts keeps of it.
    pub(crate) fn told(&self) -> String {
        let detail = self.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
        format!("{} to {}, {}{detail}", self.way, self.shown, self.state)
    }
}

/// What messages leave by. Cheap to clone.
#[derive(Clone)]
pub struct Post {
    /// Letters; none where no mail server is configured.
    pub mailer: Option<Mailer>,
    /// The way to gateways.
    pub gateways: Outlet,
}

/// Messages and the addresses of sign-ins under way.
#[derive(Clone)]
pub(crate) struct OutOfBandKit {
    pub(crate) post: Option<Post>,
    pub(crate) held: Cache<Uuid, Vec<Address>>,
    /// Sign-ins, and sessions of the portal, for which Graph did not answer just now: it is not waited for with each of their
    /// requests.
    pub(crate) failed: Cache<Uuid, ()>,
    pub(crate) patience: Duration,
}

impl OutOfBandKit {
    pub(crate) fn new(post: Option<Post>) -> Self {
        Self {
            post,
            held: Cache::builder().max_capacity(HELD).time_to_live(HELD_FOR).build(),
            failed: Cache::builder().max_capacity(HELD).time_to_live(FAILED_FOR).build(),
            patience: PATIENCE,
        }
    }
}

#[cfg(test)]
mod tests;
