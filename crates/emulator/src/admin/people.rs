//! Users, groups and memberships, edited as the tenant itself would: nothing is refused for lack of permission, and
//! synced objects can be written.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use kernel::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{AdminError, tenant};
use crate::directory::property::user;
use crate::directory::{Author, Directory, GroupDeletion, Kind, Life, Ref};
use crate::world::World;

/// What lists are asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Part of the display or principal name.
    pub search: Option<String>,
    /// The deleted ones instead.
    pub deleted: bool,
    /// How many to leave out.
    pub skip: usize,
    /// How many at most; 100 when not given.
    pub limit: Option<usize>,
}

/// What a deletion is told.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeleteQuery {
    /// For good.
    pub purge: bool,
}

/// `GET tenants/{tenant}/users`.
pub async fn list_users(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<Value>>, AdminError> {
    Ok(Json(list(&tenant(&world, &name)?.directory(), Kind::User, &query)))
}

/// `GET tenants/{tenant}/groups`.
pub async fn list_groups(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<Value>>, AdminError> {
    Ok(Json(list(&tenant(&world, &name)?.directory(), Kind::Group, &query)))
}

/// `GET tenants/{tenant}/users/{user}`: by id or principal name, deleted ones by id.
pub async fn read_user(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let directory = tenant.directory();
    Ok(Json(shown(&directory, find(&directory, Kind::User, &key)?)))
}

/// `GET tenants/{tenant}/groups/{group}`.
pub async fn read_group(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let directory = tenant.directory();
    Ok(Json(shown(&directory, find(&directory, Kind::Group, &key)?)))
}

/// `POST tenants/{tenant}/users`: a Graph body, here with any property and an optional `id`; `manager` names one.
pub async fn create_user(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(body): Json<Map<String, Value>>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut directory = tenant.directory_mut();
    let password = body.clone();
    let id = add_user(&mut directory, body, world.clock.now())?;
    tenant.methods_mut().note_password(id, &password);
    Ok((StatusCode::CREATED, Json(shown(&directory, find(&directory, Kind::User, &id.to_string())?))))
}

/// Makes a user; what Graph insists on and the body leaves out is filled in.
pub fn add_user(directory: &mut Directory, mut body: Map<String, Value>, now: Timestamp) -> Result<Uuid, AdminError> {
    let principal_name = body.get("userPrincipalName").and_then(Value::as_str).unwrap_or_default().to_owned();
    let nickname = principal_name.split('@').next().unwrap_or_default().to_owned();
    let manager = body.remove("manager");
    let usual = json!({
        "accountEnabled": true, "displayName": nickname, "mailNickname": nickname,
        "passwordProfile": { "forceChangePasswordNextSignIn": true, "password": "made by the emulator" },
    });
    for (name, value) in usual.as_object().cloned().unwrap_or_default() {
        body.entry(name).or_insert(value);
    }
    let id = directory.create_user(&body, Author::Service, now)?;
    if let Some(manager) = manager {
        place_under(directory, &id.to_string(), &manager, now)?;
    }
    Ok(id)
}

/// `PATCH tenants/{tenant}/users/{user}`: a Graph body; `manager` names one or is `null`; `admin` sets or takes a
/// privileged role.
pub async fn update_user(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
    Json(mut body): Json<Map<String, Value>>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut directory = tenant.directory_mut();
    let object = living(&directory, Kind::User, &key)?;
    let now = world.clock.now();
    if let Some(manager) = body.remove("manager") {
        let id = directory.id(object).to_string();
        place_under(&mut directory, &id, &manager, now)?;
    }
    if let Some(admin) = body.remove("admin").and_then(|admin| admin.as_bool()) {
        directory.set_admin(object.ordinal, admin);
    }
    directory.patch_user(object.ordinal, &body, Author::Service, now)?;
    tenant.methods_mut().note_password(directory.id(object), &body);
    Ok(Json(shown(&directory, object)))
}

/// `DELETE tenants/{tenant}/users/{user}`, with `?purge=true` for good.
pub async fn delete_user(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
    Query(query): Query<DeleteQuery>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut directory = tenant.directory_mut();
    let object = find(&directory, Kind::User, &key)?;
    let now = world.clock.now();
    directory.delete_user(object.ordinal, now);
    if query.purge {
        directory.purge_user(object.ordinal, now);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `POST tenants/{tenant}/users/{user}/restore`.
pub async fn restore_user(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut directory = tenant.directory_mut();
    let object = find(&directory, Kind::User, &key)?;
    directory.restore_user(object.ordinal, None, world.clock.now())?;
    Ok(Json(shown(&directory, object)))
}

/// `POST tenants/{tenant}/groups`: a Graph body; `members` lists ids or principal names.
pub async fn create_group(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(mut body): Json<Map<String, Value>>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let tenant = tenant(&world, &name)?;
    let now = world.clock.now();
    let mut directory = tenant.directory_mut();
    let members = body.remove("members").and_then(|members| members.as_array().cloned()).unwrap_or_default();
    let display_name = body.get("displayName").and_then(Value::as_str).unwrap_or("Group").to_owned();
    let nickname: String = display_name.chars().filter(char::is_ascii_alphanumeric).collect();
    let usual =
        json!({ "displayName": display_name, "mailEnabled": false, "mailNickname": nickname, "securityEnabled": true });
    for (name, value) in usual.as_object().cloned().unwrap_or_default() {
        body.entry(name).or_insert(value);
    }
    let id = directory.create_group(&body, Author::Service, now)?;
    let object = find(&directory, Kind::Group, &id.to_string())?;
    for member in members.iter().filter_map(Value::as_str) {
        let member = member_named(&directory, member)?;
        directory.add_member(object.ordinal, member, Author::Service, now)?;
    }
    Ok((StatusCode::CREATED, Json(shown(&directory, object))))
}

/// `PATCH tenants/{tenant}/groups/{group}`.
pub async fn update_group(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
    Json(body): Json<Map<String, Value>>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut directory = tenant.directory_mut();
    let object = living(&directory, Kind::Group, &key)?;
    directory.patch_group(object.ordinal, &body, Author::Service, world.clock.now())?;
    Ok(Json(shown(&directory, object)))
}

/// `DELETE tenants/{tenant}/groups/{group}`, with `?purge=true` for good.
pub async fn delete_group(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
    Query(query): Query<DeleteQuery>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut directory = tenant.directory_mut();
    let object = find(&directory, Kind::Group, &key)?;
    let now = world.clock.now();
    let hard = world.switches().security_groups_hard_delete;
    directory.delete_group(
        object.ordinal,
        if hard { GroupDeletion::HardForSecurity } else { GroupDeletion::Soft },
        now,
    );
    if query.purge {
        directory.purge_group(object.ordinal, now);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `POST tenants/{tenant}/groups/{group}/restore`.
pub async fn restore_group(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut directory = tenant.directory_mut();
    let object = find(&directory, Kind::Group, &key)?;
    directory.restore_group(object.ordinal, world.clock.now())?;
    Ok(Json(shown(&directory, object)))
}

/// `GET tenants/{tenant}/groups/{group}/members`: direct ones.
pub async fn list_members(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
) -> Result<Json<Vec<Value>>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let directory = tenant.directory();
    let group = find(&directory, Kind::Group, &key)?.ordinal;
    let users = directory.member_users(group).into_iter().map(Ref::user);
    let groups = directory.member_groups(group).into_iter().map(Ref::group);
    Ok(Json(users.chain(groups).map(|member| shown(&directory, member)).collect()))
}

/// `PUT tenants/{tenant}/groups/{group}/members/{member}`: a user or group, by id or principal name.
pub async fn add_member(
    State(world): State<Arc<World>>,
    Path((name, key, member)): Path<(String, String, String)>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut directory = tenant.directory_mut();
    let group = living(&directory, Kind::Group, &key)?.ordinal;
    let member = member_named(&directory, &member)?;
    directory.add_member(group, member, Author::Service, world.clock.now())?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE tenants/{tenant}/groups/{group}/members/{member}`.
pub async fn remove_member(
    State(world): State<Arc<World>>,
    Path((name, key, member)): Path<(String, String, String)>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut directory = tenant.directory_mut();
    let group = living(&directory, Kind::Group, &key)?.ordinal;
    let member = member_named(&directory, &member)?;
    directory.remove_member(group, member, Author::Service, world.clock.now())?;
    Ok(StatusCode::NO_CONTENT)
}

/// Objects of a kind, in the order they came, as far as a name contains what is searched.
pub fn list(directory: &Directory, kind: Kind, query: &ListQuery) -> Vec<Value> {
    let wanted = query.search.as_deref().unwrap_or_default().trim().to_lowercase();
    let ordinals = if query.deleted { directory.deleted(kind) } else { directory.live(kind) };
    let objects = ordinals.iter().map(|ordinal| Ref { kind, ordinal });
    let found = objects.filter(|object| wanted.is_empty() || is_named(directory, *object, &wanted));
    found.skip(query.skip).take(query.limit.unwrap_or(100).min(10_000)).map(|object| shown(directory, object)).collect()
}

/// An object with the properties that were ever set.
pub fn shown(directory: &Directory, object: Ref) -> Value {
    let mut members = Map::new();
    members.insert("id".to_owned(), json!(directory.id(object)));
    let state = match directory.life(object) {
        Life::Live => "live",
        Life::Deleted(_) => "deleted",
        Life::Purged => "purged",
    };
    members.insert("state".to_owned(), json!(state));
    for (prop, value) in directory.record(object) {
        let name = object.kind.table()[usize::from(prop.0)].name;
        members.insert(name.to_owned(), serde_json::from_slice(value).unwrap_or_default());
    }
    if object.kind == Kind::User {
        let manager = directory.manager(object.ordinal).map(|ordinal| directory.id(Ref::user(ordinal)));
        members.insert("manager".to_owned(), json!(manager));
        members.insert("admin".to_owned(), json!(directory.is_admin(object.ordinal)));
    } else {
        let users = directory.member_users(object.ordinal).len();
        members.insert("user_members".to_owned(), json!(users));
        members.insert("group_members".to_owned(), json!(directory.member_groups(object.ordinal).len()));
    }
    Value::Object(members)
}

/// The object of that id whatever its state, or the live user of that principal name.
pub fn find(directory: &Directory, kind: Kind, key: &str) -> Result<Ref, AdminError> {
    let found = match Uuid::parse_str(key) {
        Ok(id) => directory.find(id).filter(|object| object.kind == kind),
        Err(_) => directory.find_user(key).filter(|_| kind == Kind::User).map(Ref::user),
    };
    let noun = if kind == Kind::User { "user" } else { "group" };
    found.ok_or_else(|| AdminError::NotFound(format!("{noun} {key}")))
}

fn living(directory: &Directory, kind: Kind, key: &str) -> Result<Ref, AdminError> {
    find(directory, kind, key).and_then(|object| {
        if directory.is_live(object) { Ok(object) } else { Err(AdminError::NotFound(format!("live object {key}"))) }
    })
}

fn member_named(directory: &Directory, key: &str) -> Result<Ref, AdminError> {
    find(directory, Kind::User, key).or_else(|_| find(directory, Kind::Group, key))
}

fn place_under(directory: &mut Directory, user: &str, manager: &Value, now: Timestamp) -> Result<(), AdminError> {
    let user = find(directory, Kind::User, user)?.ordinal;
    let manager = match manager.as_str() {
        Some(key) => Some(living(directory, Kind::User, key)?.ordinal),
        None => None,
    };
    directory.set_manager(user, manager, now);
    Ok(())
}

fn is_named(directory: &Directory, object: Ref, wanted: &str) -> bool {
    let record = directory.record(object);
    let names = match object.kind {
        Kind::User => vec![record.text(user::DISPLAY_NAME), record.text(user::USER_PRINCIPAL_NAME)],
        Kind::Group => vec![record.text(crate::directory::property::group::DISPLAY_NAME)],
    };
    names.into_iter().flatten().any(|name| name.to_lowercase().contains(wanted))
}
