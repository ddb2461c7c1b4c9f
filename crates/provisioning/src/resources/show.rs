//! How a resource is shown: its id, `meta`, its groups or members, the manager's address.

use std::collections::{HashMap, HashSet};

use scim::project::Projection;
use scim::resource::Meta;
use scim::schema::ENTERPRISE_SCHEMA;
use scim::{GROUP, Object, ResourceType, USER};
use serde_json::{Value, json};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::etag;
use crate::plan;
use crate::pusher::Pusher;
use crate::store::members::{self, Told};
use crate::store::resources::{self as rows, Beside, Stored, is_user};

/// Which computed attributes are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extras {
    /// A group's `members`, or a user's `groups`.
    pub(super) relations: bool,
    /// What is told of members on request only: their `type`, and their `display`.
    pub(super) kinds: bool,
    pub(super) names: bool,
    /// Whether the manager is known here.
    pub(super) manager: bool,
}

impl Extras {
    /// Everything but the manager: what a filter may ask for.
    pub(super) const ALL: Self = Self { relations: true, kinds: true, names: true, manager: false };

    /// What is read with the resources themselves.
    pub(super) fn beside(self) -> Beside {
        if self.relations { Beside::Groups } else { Beside::Nothing }
    }

    /// What a projection needs. Members that nobody wants are not read.
    pub(super) fn of(kind: &'static ResourceType, projection: &Projection) -> Self {
        let relation = if is_user(kind) { "groups" } else { "members" };
        let manager = is_user(kind) && projection.wants(MANAGER);
        let (kinds, names) = (projection.wants("members.type"), projection.wants("members.display"));
        Self { relations: projection.wants(relation), kinds, names, manager }
    }
}

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

/// Resources as a client sees them, whole.
pub(super) async fn whole(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: &'static ResourceType,
    mut list: Vec<Stored>,
    extras: Extras,
) -> Result<Vec<Object>, StoreError> {
    let mut related = relations(tx, kind, &mut list, extras).await?;
    let known = if extras.manager { known_managers(tx, pusher, &list).await? } else { HashSet::new() };
    Ok(list
        .into_iter()
        .map(|row| {
            let told = related.remove(&row.number).unwrap_or_default();
            dressed(pusher, kind, row, &told, extras, &known)
        })
        .collect())
}

/// Resources as a client asked to see them.
pub(super) async fn shown(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: &'static ResourceType,
    list: Vec<Stored>,
    projection: &Projection,
) -> Result<Vec<Object>, StoreError> {
    let whole = whole(tx, pusher, kind, list, Extras::of(kind, projection)).await?;
    Ok(whole.into_iter().map(|resource| projection.apply(resource)).collect())
}

async fn relations(
    tx: &mut Tx,
    kind: &'static ResourceType,
    list: &mut [Stored],
    extras: Extras,
) -> Result<HashMap<i64, Vec<Told>>, StoreError> {
    let mut related = HashMap::<i64, Vec<Told>>::new();
    if !extras.relations {
        return Ok(related);
    }
    let told = if is_user(kind) {
        let numbers: Vec<i64> = list.iter().filter(|row| row.groups.is_none()).map(|row| row.number).collect();
        let mut told: Vec<Told> = list.iter_mut().filter_map(|row| row.groups.take()).flatten().collect();
        if !numbers.is_empty() {
            told.extend(members::told_of_users(tx, &numbers).await?);
        }
        told
    } else {
        let numbers: Vec<i64> = list.iter().filter(|row| row.member_count > 0).map(|row| row.number).collect();
        if numbers.is_empty() { Vec::new() } else { members::told_of_groups(tx, &numbers, extras.names).await? }
    };
    for told in told {
        related.entry(told.of).or_default().push(told);
    }
    Ok(related)
}

/// Which of the managers named are users of the connection.
async fn known_managers(tx: &mut Tx, pusher: &Pusher, list: &[Stored]) -> Result<HashSet<Uuid>, StoreError> {
    let ids: HashSet<Uuid> = list.iter().filter_map(|row| rows::canonical(plan::manager(&row.resource)?)).collect();
    if ids.is_empty() {
        return Ok(ids);
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let found = rows::locate(tx, &USER, pusher.connection.id, &ids).await?;
    Ok(found.into_iter().map(|(id, _, _)| id).collect())
}

fn dressed(
    pusher: &Pusher,
    kind: &'static ResourceType,
    row: Stored,
    related: &[Told],
    extras: Extras,
    known: &HashSet<Uuid>,
) -> Object {
    let version = etag(&row).to_string();
    let location = pusher.location(kind, row.id);
    let meta =
        Meta { kind, created: row.created_at, last_modified: row.changed_at, location: &location, version: &version };
    let mut resource = row.resource;
    resource.insert("id".to_owned(), row.id.to_string().into());
    resource.insert("meta".to_owned(), meta.to_value());
    if !related.is_empty() {
        let name = if is_user(kind) { "groups" } else { "members" };
        let list = related.iter().map(|told| relation(pusher, kind, told, extras)).collect();
        resource.insert(name.to_owned(), Value::Array(list));
    }
    if let Some(id) = plan::manager(&resource).and_then(rows::canonical).filter(|id| known.contains(id)) {
        let address = pusher.location(&USER, id);
        let manager = resource.get_mut(ENTERPRISE_SCHEMA.urn).and_then(|extension| extension.get_mut("manager"));
        if let Some(Value::Object(manager)) = manager {
            manager.insert("$ref".to_owned(), address.into());
        }
    }
    resource
}

/// An element of `groups` (RFC 7643 §4.1.2) or `members` (§4.2).
fn relation(pusher: &Pusher, kind: &'static ResourceType, told: &Told, extras: Extras) -> Value {
    let of = if told.kind == USER.name { &USER } else { &GROUP };
    let mut element = json!({ "value": told.id, "$ref": pusher.location(of, told.id) });
    if is_user(kind) {
        element["type"] = "direct".into();
    } else if extras.kinds {
        element["type"] = told.kind.into();
    }
    if let Some(name) = &told.name {
        element["display"] = name.as_str().into();
    }
    element
}
