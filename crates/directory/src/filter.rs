//! Which users and groups are wanted, and in which order.

use kernel::text_enum;

use crate::attributes::GroupKind;
use crate::model::{GroupId, SourceId, SourceKind};
use crate::state::StateName;

/// Which users; everything that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Words that must all be in the name, the user principal name or an address.
    pub text: Option<String>,
    /// In this state; without it those that the organisation holds: active, disabled and in conflict.
    pub state: Option<StateName>,
    /// With this cause of a conflict or reason of an exclusion.
    pub cause: Option<String>,
    /// From this source.
    pub source: Option<SourceId>,
    /// From a source of this kind.
    pub source_kind: Option<SourceKind>,
    /// In this department, whatever the case.
    pub department: Option<String>,
    /// Of this `userType`, whatever the case; users without one are members.
    pub user_type: Option<String>,
    /// In this group, at any depth.
    pub group: Option<GroupId>,
}

/// Which groups; everything that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupFilter {
    /// Words that must all be in the name, the address or the description.
    pub text: Option<String>,
    /// In this state; without it those that the organisation holds.
    pub state: Option<StateName>,
    /// With this cause of a conflict or reason of an exclusion.
    pub cause: Option<String>,
    /// From this source.
    pub source: Option<SourceId>,
    /// Of this kind.
    pub kind: Option<GroupKind>,
    /// Whether a rule decides who is in it.
    pub dynamic: Option<bool>,
}

text_enum!(
    /// What users are ordered by.
    pub enum UserSort {
        /// The name people see.
        Name = "name",
        /// The user principal name.
        Upn = "upn",
        /// When it last changed here.
        ChangedAt = "changed_at",
        /// The state's name.
        State = "state",
        /// The department.
        Department = "department",
    }
);

text_enum!(
    /// What groups are ordered by.
    pub enum GroupSort {
        /// The name people see.
        Name = "name",
        /// When it last changed here.
        ChangedAt = "changed_at",
        /// The state's name.
        State = "state",
        /// The kind.
        Kind = "kind",
    }
);

/// An order: by what, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order<S> {
    /// By what.
    pub by: S,
    /// The greatest first.
    pub descending: bool,
}

impl<S> Order<S> {
    /// The least first.
    pub fn ascending(by: S) -> Self {
        Self { by, descending: false }
    }

    /// The greatest first.
    pub fn descending(by: S) -> Self {
        Self { by, descending: true }
    }

    /// Reads `name` or, the greatest first, `-name`.
    pub fn parse(text: &str, name: impl FnOnce(&str) -> Option<S>) -> Option<Self> {
        match text.strip_prefix('-') {
            Some(rest) => name(rest).map(Self::descending),
            None => name(text).map(Self::ascending),
        }
    }
}

impl Default for Order<UserSort> {
    fn default() -> Self {
        Self::ascending(UserSort::Name)
    }
}

impl Default for Order<GroupSort> {
    fn default() -> Self {
        Self::ascending(GroupSort::Name)
    }
}
