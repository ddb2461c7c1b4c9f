//! `/users` and what hangs on one user.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use http::{StatusCode, Uri};
use serde_json::json;

use super::call::{Call, object};
use super::error::GraphError;
use super::list::{self, Listing};
use super::permission::{
    READ_MEMBER_OF, READ_USERS, READ_USERS_BASIC, REVOKE_SESSIONS, SENSITIVE, WRITE_USERS, may_patch_user,
};
use super::select::cast_name;
use super::single::{self, names, refused};
use super::view::View;
use crate::directory::{Author, Directory, Kind, Ref};

/// `GET /users`.
pub(crate) async fn list_users(call: Call) -> Result<Response, GraphError> {
    call.caller.require(READ_USERS_BASIC)?;
    let directory = call.caller.tenant.directory();
    list::page(&call, call.view(&directory), &everybody(&directory))
}

/// `GET /users/$count`.
pub(crate) async fn count_users(call: Call) -> Result<Response, GraphError> {
    call.caller.require(READ_USERS_BASIC)?;
    let directory = call.caller.tenant.directory();
    list::count(&call, call.view(&directory), &everybody(&directory))
}

fn everybody(directory: &Directory) -> Listing<'_> {
    let pools = vec![(Kind::User, Cow::Borrowed(directory.live(Kind::User)))];
    Listing { pools, fragment: "users", typed: false, deleted: false }
}

/// The ordinal of the user a path names, or 404.
fn named(view: View<'_>, key: &str) -> Result<u32, GraphError> {
    view.find_user(key).ok_or_else(|| GraphError::not_found(key))
}

/// `GET /users/{id or name}`.
pub(crate) async fn get_user(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    call.caller.require(READ_USERS_BASIC)?;
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    single::answer(&call, view, Ref::user(named(view, &key)?), "users", false)
}

/// `POST /users`.
pub(crate) async fn create_user(call: Call, body: Bytes) -> Result<Response, GraphError> {
    call.caller.require(WRITE_USERS)?;
    let fields = object(&body)?;
    let mut directory = call.caller.tenant.directory_mut();
    let now = call.world.clock.now();
    let id = directory.create_user(&fields, Author::Caller, now).map_err(|error| refused(Kind::User, error))?;
    call.caller.tenant.methods_mut().note_password(id, &fields);
    let user = directory.find(id).ok_or_else(|| GraphError::not_found(&id.to_string()))?;
    single::created(&call, call.view(&directory), user, "users")
}

/// `PATCH /users/{id or name}`.
pub(crate) async fn update_user(call: Call, Path(key): Path<String>, body: Bytes) -> Result<Response, GraphError> {
    let fields = object(&body)?;
    may_patch_user(&call.caller, &names(&fields))?;
    let mut directory = call.caller.tenant.directory_mut();
    let ordinal = named(call.view(&directory), &key)?;
    if directory.is_admin(ordinal) && names(&fields).iter().any(|name| SENSITIVE.contains(name)) {
        return Err(GraphError::denied());
    }
    let now = call.world.clock.now();
    directory.patch_user(ordinal, &fields, Author::Caller, now).map_err(|error| refused(Kind::User, error))?;
    call.caller.tenant.methods_mut().note_password(directory.user(ordinal).id, &fields);
    Ok(call.no_content())
}

/// `DELETE /users/{id or name}`.
pub(crate) async fn delete_user(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    call.caller.require(WRITE_USERS)?;
    let mut directory = call.caller.tenant.directory_mut();
    let ordinal = named(call.view(&directory), &key)?;
    if directory.is_admin(ordinal) {
        return Err(GraphError::denied());
    }
    directory.delete_user(ordinal, call.world.clock.now());
    Ok(call.no_content())
}

/// `POST /users/{id}/revokeSignInSessions`.
pub(crate) async fn revoke_sessions(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    call.caller.require(REVOKE_SESSIONS)?;
    let mut directory = call.caller.tenant.directory_mut();
    let ordinal = named(call.view(&directory), &key)?;
    directory.revoke_sessions(ordinal, call.world.clock.now());
    call.world.sign_ins.revoke(call.caller.tenant.id, directory.user(ordinal).id);
    let body = json!({ "@odata.context": call.context("Edm.Boolean"), "value": true });
    Ok(call.value(StatusCode::OK, &body))
}

/// `GET /users/{id}/manager`.
pub(crate) async fn get_manager(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    call.caller.require(READ_USERS_BASIC)?;
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    let manager = directory.manager(named(view, &key)?).filter(|ordinal| view.sees(Ref::user(*ordinal)));
    let manager = manager.ok_or_else(|| GraphError::not_found("manager"))?;
    single::answer(&call, view, Ref::user(manager), "directoryObjects", true)
}

/// `GET /users/{id}/manager/$ref`.
pub(crate) async fn get_manager_ref(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    call.caller.require(READ_USERS)?;
    let directory = call.caller.tenant.directory();
    let manager = directory.manager(named(call.view(&directory), &key)?);
    let id = directory.user(manager.ok_or_else(|| GraphError::not_found("manager"))?).id;
    let link = call.link_to(&format!("/directoryObjects/{id}"), "");
    let body = json!({ "@odata.context": call.context("$ref"), "@odata.id": link.trim_end_matches('?') });
    Ok(call.value(StatusCode::OK, &body))
}

/// `PUT /users/{id}/manager/$ref`.
pub(crate) async fn set_manager(call: Call, Path(key): Path<String>, body: Bytes) -> Result<Response, GraphError> {
    call.caller.require(WRITE_USERS)?;
    let target = reference(&body)?;
    let mut directory = call.caller.tenant.directory_mut();
    let view = call.view(&directory);
    let (ordinal, manager) = (named(view, &key)?, named(view, &target)?);
    directory.set_manager(ordinal, Some(manager), call.world.clock.now());
    Ok(call.no_content())
}

/// `DELETE /users/{id}/manager/$ref`.
pub(crate) async fn clear_manager(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    call.caller.require(WRITE_USERS)?;
    let mut directory = call.caller.tenant.directory_mut();
    let ordinal = named(call.view(&directory), &key)?;
    directory.set_manager(ordinal, None, call.world.clock.now());
    Ok(call.no_content())
}

/// `GET /users/{id}/directReports`.
pub(crate) async fn list_reports(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    call.caller.require(READ_USERS_BASIC)?;
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    let reports = directory.direct_reports(named(view, &key)?);
    let pools = vec![(Kind::User, Cow::Owned(reports))];
    list::page(&call, view, &Listing { pools, fragment: "directoryObjects", typed: true, deleted: false })
}

/// `GET /users/{id}/memberOf`, `/transitiveMemberOf`, with a cast or a count behind.
pub(crate) async fn list_groups_of(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    groups_of(&call, &key, "")
}

/// The same below a cast.
pub(crate) async fn list_groups_of_cast(
    call: Call,
    Path((key, cast)): Path<(String, String)>,
) -> Result<Response, GraphError> {
    groups_of(&call, &key, &cast)
}

fn groups_of(call: &Call, key: &str, cast: &str) -> Result<Response, GraphError> {
    call.caller.require(READ_MEMBER_OF)?;
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    let user = Ref::user(named(view, key)?);
    let groups = if call.path().contains("/transitiveMemberOf") {
        directory.transitive_groups_of(user)
    } else {
        directory.groups_of(user)
    };
    groups_page(call, view, groups, cast)
}

/// A list of groups as members see them: typed, or plain below the cast.
pub(crate) fn groups_page(
    call: &Call,
    view: View<'_>,
    groups: roaring::RoaringBitmap,
    cast: &str,
) -> Result<Response, GraphError> {
    let cast = cast_name(cast).unwrap_or_default();
    let is_cast = cast == "microsoft.graph.group";
    // Directory roles and administrative units would be here too; this tenant has none.
    let nothing = !cast.is_empty() && !is_cast;
    let groups = if nothing { roaring::RoaringBitmap::new() } else { groups };
    let fragment = if is_cast { "groups" } else { "directoryObjects" };
    let pools = vec![(Kind::Group, Cow::Owned(groups))];
    let listing = Listing { pools, fragment, typed: !is_cast, deleted: false };
    if call.path().ends_with("/$count") {
        return list::count(call, view, &listing);
    }
    list::page(call, view, &listing)
}

/// The id in `{"@odata.id": "https://…/directoryObjects/{id}"}`.
pub(crate) fn reference(body: &[u8]) -> Result<String, GraphError> {
    let fields = object(body)?;
    let link = fields.get("@odata.id").and_then(serde_json::Value::as_str);
    link.and_then(id_in_link).ok_or_else(|| GraphError::bad_request("Invalid URL format specified in @odata.id."))
}

/// The last segment of an object's address; `users('id')` counts too.
pub(crate) fn id_in_link(link: &str) -> Option<String> {
    let path = link.parse::<Uri>().map_or_else(|_| link.to_owned(), |uri| uri.path().to_owned());
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    let inner = last.split_once('(').map_or(last, |(_, inner)| inner.trim_end_matches(')'));
    let id = inner.trim_matches('\'');
    (!id.is_empty()).then(|| id.to_owned())
}
