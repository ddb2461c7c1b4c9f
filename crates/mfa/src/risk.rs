//! How likely it is that somebody else uses an account, as Entra ID Protection says (Graph: riskyUser). Read where an
//! organisation has granted that, which is a consent of its own; kept; asked for by policies.
//!
//! ```text
//! granted? ──► riskyUsers, what changed ──► a level for each person ──► policies, at each step of a sign-in
//!  a consent    every five minutes,           newly high: remembered
//!  of its own   all of them once a day        browsers are forgotten
//! ```
//!
//! A read that failed or named nobody ends no risk: who was at risk stays so until Entra says otherwise. Whoever was not,
//! is of unknown risk once the last good read is [`STALE_AFTER`] ago; what a policy makes of that, it says itself.

mod known;
mod read;
mod view;

use std::time::Duration;

use kernel::{Timestamp, text_enum};
use serde::{Deserialize, Serialize};
use tenants::grants::needed;
use tenants::{Feature, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use known::{Risks, ask_risk};
pub(crate) use read::ReadHandler;
pub use view::{RiskFigures, RiskView, RiskyPerson};

/// After so long without a good read it is not known any more who has come to be at risk.
pub const STALE_AFTER: Duration = Duration::from_hours(6);

text_enum!(
    /// How likely it is that somebody else uses an account, the lowest first (Graph: riskLevel).
    pub enum RiskLevel {
        /// A little.
        Low = "low",
        /// Somewhat.
        Medium = "medium",
        /// Very.
        High = "high",
    }
);

text_enum!(
    /// What is said of a person at risk (Graph: riskState).
    pub enum RiskState {
        /// Entra has noticed something.
        AtRisk = "at_risk",
        /// An administrator has confirmed it.
        ConfirmedCompromised = "confirmed_compromised",
    }
);

text_enum!(
    /// Why a person's risk is not known.
    pub enum RiskUnknown {
        /// Nobody has chosen for the tenant here that risks are read.
        NotChosen = "not_chosen",
        /// It is chosen, and the first read is still to come.
        NotRead = "not_read",
        /// It is chosen, and an administrator of the tenant has not consented.
        NotGranted = "not_granted",
        /// The tenant's plan has no risks: they need Entra ID P2.
        NotLicensed = "not_licensed",
        /// Graph did not answer as it should.
        Unanswered = "unanswered",
        /// The last good read is too long ago.
        Stale = "stale",
        /// Entra says that there is a risk, and not how high it is.
        Hidden = "hidden",
    }
);

impl RiskUnknown {
    /// Why risks of a tenant are not even asked for; nothing where they may be.
    pub(crate) fn of(tenant: &Tenant) -> Option<Self> {
        if !tenant.features.contains(&Feature::Risk) {
            return Some(Self::NotChosen);
        }
        let granted = needed(&[Feature::Risk]).iter().all(|grant| grant.is_met_by(&tenant.health.roles));
        (!granted).then_some(Self::NotGranted)
    }

    /// Why it is not known by what was read, for a tenant of which it is chosen.
    pub(crate) fn once_chosen(self) -> Self {
        if self == Self::NotChosen { Self::NotRead } else { self }
    }

    /// What to do about it.
    pub fn mend(self) -> &'static str {
        match self {
            Self::NotChosen => {
                "add the feature risk to the tenant, add the permission to its application, then have an administrator open \
                 the consent link"
            }
            Self::NotRead => "wait: risks are read every five minutes",
            Self::NotGranted => {
                "add the permission to the tenant's application, have an administrator open the consent link, then test the \
                 tenant"
            }
            Self::NotLicensed => "get Entra ID P2, or ask for risk in no policy",
            Self::Unanswered => "look at the tenant's status; it is tried again every five minutes",
            Self::Stale => "look whether the server's jobs run; it is tried again every five minutes",
            Self::Hidden => "get Entra ID P2: without it Entra hides how high a risk is",
        }
    }
}

/// What is known of a person's risk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MfaKnownRisk)]
pub struct KnownRisk {
    /// How high it is, as last read; absent where Entra names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<RiskLevel>,
    /// Why it may be higher than that; absent where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<RiskUnknown>,
    /// When Entra was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
}

impl KnownRisk {
    /// A known level.
    pub(crate) fn at(level: RiskLevel) -> Self {
        Self { level: Some(level), ..Self::default() }
    }
}

/// A person at risk, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Risky {
    pub object_id: Uuid,
    /// Nothing where Entra hides it.
    pub level: Option<RiskLevel>,
    pub state: RiskState,
    pub detail: Option<String>,
    pub changed_at: Option<Timestamp>,
    pub seen_at: Timestamp,
}

/// How the reading stands for a tenant, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    pub trouble: Option<RiskUnknown>,
    pub detail: Option<String>,
    pub tried_at: Timestamp,
    pub read_at: Option<Timestamp>,
    pub whole_at: Option<Timestamp>,
    pub seen_until: Option<Timestamp>,
}

impl Reading {
    /// Before the first try.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { trouble: None, detail: None, tried_at: now, read_at: None, whole_at: None, seen_until: None }
    }

    /// Why it is not known who has come to be at risk; nothing where it is.
    pub(crate) fn unknown(&self, now: Timestamp) -> Option<RiskUnknown> {
        let fresh = self.read_at.is_some_and(|read| read.plus(STALE_AFTER) > now);
        (!fresh).then(|| self.trouble.unwrap_or(RiskUnknown::Stale))
    }
}

#[cfg(test)]
mod tests;
