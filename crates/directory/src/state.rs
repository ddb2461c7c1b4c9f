//! The states of a user or a group, and which changes of state there are.
//!
//! | from \ to | active, disabled | conflict | deleted | excluded | purged |
//! |---|---|---|---|---|---|
//! | (new) | seen, in scope | – | – | seen, out of scope | – |
//! | active, disabled | changed in the source | gone, disabled, or out of scope | – | – | – |
//! | conflict | back in scope, or ignored | cause or decision changed | due, or an operator said so | – | – |
//! | deleted | back in scope, or restored | – | – | – | retention over, gone from the source |
//! | excluded | in scope now | – | – | reason changed | gone from the source |
//!
//! A deleted user whose retention is over but whom the source still reports becomes excluded.

use kernel::{Timestamp, text_enum};
use serde::{Deserialize, Serialize};

text_enum!(
    /// The state's name.
    pub enum StateName {
        /// In use.
        Active = "active",
        /// Known, and may not be used: the source says so.
        Disabled = "disabled",
        /// Was in use, and the source or the settings no longer support it; waits for its due date or an operator.
        Conflict = "conflict",
        /// Given up; can be restored until it is purged.
        Deleted = "deleted",
        /// The source reports it and the settings keep it out.
        Excluded = "excluded",
    }
);

text_enum!(
    /// Why something that was in use is in conflict (VPR-16).
    pub enum ConflictCause {
        /// The source deleted it.
        Deleted = "deleted",
        /// The source disabled it, and disabled users are kept out.
        Disabled = "disabled",
        /// The filter no longer lets it in.
        OutOfFilter = "out_of_filter",
        /// It is no longer in one of the groups in scope.
        OutOfScope = "out_of_scope",
        /// An exception keeps it out.
        Exception = "exception",
        /// Guests, shared mailboxes or rooms are kept out.
        KindExcluded = "kind_excluded",
        /// Its domain is not managed.
        UnmanagedDomain = "unmanaged_domain",
        /// Its source was disconnected or replaced.
        SourceSwitched = "source_switched",
    }
);

text_enum!(
    /// Why the settings keep something out that was never in use here.
    pub enum ExcludedBecause {
        /// The source has it disabled, and disabled users are kept out.
        Disabled = "disabled",
        /// The filter does not let it in.
        Filter = "filter",
        /// It is in none of the groups in scope.
        GroupScope = "group_scope",
        /// An exception keeps it out.
        Exception = "exception",
        /// It is a guest.
        Guest = "guest",
        /// It is a shared mailbox, a room or equipment.
        Mailbox = "mailbox",
        /// Its domain is not managed.
        Domain = "domain",
        /// It was deleted here, its retention is over, and the source still reports it.
        Retired = "retired",
    }
);

text_enum!(
    /// What is to happen with a conflict.
    pub enum Decision {
        /// It is deleted when it is due.
        Pending = "pending",
        /// It stays in use until a moment.
        Ignored = "ignored",
        /// It stays, unusable, without being deleted.
        Deactivated = "deactivated",
    }
);

/// A conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Conflict {
    /// Why.
    pub cause: ConflictCause,
    /// Since when.
    pub since: Timestamp,
    /// When it is acted on: deleted when pending, looked at again when ignored; never when deactivated.
    pub due: Option<Timestamp>,
    /// What is to happen.
    pub decision: Decision,
}

/// The state of a user or a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// In use.
    Active,
    /// The source says it may not be used.
    Disabled,
    /// See [`Conflict`].
    Conflict(Conflict),
    /// Given up.
    Deleted {
        /// Since when.
        since: Timestamp,
        /// When it is purged.
        purge_at: Timestamp,
    },
    /// Kept out.
    Excluded {
        /// Why.
        because: ExcludedBecause,
    },
}

impl State {
    /// The state's name.
    pub const fn name(&self) -> StateName {
        match self {
            Self::Active => StateName::Active,
            Self::Disabled => StateName::Disabled,
            Self::Conflict(_) => StateName::Conflict,
            Self::Deleted { .. } => StateName::Deleted,
            Self::Excluded { .. } => StateName::Excluded,
        }
    }

    /// Whether it counts: a usable user passes doors, a usable group gives rights.
    pub const fn usable(&self) -> bool {
        match self {
            Self::Active => true,
            Self::Conflict(conflict) => matches!(conflict.decision, Decision::Ignored),
            Self::Disabled | Self::Deleted { .. } | Self::Excluded { .. } => false,
        }
    }

    /// Whether people and events see it: all but what the settings keep out.
    pub const fn visible(&self) -> bool {
        !matches!(self, Self::Excluded { .. })
    }

    /// Whether it is held by this organisation: visible and not deleted.
    pub const fn held(&self) -> bool {
        matches!(self, Self::Active | Self::Disabled | Self::Conflict(_))
    }

    /// When something is to happen by itself.
    pub const fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Conflict(conflict) => conflict.due,
            Self::Deleted { purge_at, .. } => Some(*purge_at),
            Self::Active | Self::Disabled | Self::Excluded { .. } => None,
        }
    }

    /// The cause of a conflict or the reason of an exclusion.
    pub const fn cause(&self) -> Option<&'static str> {
        match self {
            Self::Conflict(conflict) => Some(conflict.cause.as_str()),
            Self::Excluded { because } => Some(because.as_str()),
            Self::Active | Self::Disabled | Self::Deleted { .. } => None,
        }
    }
}
