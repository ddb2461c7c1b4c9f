//! Sign-ins that a person agrees to in another browser of theirs: on a telephone, say. No vendor's app is needed.
//!
//! ```text
//! this browser ──asks──► waiting ──shows 42──►        the other one, which has a key of its own and its page open
//!      ▲                    │                            │ sees where the sign-in comes from
//!      │                    ├──── types 42, signs ───────┤──► approved ──► counted once, `swk`
//!      └──── the answer     ├──── three wrong numbers ───┤──► spoilt
//!                           └──── "not me" ──────────────┘──► denied: the sign-in ends, everybody is told
//! ```
//!
//! What is signed is `vestibule-approve.{push}.{number}`: the agreement is to this sign-in, by the number that the person saw
//! there, and is a proof of the key that the other browser keeps. A person is asked at most five times an hour. A browser that
//! wants it is told while its page is closed ([`web`]).

pub mod approve;
pub mod web;

mod ask;

use std::time::Duration;

use kernel::{OrganisationId, Timestamp, text_enum};
use serde::Serialize;
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

pub use approve::{Agreed, Approver, Asked};
pub use ask::Pushed;

use crate::model::{AccountId, DeviceId, Origin, PushId};

/// How often a person is asked within an hour; who is asked once more is not asked for an hour.
pub(crate) const MOST: i64 = 5;
pub(crate) const LOCKED_FOR: Duration = Duration::from_hours(1);
/// Wrong numbers that end it.
pub(crate) const MOST_TRIES: i64 = 3;
/// How long the other browser's page stays open without its key being asked for again.
pub const OPEN_FOR: Duration = Duration::from_hours(12);
/// The most browsers in which a person can agree.
pub(crate) const MOST_DEVICES: usize = 5;

text_enum!(
    /// How it stands.
    pub enum PushState {
        /// The person is asked.
        Waiting = "waiting",
        /// They agreed.
        Approved = "approved",
        /// They said that it was not them.
        Denied = "denied",
        /// Too many wrong numbers.
        Spoilt = "spoilt",
        /// It has counted.
        Used = "used",
    }
);

/// A browser in which a person agrees to sign-ins elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaPushDevice)]
pub struct PushDevice {
    /// Its id.
    pub id: DeviceId,
    /// Whose organisation.
    #[serde(skip)]
    pub organisation: OrganisationId,
    /// Whose browser.
    #[serde(skip)]
    pub account: AccountId,
    /// What the person calls it.
    pub name: String,
    /// The public half of its key.
    #[serde(skip)]
    pub public_key: Vec<u8>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last used.
    pub last_used_at: Timestamp,
    /// Since when it is told of sign-ins also while its page is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_push_since: Option<Timestamp>,
}

/// A sign-in that waits for a person to agree elsewhere, as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Push {
    pub id: PushId,
    pub organisation: OrganisationId,
    pub provider: TenantId,
    pub account: AccountId,
    pub holder: Uuid,
    /// Sealed.
    pub number: Vec<u8>,
    pub state: PushState,
    pub tries: i64,
    pub origin: Origin,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What the page of the sign-in, or of the portal, shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushView {
    /// How it stands.
    pub state: PushState,
    /// The number to be typed elsewhere.
    pub number: String,
    /// Until when.
    pub until: Timestamp,
}

/// The text that the other browser signs to agree.
pub(crate) fn signed_text(push: PushId, number: &str) -> String {
    format!("vestibule-approve.{push}.{number}")
}
