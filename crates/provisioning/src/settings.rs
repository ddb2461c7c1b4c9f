//! What an operator sets for one connection.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::ProvisioningError;

/// What an operator sets for one connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ProvisioningSettings)]
pub struct Settings {
    /// What a day may take away without asking.
    pub limits: Limits,
    /// Days from a user's or group's deletion to its purge from the directory, 1 to 3,650.
    pub purge_after_days: u32,
    /// Days that calls are kept, 1 to 365.
    pub keep_calls_days: u32,
    /// Whether bodies of calls are kept too, redacted.
    pub keep_bodies: bool,
    /// Whether attributes that no schema has are refused; else they are ignored, as most servers do.
    pub refuse_unknown: bool,
    /// Tokens that Entra itself issues, for when the secret is left blank there.
    pub entra_tokens: Option<EntraTokens>,
    /// The enterprise application that pushes, by the object id of its service principal in the bound tenant. Else it is
    /// looked for by the connection's name.
    pub application: Option<Uuid>,
}

/// Which tokens of Entra's are taken (scim.md §9.4). Meant for tests: whoever may configure an application in that
/// tenant can get one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntraTokens {
    /// The tenant that must have issued it.
    pub tenant_id: Uuid,
    /// The audience it must be for; `8adf8e6e-67b2-4cf2-a259-e3dc5476c621` for applications that are not in the gallery.
    #[serde(default = "audience")]
    pub audience: String,
}

impl EntraTokens {
    /// The audience of tokens for applications that are not in the gallery.
    pub const USUAL_AUDIENCE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
}

fn audience() -> String {
    EntraTokens::USUAL_AUDIENCE.to_owned()
}

/// What a day may take away without asking; the first limit reached holds the call (NET-01, NET-15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ProvisioningLimits)]
pub struct Limits {
    /// Users disabled or deleted in 24 hours.
    pub users: u32,
    /// The same in per cent of all active users.
    pub users_percent: u32,
    /// Groups deleted in 24 hours.
    pub groups: u32,
    /// The same in per cent of all groups.
    pub groups_percent: u32,
    /// Members lost by one group in 24 hours, in per cent.
    pub members_percent: u32,
    /// Groups with fewer members are not looked at for the limit before.
    pub members_from: u32,
    /// Hours for which a new user or group does not count: what was just made may be unmade.
    pub young_hours: u32,
    /// Hours until held calls count as rejected.
    pub hold_hours: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            purge_after_days: 30,
            keep_calls_days: 30,
            keep_bodies: true,
            refuse_unknown: false,
            entra_tokens: None,
            application: None,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            users: 25,
            users_percent: 5,
            groups: 10,
            groups_percent: 5,
            members_percent: 30,
            members_from: 10,
            young_hours: 24,
            hold_hours: 72,
        }
    }
}

impl Settings {
    /// Checks bounds; speaks in sentences.
    pub fn validate(&self) -> Result<(), ProvisioningError> {
        let limits = &self.limits;
        let bounds = [
            ("limits.users", limits.users, 1, 1_000_000),
            ("limits.users_percent", limits.users_percent, 1, 100),
            ("limits.groups", limits.groups, 1, 1_000_000),
            ("limits.groups_percent", limits.groups_percent, 1, 100),
            ("limits.members_percent", limits.members_percent, 1, 100),
            ("limits.members_from", limits.members_from, 1, 1_000_000),
            ("limits.young_hours", limits.young_hours, 0, 24 * 30),
            ("limits.hold_hours", limits.hold_hours, 1, 24 * 30),
            ("purge_after_days", self.purge_after_days, 1, 3_650),
            ("keep_calls_days", self.keep_calls_days, 1, 365),
        ];
        for (name, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                return Err(ProvisioningError::Invalid(format!("{name} is {value}; it must be {least} to {most}")));
            }
        }
        let audience = self.entra_tokens.as_ref().map_or("x", |tokens| tokens.audience.trim());
        if audience.is_empty() || audience.len() > 200 {
            return Err(ProvisioningError::Invalid("entra_tokens.audience must have 1 to 200 characters".to_owned()));
        }
        Ok(())
    }
}
