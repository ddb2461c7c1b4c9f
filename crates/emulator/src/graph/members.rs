//! Who is in a group: reading, adding, removing, and the removal that deletes the user instead.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use roaring::RoaringBitmap;
use uuid::Uuid;

use super::call::Call;
use super::error::GraphError;
use super::groups::{deletion, named};
use super::list::{self, Listing};
use super::permission::{READ_GROUPS, READ_HIDDEN, WRITE_GROUPS, WRITE_MEMBERS, WRITE_ROLES, WRITE_USERS};
use super::select::cast_name;
use super::single::refused;
use super::users::reference;
use super::view::View;
use crate::directory::property::group;
use crate::directory::{Author, EditError, Kind, Ref};

/// `GET /groups/{id}/members`, `/transitiveMembers`, `/members/$count`, `/owners`.
pub(crate) async fn list_members(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    members(&call, &key, "")
}

/// The same below a cast: `/members/microsoft.graph.user`, with or without `/$count`.
pub(crate) async fn list_members_cast(
    call: Call,
    Path((key, cast)): Path<(String, String)>,
) -> Result<Response, GraphError> {
    let cast = cast_name(&cast).ok_or_else(|| GraphError::not_found(&cast))?;
    members(&call, &key, &cast)
}

fn members(call: &Call, key: &str, cast: &str) -> Result<Response, GraphError> {
    call.caller.require(READ_GROUPS)?;
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    let ordinal = named(view, key)?;
    let hidden = view.directory.group(ordinal).record.get(group::VISIBILITY) == Some(b"\"HiddenMembership\"");
    if hidden && !call.caller.allowed(READ_HIDDEN) {
        return Err(GraphError::denied());
    }
    let (users, groups) = if call.path().contains("/transitiveMembers") {
        directory.transitive_members(ordinal)
    } else if call.path().contains("/owners") {
        (RoaringBitmap::new(), RoaringBitmap::new())
    } else {
        (directory.member_users(ordinal), directory.member_groups(ordinal))
    };
    let mut pools = Vec::new();
    if cast.is_empty() || cast == "microsoft.graph.user" {
        pools.push((Kind::User, Cow::Owned(users)));
    }
    if cast.is_empty() || cast == "microsoft.graph.group" {
        pools.push((Kind::Group, Cow::Owned(groups)));
    }
    if pools.is_empty() {
        // Devices, service principals and contacts can be members too; this tenant has none.
        pools.push((Kind::User, Cow::Owned(RoaringBitmap::new())));
    }
    let fragment = match cast {
        "microsoft.graph.user" => "users",
        "microsoft.graph.group" => "groups",
        _ => "directoryObjects",
    };
    let listing = Listing { pools, fragment, typed: cast.is_empty(), deleted: false };
    if call.path().ends_with("/$count") {
        return list::count(call, view, &listing);
    }
    list::page(call, view, &listing)
}

/// The live object of that id or user name, or 404.
pub(crate) fn resolve(view: View<'_>, key: &str) -> Result<Ref, GraphError> {
    let by_id = Uuid::parse_str(key).ok().and_then(|id| view.directory.find(id)).filter(|object| view.sees(*object));
    by_id.or_else(|| view.find_user(key).map(Ref::user)).ok_or_else(|| GraphError::not_found(key))
}

/// Groups that can hold roles need a permission more.
pub(crate) fn check_roles(call: &Call, view: View<'_>, ordinal: u32) -> Result<(), GraphError> {
    if view.directory.group(ordinal).record.is_true(group::IS_ASSIGNABLE_TO_ROLE) {
        call.caller.require(WRITE_ROLES)?;
    }
    Ok(())
}

/// `POST /groups/{id}/members/$ref`.
pub(crate) async fn add_member(call: Call, Path(key): Path<String>, body: Bytes) -> Result<Response, GraphError> {
    call.caller.require(WRITE_MEMBERS)?;
    let target = reference(&body)?;
    let mut directory = call.caller.tenant.directory_mut();
    let view = call.view(&directory);
    let group = named(view, &key)?;
    check_roles(&call, view, group)?;
    let member = resolve(view, &target)?;
    let now = call.world.clock.now();
    directory.add_member(group, member, Author::Caller, now).map_err(|error| refused(Kind::Group, error))?;
    Ok(call.no_content())
}

/// `DELETE /groups/{id}/members/{member}/$ref`.
pub(crate) async fn remove_member(
    call: Call,
    Path((key, target)): Path<(String, String)>,
) -> Result<Response, GraphError> {
    call.caller.require(WRITE_MEMBERS)?;
    let mut directory = call.caller.tenant.directory_mut();
    let view = call.view(&directory);
    let group = named(view, &key)?;
    check_roles(&call, view, group)?;
    let member = resolve(view, &target)?;
    let now = call.world.clock.now();
    match directory.remove_member(group, member, Author::Caller, now) {
        Ok(()) => Ok(call.no_content()),
        Err(EditError::NotMember) => Err(GraphError::not_found(&target)),
        Err(error) => Err(refused(Kind::Group, error)),
    }
}

/// `DELETE /groups/{id}/members/{member}`, without `/$ref`: deletes the member itself, if the caller may.
pub(crate) async fn delete_member(
    call: Call,
    Path((key, target)): Path<(String, String)>,
) -> Result<Response, GraphError> {
    if !call.switches.delete_member_deletes_user {
        return Err(GraphError::bad_request("Specified HTTP method is not allowed for the request target."));
    }
    let mut directory = call.caller.tenant.directory_mut();
    let view = call.view(&directory);
    let group = named(view, &key)?;
    let member = resolve(view, &target)?;
    if !directory.is_member(group, member) {
        return Err(GraphError::not_found(&target));
    }
    let now = call.world.clock.now();
    match member.kind {
        Kind::User => {
            call.caller.require(WRITE_USERS)?;
            if directory.is_admin(member.ordinal) {
                return Err(GraphError::denied());
            }
            directory.delete_user(member.ordinal, now);
        }
        Kind::Group => {
            call.caller.require(WRITE_GROUPS)?;
            directory.delete_group(member.ordinal, deletion(&call.switches), now);
        }
    }
    Ok(call.no_content())
}
