//! `/directory/deletedItems`: what was deleted within 30 days.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use serde_json::Value;
use uuid::Uuid;

use super::call::{Call, object};
use super::error::GraphError;
use super::list::{self, Listing};
use super::permission::{READ_GROUPS, READ_USERS, RESTORE_USERS, WRITE_GROUPS};
use super::select::cast_name;
use super::single::{self, refused};
use crate::directory::{Directory, Kind, Ref};

/// `GET /directory/deletedItems/{id}`, or with a cast in its place the list of that kind.
pub(crate) async fn get_deleted(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    list::tidy(&call.world, &call);
    match cast_name(&key).as_deref() {
        Some("microsoft.graph.user") => list_deleted(&call, Kind::User),
        Some("microsoft.graph.group") => list_deleted(&call, Kind::Group),
        _ => {
            let directory = call.caller.tenant.directory();
            let object = named(&directory, &key)?;
            call.caller.require(reading(object.kind))?;
            single::answer(&call, call.view(&directory), object, "directoryObjects", true)
        }
    }
}

/// `GET /directory/deletedItems/{cast}/$count`.
pub(crate) async fn count_deleted(call: Call, Path(cast): Path<String>) -> Result<Response, GraphError> {
    match cast_name(&cast).as_deref() {
        Some("microsoft.graph.user") => list_deleted(&call, Kind::User),
        Some("microsoft.graph.group") => list_deleted(&call, Kind::Group),
        _ => Err(GraphError::not_found(&cast)),
    }
}

/// `GET /directory/deletedItems`: without a cast there is no answer.
pub(crate) async fn refuse_uncast(_call: Call) -> GraphError {
    GraphError::unsupported_query(
        "Querying deleted directory objects requires a cast to a type, such as microsoft.graph.user.",
    )
}

fn list_deleted(call: &Call, kind: Kind) -> Result<Response, GraphError> {
    call.caller.require(reading(kind))?;
    let directory = call.caller.tenant.directory();
    let fragment = if kind == Kind::User { "users" } else { "groups" };
    let pools = vec![(kind, Cow::Borrowed(directory.deleted(kind)))];
    let listing = Listing { pools, fragment, typed: false, deleted: true };
    if call.path().ends_with("/$count") {
        return list::count(call, call.view(&directory), &listing);
    }
    list::page(call, call.view(&directory), &listing)
}

fn reading(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::User => READ_USERS,
        Kind::Group => READ_GROUPS,
    }
}

fn writing(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::User => RESTORE_USERS,
        Kind::Group => WRITE_GROUPS,
    }
}

fn named(directory: &Directory, key: &str) -> Result<Ref, GraphError> {
    let object = Uuid::parse_str(key).ok().and_then(|id| directory.find(id));
    object
        .filter(|object| directory.deleted(object.kind).contains(object.ordinal))
        .ok_or_else(|| GraphError::not_found(key))
}

/// `POST /directory/deletedItems/{id}/restore`.
pub(crate) async fn restore(call: Call, Path(key): Path<String>, body: Bytes) -> Result<Response, GraphError> {
    list::tidy(&call.world, &call);
    let fields = object(&body)?;
    let mut directory = call.caller.tenant.directory_mut();
    let object = named(&directory, &key)?;
    call.caller.require(writing(object.kind))?;
    let now = call.world.clock.now();
    let name = fields.get("newUserPrincipalName").and_then(Value::as_str);
    let restored = match object.kind {
        Kind::User if directory.is_admin(object.ordinal) => return Err(GraphError::denied()),
        Kind::User => directory.restore_user(object.ordinal, name, now),
        Kind::Group => directory.restore_group(object.ordinal, now),
    };
    restored.map_err(|error| refused(object.kind, error))?;
    single::answer(&call, call.view(&directory), object, "directoryObjects", true)
}

/// `DELETE /directory/deletedItems/{id}`: for good.
pub(crate) async fn purge(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    let mut directory = call.caller.tenant.directory_mut();
    let object = named(&directory, &key)?;
    call.caller.require(writing(object.kind))?;
    let now = call.world.clock.now();
    match object.kind {
        Kind::User => directory.purge_user(object.ordinal, now),
        Kind::Group => directory.purge_group(object.ordinal, now),
    }
    Ok(call.no_content())
}
