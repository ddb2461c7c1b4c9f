//! Calls on objects of any kind: `/directoryObjects`, `checkMemberGroups`, `getMemberGroups`.

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::call::{Call, object};
use super::entity::{self, Style};
use super::error::GraphError;
use super::members::resolve;
use super::permission::{READ_DIRECTORY, READ_MEMBER_OF, visible};
use super::select::Columns;
use super::single;
use super::view::View;
use crate::directory::property::group;
use crate::directory::record::write_text;
use crate::directory::{Kind, Ref};

/// The most ids that one `getByIds` takes.
const MOST_IDS: usize = 1_000;
/// The most groups that one `checkMemberGroups` takes.
const MOST_CHECKED: usize = 20;
/// The most groups that `getMemberGroups` answers.
const MOST_GROUPS: usize = 11_000;

/// `GET /directoryObjects/{id}`.
pub(crate) async fn get_object(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    call.caller.require(READ_DIRECTORY)?;
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    single::answer(&call, view, resolve(view, &key)?, "directoryObjects", true)
}

/// `POST /directoryObjects/getByIds`. Unknown ids are left out.
pub(crate) async fn get_by_ids(call: Call, body: Bytes) -> Result<Response, GraphError> {
    call.caller.require(READ_DIRECTORY)?;
    let fields = object(&body)?;
    let ids =
        texts(&fields, "ids").ok_or_else(|| GraphError::bad_request("A value is required for parameter 'ids'."))?;
    if ids.len() > MOST_IDS {
        return Err(GraphError::bad_request("The number of ids specified exceeds the maximum of 1000."));
    }
    let types = texts(&fields, "types").unwrap_or_default();
    let wanted = |kind: Kind| {
        let name = if kind == Kind::User { "user" } else { "group" };
        types.is_empty() || types.iter().any(|given| *given == name || *given == "directoryObject")
    };
    let columns = Columns::of_mixed(call.options.select.as_deref())?;
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    let mut answer = b"{\"@odata.context\":".to_vec();
    write_text(&mut answer, &call.context("directoryObjects"));
    answer.extend_from_slice(b",\"value\":[");
    let mut first = true;
    let known = ids.iter().filter_map(|id| Uuid::parse_str(id).ok()).filter_map(|id| directory.find(id));
    for object in known.filter(|object| view.sees(*object) && wanted(object.kind)) {
        if !std::mem::take(&mut first) {
            answer.push(b',');
        }
        let visible = visible(&call.caller, object.kind);
        let style = Style { columns: &columns[object.kind as usize], visible, typed: true, now: view.now };
        entity::write(&mut answer, &directory, object, style);
    }
    answer.extend_from_slice(b"]}");
    Ok(call.json(answer))
}

fn texts<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<Vec<&'a str>> {
    fields.get(name)?.as_array()?.iter().map(Value::as_str).collect()
}

/// `POST /users/{id}/checkMemberGroups`, also of groups.
pub(crate) async fn check_member_groups(
    call: Call,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Response, GraphError> {
    call.caller.require(READ_MEMBER_OF)?;
    let fields = object(&body)?;
    let ids = texts(&fields, "groupIds").or_else(|| texts(&fields, "ids"));
    let ids = ids.ok_or_else(|| GraphError::bad_request("A value is required for parameter 'groupIds'."))?;
    if ids.len() > MOST_CHECKED {
        return Err(GraphError::bad_request("The number of group ids specified exceeds the maximum of 20."));
    }
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    let groups = directory.transitive_groups_of(resolve(view, &key)?);
    let holds = |id: &&&str| view.find_group(id).is_some_and(|ordinal| groups.contains(ordinal));
    let found: Vec<&str> = ids.iter().filter(holds).copied().collect();
    Ok(ids_answer(&call, &json!(found)))
}

/// `POST /users/{id}/getMemberGroups`, also of groups.
pub(crate) async fn get_member_groups(
    call: Call,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Response, GraphError> {
    call.caller.require(READ_MEMBER_OF)?;
    let fields = object(&body)?;
    let Some(security_only) = fields.get("securityEnabledOnly").and_then(Value::as_bool) else {
        return Err(GraphError::bad_request("A value is required for parameter 'securityEnabledOnly'."));
    };
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    let groups = view.seen(Kind::Group, directory.transitive_groups_of(resolve(view, &key)?));
    let found: Vec<Uuid> = (groups.iter())
        .filter(|ordinal| !security_only || is_security(view, *ordinal))
        .map(|ordinal| directory.id(Ref::group(ordinal)))
        .collect();
    if found.len() > MOST_GROUPS {
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "Directory_ResultSizeLimitExceeded",
            "The number of results exceeds the limit.",
        ));
    }
    Ok(ids_answer(&call, &json!(found)))
}

fn is_security(view: View<'_>, ordinal: u32) -> bool {
    view.directory.group(ordinal).record.is_true(group::SECURITY_ENABLED)
}

fn ids_answer(call: &Call, ids: &Value) -> Response {
    let body = json!({ "@odata.context": call.context("Collection(Edm.String)"), "value": ids });
    call.value(StatusCode::OK, &body)
}
