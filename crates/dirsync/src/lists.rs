//! Exceptions (VPR-14) and additions (VPR-15): what operators say about single users, groups and aliases.

use directory::SourceId;
use kernel::{OrganisationId, Timestamp, text_enum};
use serde::Serialize;
use uuid::Uuid;

use crate::model::{AdditionId, ExceptionId};

text_enum!(
    /// What an exception is about.
    pub enum ExceptionKind {
        /// A user is kept out.
        User = "user",
        /// A group is kept out; its members are not.
        Group = "group",
        /// An alias is left out of what is taken over; the user who has it is not.
        Alias = "alias",
    }
);

/// Something that is kept out whatever the settings say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Exception {
    /// Its id.
    pub id: ExceptionId,
    /// Whose.
    #[serde(skip)]
    pub organisation: OrganisationId,
    /// Of which source.
    pub source_id: SourceId,
    /// User, group or alias.
    pub kind: ExceptionKind,
    /// The object id in the source, or the alias in lower case.
    pub value: String,
    /// What people call it.
    pub label: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Until when; none is for ever.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

impl Exception {
    /// The object id, when it is about a user or a group.
    pub fn object_id(&self) -> Option<Uuid> {
        match self.kind {
            ExceptionKind::User | ExceptionKind::Group => self.value.parse().ok(),
            ExceptionKind::Alias => None,
        }
    }

    /// The alias in lower case, when it is about one.
    pub fn alias(&self) -> Option<String> {
        matches!(self.kind, ExceptionKind::Alias).then(|| self.value.to_lowercase())
    }
}

text_enum!(
    /// Where an addition stands.
    pub enum AdditionState {
        /// The source does not have the user yet.
        Expected = "expected",
        /// The source has the user, who is let in.
        Found = "found",
        /// The user was not seen in time.
        Expired = "expired",
    }
);

/// A user who is let in whatever the settings say, known by an address; perhaps not in the source yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Addition {
    /// Its id.
    pub id: AdditionId,
    /// Whose.
    #[serde(skip)]
    pub organisation: OrganisationId,
    /// Of which source.
    pub source_id: SourceId,
    /// The address, in lower case.
    pub email: String,
    /// Where it stands.
    pub state: AdditionState,
    /// The user's id in the source, once seen.
    pub object_id: Option<Uuid>,
    /// Why.
    pub reason: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When the user was first seen.
    pub seen_at: Option<Timestamp>,
    /// When it is given up, unless the user was seen.
    pub expires_at: Timestamp,
}
