//! How a tenant's connection is, in one word, out of what was seen. Pure.
//!
//! ```text
//! what failed ──► status        no failure: roles of the token ──► missing all, some, none
//!                               nothing missing: the end of the credential ──► expiring, granted
//! ```
//!
//! AADSTS numbers that are not in the table below are refusals whose text `oidc` explains.

mod fault;

use kernel::Timestamp;

use crate::expiry::{RED_DAYS, days_before};
use crate::grants::{self, Grant};
use crate::{Feature, TenantId};

pub use fault::{Failure, Fault};
pub(crate) use fault::{innermost, sentence};

kernel::text_enum!(
    /// How a tenant's connection is.
    pub enum Status {
        /// Everything needed is granted and works.
        Granted = "granted",
        /// Everything is granted, but Entra asks for more than consent, such as a directory role.
        RoleMissing = "role_missing",
        /// What was granted is still there; a feature chosen later needs more.
        UpdateNeeded = "update_needed",
        /// Some of the permissions are missing.
        PartlyGranted = "partly_granted",
        /// No permission is granted (any more).
        ConsentWithdrawn = "consent_withdrawn",
        /// The application is switched off in the tenant.
        AppDisabled = "app_disabled",
        /// The tenant does not know the application (any more).
        AppDeleted = "app_deleted",
        /// Every credential has expired.
        SecretExpired = "secret_expired",
        /// The last credential ends within seven days.
        SecretExpiring = "secret_expiring",
        /// Entra gives no token: wrong credential, Conditional Access, policy.
        TokenRefused = "token_refused",
        /// The tenant lacks a licence.
        LicenceMissing = "licence_missing",
        /// Entra or Graph throttles us.
        Throttled = "throttled",
        /// The tenant cannot be reached, or does not exist.
        Unreachable = "unreachable",
        /// Nobody has looked yet.
        NeverProbed = "never_probed",
    }
);

/// How bad a status is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// All is well.
    Good,
    /// It works; look at it.
    Warning,
    /// It does not work.
    Bad,
}

impl Status {
    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::Granted => Severity::Good,
            Self::UpdateNeeded | Self::LicenceMissing | Self::Throttled | Self::NeverProbed => Severity::Warning,
            _ => Severity::Bad,
        }
    }

    /// What an administrator does about it.
    pub fn mend(self) -> &'static str {
        match self {
            Self::Granted => "nothing to do",
            Self::RoleMissing => {
                "Graph refuses although the permissions are granted: wait some minutes after a new consent; if it stays, \
                 assign the application the directory role that the refusal names"
            }
            Self::UpdateNeeded | Self::PartlyGranted => {
                "grant the missing permissions (the script on the permissions page does it), then check again"
            }
            Self::ConsentWithdrawn => "have an administrator give consent again, then check again",
            Self::AppDisabled => {
                "enable it: Enterprise applications, the application, Properties, Enabled for users to sign-in"
            }
            Self::AppDeleted => "check tenant id and client id; if both are right, give consent again in this tenant",
            Self::SecretExpired => "create a new secret or certificate on the app registration and add it here",
            Self::SecretExpiring => {
                "stage a new secret or certificate now; it takes over by itself when the old one is refused"
            }
            Self::TokenRefused => {
                "read the code: replace a wrong credential, or exclude the application from the policy that blocks it"
            }
            Self::LicenceMissing => "assign the licence in the tenant, or switch the feature off",
            Self::Throttled => "nothing to do: Vestibule waits as long as Microsoft asks and goes on by itself",
            Self::Unreachable => "check the network, the proxy, the tenant id and the cloud; run the test for details",
            Self::NeverProbed => "check now",
        }
    }

    /// Where in the console it is mended.
    pub fn link(self, tenant: TenantId) -> String {
        let part = match self {
            Self::UpdateNeeded | Self::PartlyGranted | Self::ConsentWithdrawn | Self::RoleMissing => "#permissions",
            Self::SecretExpired | Self::SecretExpiring | Self::TokenRefused => "#credentials",
            Self::AppDisabled | Self::AppDeleted | Self::Unreachable | Self::NeverProbed => "#test",
            Self::Granted | Self::LicenceMissing | Self::Throttled => "",
        };
        format!("/tenants/{tenant}{part}")
    }
}

/// What was seen of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// What it is used for.
    pub features: &'a [Feature],
    /// The permissions in the token, where one was got.
    pub roles: Option<&'a [String]>,
    /// Every permission ever seen before.
    pub roles_seen: &'a [String],
    /// What failed first.
    pub failure: Option<&'a Failure>,
    /// When the last usable credential ends, where known.
    pub credential_ends: Option<Timestamp>,
    /// The time.
    pub now: Timestamp,
}

/// What follows from the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// In one word.
    pub status: Status,
    /// In a sentence.
    pub detail: String,
    /// The raw code.
    pub code: Option<String>,
    /// The features that are stopped.
    pub stopped: Vec<Feature>,
}

/// Makes one word out of what was seen.
pub fn classify(evidence: &Evidence<'_>) -> Verdict {
    let lacking = evidence.roles.map(|roles| grants::compare(evidence.features, roles).missing).unwrap_or_default();
    match evidence.failure {
        Some(failure) if failure.fault == Fault::Forbidden && !lacking.is_empty() => {
            Verdict { code: failure.code.clone(), ..by_roles(evidence, &lacking) }
        }
        Some(failure) => by_failure(evidence, failure),
        None if !lacking.is_empty() => by_roles(evidence, &lacking),
        None if evidence.roles.is_none() => verdict(Status::NeverProbed, "nobody has looked yet", None, Vec::new()),
        None => by_expiry(evidence),
    }
}

fn verdict(status: Status, detail: impl Into<String>, code: Option<String>, stopped: Vec<Feature>) -> Verdict {
    Verdict { status, detail: detail.into(), code, stopped }
}

fn by_failure(evidence: &Evidence<'_>, failure: &Failure) -> Verdict {
    let ended = evidence.credential_ends.is_some_and(|end| end <= evidence.now);
    let status = match failure.fault {
        Fault::WrongCredential if ended => Status::SecretExpired,
        fault => fault.status(),
    };
    let stopped = match (status, failure.feature) {
        (Status::LicenceMissing, _) => Vec::new(),
        (Status::RoleMissing, Some(feature)) => vec![feature],
        _ => evidence.features.to_vec(),
    };
    verdict(status, failure.detail.clone(), failure.code.clone(), stopped)
}

fn by_roles(evidence: &Evidence<'_>, lacking: &[&'static Grant]) -> Verdict {
    let roles = evidence.roles.unwrap_or_default();
    if roles.is_empty() {
        let never = evidence.roles_seen.is_empty();
        let detail =
            if never { "no permission is granted yet" } else { "consent was withdrawn: no permission is left" };
        return verdict(Status::ConsentWithdrawn, detail, None, evidence.features.to_vec());
    }
    let stopped: Vec<_> = lacking.iter().filter(|grant| !grant.optional).map(|grant| grant.feature).collect();
    let lost = lacking.iter().any(|grant| grant.is_met_by(evidence.roles_seen));
    let grew = !evidence.roles_seen.is_empty() && !lost;
    let status = if stopped.is_empty() || grew { Status::UpdateNeeded } else { Status::PartlyGranted };
    let names: Vec<_> = lacking.iter().map(|grant| grant.name).collect();
    verdict(status, format!("missing: {}", names.join(", ")), None, stopped)
}

fn by_expiry(evidence: &Evidence<'_>) -> Verdict {
    match evidence.credential_ends {
        Some(end) if days_before(end, RED_DAYS) <= evidence.now => {
            verdict(Status::SecretExpiring, format!("the last credential ends at {end}"), None, Vec::new())
        }
        _ => verdict(Status::Granted, "everything needed is granted and works", None, Vec::new()),
    }
}

#[cfg(test)]
mod tests;
