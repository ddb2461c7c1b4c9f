//! What an operator sets for one source.

use std::time::Duration;

use kernel::text_enum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::DirsyncError;
use crate::filter::Filter;

text_enum!(
    /// Whether a source is read (VPR-03).
    pub enum Mode {
        /// It is not read.
        Off = "off",
        /// It is read, and what would change is shown; nothing changes.
        Preview = "preview",
        /// It is read and followed.
        On = "on",
    }
);

/// What an operator sets for one source. Defaults are those of the feature rows VPR-05 to VPR-07 and NET-01 to NET-27.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Off, preview only, or on.
    pub mode: Mode,
    /// Minutes between full compares, 1 to 10,080 (a week).
    pub full_interval_minutes: u32,
    /// Minutes between delta reads, 1 to 10,080.
    pub delta_interval_minutes: u32,
    /// Days from a conflict to its deletion, 0 to 365.
    pub delete_after_days: u32,
    /// Days from deletion to purge, 1 to 3,650.
    pub purge_after_days: u32,
    /// Whether users that the source has disabled are taken in, as disabled.
    pub include_disabled: bool,
    /// Whether guests are taken in.
    pub include_guests: bool,
    /// Whether shared mailboxes, rooms and equipment are taken in.
    pub include_mailboxes: bool,
    /// A Graph `$filter`; applies to users only.
    pub filter: Option<String>,
    /// Object ids of groups: only their members, nested ones too, are taken in. Empty: everybody.
    pub group_scope: Vec<Uuid>,
    /// Mail domains: only users whose user principal name or mail is in one are taken in. Empty: all.
    pub managed_domains: Vec<String>,
    /// Object ids of users and groups that are never put into conflict or deleted by a run (NET-09).
    pub protected: Vec<Uuid>,
    /// Who is told of held plans: mail addresses, or user names of operators who have one.
    pub owners: Vec<String>,
    /// Whether the source tells of changes, so that they are read at once; needs `notification_url` in `[dirsync]`.
    pub notifications: bool,
    /// What a run may take away without asking.
    pub limits: Limits,
}

/// What a run may take away without asking; the first limit reached holds the plan (NET-01, NET-03).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Users lost, in a run and in 24 hours.
    pub users: u32,
    /// Users lost, in per cent of all.
    pub users_percent: u32,
    /// Groups lost, in a run and in 24 hours.
    pub groups: u32,
    /// Groups lost, in per cent of all.
    pub groups_percent: u32,
    /// Members lost by one group, in per cent of its members.
    pub members_percent: u32,
    /// Groups with fewer members are not looked at for the limit before.
    pub members_from: u32,
    /// Whether creations and updates of a held plan go on at once (NET-02).
    pub apply_safe_part: bool,
    /// Hours until a held plan counts as rejected.
    pub hold_hours: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Preview,
            full_interval_minutes: 360,
            delta_interval_minutes: 5,
            delete_after_days: 7,
            purge_after_days: 30,
            include_disabled: false,
            include_guests: false,
            include_mailboxes: false,
            filter: None,
            group_scope: Vec::new(),
            managed_domains: Vec::new(),
            protected: Vec::new(),
            owners: Vec::new(),
            notifications: false,
            limits: Limits::default(),
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
            apply_safe_part: false,
            hold_hours: 72,
        }
    }
}

/// The most who are told of a held plan.
const MOST_OWNERS: usize = 20;
/// A week in minutes.
const WEEK: u32 = 7 * 24 * 60;

impl Settings {
    /// Checks bounds and the filter; speaks in sentences.
    pub fn validate(&self) -> Result<(), DirsyncError> {
        let bounds = [
            ("full_interval_minutes", self.full_interval_minutes, 1, WEEK),
            ("delta_interval_minutes", self.delta_interval_minutes, 1, WEEK),
            ("delete_after_days", self.delete_after_days, 0, 365),
            ("purge_after_days", self.purge_after_days, 1, 3_650),
            ("limits.users", self.limits.users, 1, 1_000_000),
            ("limits.users_percent", self.limits.users_percent, 1, 100),
            ("limits.groups", self.limits.groups, 1, 1_000_000),
            ("limits.groups_percent", self.limits.groups_percent, 1, 100),
            ("limits.members_percent", self.limits.members_percent, 1, 100),
            ("limits.members_from", self.limits.members_from, 1, 1_000_000),
            ("limits.hold_hours", self.limits.hold_hours, 1, 24 * 30),
        ];
        for (name, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                return Err(DirsyncError::Invalid(format!("{name} is {value}; it must be {least} to {most}")));
            }
        }
        let lists = [("group_scope", self.group_scope.len()), ("protected", self.protected.len())];
        for (name, length) in lists {
            if length > 1_000 {
                return Err(DirsyncError::Invalid(format!("{name} has {length} entries; at most 1000 are allowed")));
            }
        }
        if self.owners.len() > MOST_OWNERS {
            return Err(DirsyncError::Invalid(format!(
                "owners has {} entries; at most {MOST_OWNERS} are allowed",
                self.owners.len()
            )));
        }
        for owner in &self.owners {
            let is_name = !owner.is_empty() && owner.len() <= 320 && !owner.contains(['@', ' ', '\r', '\n', '<', '>']);
            if !is_name && !mail::is_address(owner) {
                return Err(DirsyncError::Invalid(format!(
                    "owners: {owner:?} is neither a mail address nor a user name"
                )));
            }
        }
        for domain in &self.managed_domains {
            if domain.is_empty() || domain.contains(['@', ' ', '/']) || domain.len() > 253 {
                return Err(DirsyncError::Invalid(format!("{domain:?} is not a mail domain such as example.org")));
            }
        }
        self.parsed_filter().map(drop)
    }

    /// The filter, parsed; an empty one is none.
    pub fn parsed_filter(&self) -> Result<Option<Filter>, DirsyncError> {
        match self.filter.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => Filter::parse(text).map(Some).map_err(DirsyncError::Filter),
        }
    }

    /// From a conflict to its deletion.
    pub fn delete_after(&self) -> Duration {
        Duration::from_secs(u64::from(self.delete_after_days) * 86_400)
    }

    /// From deletion to purge.
    pub fn purge_after(&self) -> Duration {
        Duration::from_secs(u64::from(self.purge_after_days) * 86_400)
    }

    /// Whether the same users and groups are let in as by `other`, so that no new preview is needed (NET-07).
    pub fn same_scope(&self, other: &Self) -> bool {
        let scope = |settings: &Self| {
            (
                settings.include_disabled,
                settings.include_guests,
                settings.include_mailboxes,
                settings.filter.clone(),
                settings.group_scope.clone(),
                settings.managed_domains.clone(),
            )
        };
        scope(self) == scope(other)
    }
}
