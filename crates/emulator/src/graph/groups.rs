//! `/groups`: the groups themselves. Their members are in `members`.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use kernel::Timestamp;
use serde_json::{Map, Value};

use super::call::{Call, object};
use super::error::GraphError;
use super::list::{self, Listing};
use super::members::{check_roles, resolve};
use super::permission::{CREATE_GROUPS, READ_GROUPS, WRITE_GROUPS, WRITE_MEMBERS, WRITE_ROLES};
use super::single::{self, names, refused};
use super::users::{groups_page, id_in_link};
use super::view::View;
use crate::directory::{Author, Directory, EditError, GroupDeletion, Kind, Ref};
use crate::switches::Switches;

/// At most this many members in one `members@odata.bind` (Graph, add members).
const MOST_BOUND: usize = 20;

/// `GET /groups`.
pub(crate) async fn list_groups(call: Call) -> Result<Response, GraphError> {
    call.caller.require(READ_GROUPS)?;
    let directory = call.caller.tenant.directory();
    list::page(&call, call.view(&directory), &all(&directory))
}

/// `GET /groups/$count`.
pub(crate) async fn count_groups(call: Call) -> Result<Response, GraphError> {
    call.caller.require(READ_GROUPS)?;
    let directory = call.caller.tenant.directory();
    list::count(&call, call.view(&directory), &all(&directory))
}

fn all(directory: &Directory) -> Listing<'_> {
    let pools = vec![(Kind::Group, Cow::Borrowed(directory.live(Kind::Group)))];
    Listing { pools, fragment: "groups", typed: false, deleted: false }
}

/// The ordinal of the group a path names, or 404.
pub(crate) fn named(view: View<'_>, key: &str) -> Result<u32, GraphError> {
    view.find_group(key).ok_or_else(|| GraphError::not_found(key))
}

/// `GET /groups/{id}`.
pub(crate) async fn get_group(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    call.caller.require(READ_GROUPS)?;
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    single::answer(&call, view, Ref::group(named(view, &key)?), "groups", false)
}

/// `POST /groups`, members bound at once included.
pub(crate) async fn create_group(call: Call, body: Bytes) -> Result<Response, GraphError> {
    call.caller.require(CREATE_GROUPS)?;
    let fields = object(&body)?;
    if fields.get("isAssignableToRole") == Some(&Value::Bool(true)) {
        call.caller.require(WRITE_ROLES)?;
    }
    let mut directory = call.caller.tenant.directory_mut();
    let now = call.world.clock.now();
    let members = bound(call.view(&directory), &fields)?;
    let id = directory.create_group(&fields, Author::Caller, now).map_err(|error| refused(Kind::Group, error))?;
    let group = directory.find(id).ok_or_else(|| GraphError::not_found(&id.to_string()))?;
    bind(&mut directory, group.ordinal, &members, now)?;
    single::created(&call, call.view(&directory), group, "groups")
}

/// `PATCH /groups/{id}`: properties, or up to twenty members, all or nothing.
pub(crate) async fn update_group(call: Call, Path(key): Path<String>, body: Bytes) -> Result<Response, GraphError> {
    let fields = object(&body)?;
    let binds = fields.contains_key("members@odata.bind");
    if binds {
        call.caller.require(WRITE_MEMBERS)?;
    }
    if !binds || !names(&fields).is_empty() {
        call.caller.require(WRITE_GROUPS)?;
    }
    let mut directory = call.caller.tenant.directory_mut();
    let view = call.view(&directory);
    let group = named(view, &key)?;
    check_roles(&call, view, group)?;
    let members = bound(view, &fields)?;
    let now = call.world.clock.now();
    for member in &members {
        directory.check_addition(group, *member, Author::Caller).map_err(|error| refused(Kind::Group, error))?;
    }
    directory.patch_group(group, &fields, Author::Caller, now).map_err(|error| refused(Kind::Group, error))?;
    bind(&mut directory, group, &members, now)?;
    Ok(call.no_content())
}

/// `DELETE /groups/{id}`.
pub(crate) async fn delete_group(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    call.caller.require(WRITE_GROUPS)?;
    let mut directory = call.caller.tenant.directory_mut();
    let view = call.view(&directory);
    let group = named(view, &key)?;
    check_roles(&call, view, group)?;
    directory.delete_group(group, deletion(&call.switches), call.world.clock.now());
    Ok(call.no_content())
}

/// What deleting a security group means today.
pub(crate) fn deletion(switches: &Switches) -> GroupDeletion {
    if switches.security_groups_hard_delete { GroupDeletion::HardForSecurity } else { GroupDeletion::Soft }
}

/// `GET /groups/{id}/memberOf`, `/transitiveMemberOf`.
pub(crate) async fn list_parents(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    parents(&call, &key, "")
}

/// The same below a cast.
pub(crate) async fn list_parents_cast(
    call: Call,
    Path((key, cast)): Path<(String, String)>,
) -> Result<Response, GraphError> {
    parents(&call, &key, &cast)
}

fn parents(call: &Call, key: &str, cast: &str) -> Result<Response, GraphError> {
    call.caller.require(READ_GROUPS)?;
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    let group = Ref::group(named(view, key)?);
    let groups = if call.path().contains("/transitiveMemberOf") {
        directory.transitive_groups_of(group)
    } else {
        directory.groups_of(group)
    };
    groups_page(call, view, groups, cast)
}

/// The objects that `members@odata.bind` names.
fn bound(view: View<'_>, fields: &Map<String, Value>) -> Result<Vec<Ref>, GraphError> {
    let Some(links) = fields.get("members@odata.bind") else { return Ok(Vec::new()) };
    let links = links.as_array().ok_or_else(|| {
        GraphError::bad_request("Invalid value specified for property 'members' of resource 'Group'.")
    })?;
    if links.len() > MOST_BOUND {
        return Err(GraphError::bad_request(
            "The maximum number of references that can be added in one request is 20.",
        ));
    }
    let id = |link: &Value| link.as_str().and_then(id_in_link);
    links.iter().map(|link| resolve(view, &id(link).unwrap_or_else(|| link.to_string()))).collect()
}

fn bind(directory: &mut Directory, group: u32, members: &[Ref], now: Timestamp) -> Result<(), GraphError> {
    for member in members {
        match directory.add_member(group, *member, Author::Caller, now) {
            Ok(()) | Err(EditError::AlreadyMember) => {}
            Err(error) => return Err(refused(Kind::Group, error)),
        }
    }
    Ok(())
}
