//! The safety net of a push: what a call takes away, against the limits of a day. A pure function.
//!
//! What it deliberately does not do: count. Who calls has counted, and notes what went through.

use scim::ResourceType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a call takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Of what.
    pub kind: LossKind,
    /// The user, or the group: its SCIM id.
    pub resource_id: Uuid,
    /// What people call it.
    pub name: String,
    /// How many: one user, one group, or so many members.
    pub amount: u64,
    /// Of how many; for members those of the group.
    pub of: u64,
}

/// Of what something is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// A user is disabled or deleted.
    User,
    /// A group is deleted.
    Group,
    /// A group loses members.
    Members,
}

/// A call as it was sent, to be carried out later.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// `PUT`, `PATCH` or `DELETE`.
    pub method: scim::bulk::Method,
    /// Of which kind of resource.
    pub kind: &'static ResourceType,
    /// Which.
    pub id: Uuid,
    /// The body, as it was read.
    pub body: Option<scim::Object>,
}
