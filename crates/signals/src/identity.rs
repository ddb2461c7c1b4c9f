//! Where an object of the log comes from. The log holds our ids; consumers often know people by the ids of the source.
//!
//! The directory knows, and lies above this room: it fills in what is asked here.

use std::collections::HashMap;

use async_trait::async_trait;
use kernel::OrganisationId;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{EventView, Logged};

/// Where a user or a group comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EventIdentity)]
pub struct Identity {
    /// The kind of the source: `graph`, `scim`, `ldap`, `csv`, `manual`.
    pub source: String,
    /// Which one; for `graph` the tenant.
    pub source_id: Uuid,
    /// The immutable id there.
    pub object_id: Uuid,
}

/// A member that is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Our id.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
}

/// What is known about the objects of some entries.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    /// Users and groups by our id.
    pub objects: HashMap<Uuid, Identity>,
    /// Members by their source and their object id there.
    pub members: HashMap<(Uuid, Uuid), Known>,
}

/// Who knows where objects come from.
#[async_trait]
pub trait KnowObjects: Send + Sync {
    /// What is known now about the objects of entries, and about those who joined or left. What is gone stays unknown.
    async fn identities(&self, organisation: OrganisationId, entries: &[Logged]) -> Result<Identities, StoreError>;
}

impl Identities {
    /// Fills in what is known.
    pub(crate) fn complete(&self, mut view: EventView) -> EventView {
        let identity = view.object.as_ref().and_then(|object| self.objects.get(&object.id)).cloned();
        if let Some(identity) = &identity {
            for member in &mut view.members {
                if let Some(known) = self.members.get(&(identity.source_id, member.object_id)) {
                    member.id = Some(known.id);
                    member.name = Some(known.name.clone());
                }
            }
        }
        view.identity = identity;
        view
    }
}
