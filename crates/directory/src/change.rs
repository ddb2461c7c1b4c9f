//! What a plan would do to the directory: typed changes, each with its cause. Plain data, kept in the database while a
//! plan waits.

use kernel::text_enum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attributes::{GroupAttributes, UserAttributes};
use crate::model::Member;
use crate::state::State;

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A user.
    User,
    /// A group.
    Group,
}

impl ObjectKind {
    /// The kind's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
        }
    }
}

text_enum!(
    /// Why a change is made; the answer to "why" (design: each change has a typed cause).
    pub enum Cause {
        /// The source shows it for the first time.
        NewInSource = "new_in_source",
        /// The source shows other attributes.
        ChangedInSource = "changed_in_source",
        /// The source disabled it.
        DisabledInSource = "disabled_in_source",
        /// The source enabled it.
        EnabledInSource = "enabled_in_source",
        /// The source deleted it, confirmed by a second look.
        DeletedInSource = "deleted_in_source",
        /// The source restored it, or shows it again.
        RestoredInSource = "restored_in_source",
        /// The settings now let it in.
        CameIntoScope = "came_into_scope",
        /// The settings no longer let it in.
        LeftScope = "left_scope",
        /// The source shows other members.
        MembersChanged = "members_changed",
        /// The delay before deletion is over.
        DelayOver = "delay_over",
        /// The time for which a conflict was ignored is over.
        IgnoreOver = "ignore_over",
        /// The retention of a deleted object is over.
        RetentionOver = "retention_over",
        /// An operator decided.
        Operator = "operator",
        /// An earlier change is taken back.
        Undo = "undo",
        /// A user was added by hand.
        Addition = "addition",
        /// A complete read did not show it; nothing is done until a second one agrees (NET-04).
        Missing = "missing",
        /// The source was disconnected.
        SourceRemoved = "source_removed",
    }
);

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Makes the user, or brings attributes and state to this.
    PutUser {
        /// All attributes.
        attributes: Box<UserAttributes>,
        /// The state.
        state: State,
    },
    /// Makes the group, or brings attributes and state to this.
    PutGroup {
        /// All attributes.
        attributes: Box<GroupAttributes>,
        /// The state.
        state: State,
    },
    /// Changes the state only.
    SetState {
        /// The state.
        state: State,
    },
    /// Changes direct members.
    Members {
        /// Members to add.
        added: Vec<Member>,
        /// Members to remove.
        removed: Vec<Member>,
    },
    /// Notes that a complete read did not show it.
    MarkMissing,
    /// Removes the row and its memberships for good.
    Purge,
}

/// One item of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// User or group.
    pub kind: ObjectKind,
    /// The immutable id in the source.
    pub object_id: Uuid,
    /// What people call it, for the preview.
    pub name: String,
    /// What is to be done.
    #[serde(flatten)]
    pub act: Act,
    /// Why.
    pub cause: Cause,
    /// The revision of the object that the change was planned on; `None` for a new one. An object that has moved on
    /// since is left alone: the next run looks at it again.
    pub base: Option<i64>,
}
