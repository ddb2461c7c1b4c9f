//! One object as an answer.

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::call::Call;
use super::entity::{self, Style};
use super::error::GraphError;
use super::list::{fragment, may_read_activity};
use super::permission::visible;
use super::select::Columns;
use super::view::View;
use super::{expand, options};
use crate::directory::property::user;
use crate::directory::record::write_text;
use crate::directory::{EditError, Kind, Ref};

/// 200 with the object. `set` names the collection for the context.
pub(crate) fn answer(call: &Call, view: View<'_>, object: Ref, set: &str, typed: bool) -> Result<Response, GraphError> {
    let body = body(call, view, object, set, typed)?;
    Ok(call.json(body))
}

/// 201 with the object that was just made.
pub(crate) fn created(call: &Call, view: View<'_>, object: Ref, set: &str) -> Result<Response, GraphError> {
    let mut response = call.json(body(call, view, object, set, false)?);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

fn body(call: &Call, view: View<'_>, object: Ref, set: &str, typed: bool) -> Result<Vec<u8>, GraphError> {
    let columns = Columns::of(object.kind, call.options.select.as_deref())?;
    if object.kind == Kind::User && columns.mask & user::SIGN_IN_ACTIVITY.bit() != 0 {
        may_read_activity(call)?;
    }
    let expand = expand::parse(call.options.expand.as_deref(), &[object.kind])?;
    let mut body = b"{\"@odata.context\":".to_vec();
    write_text(&mut body, &call.context(&format!("{}/$entity", fragment(set, call))));
    let mut inside = Vec::with_capacity(1_024);
    let style = Style { columns: &columns, visible: visible(&call.caller, object.kind), typed, now: view.now };
    entity::open(&mut inside, view.directory, object, style);
    expand::write(&mut inside, call, view, object, &expand);
    if inside.len() > 1 {
        body.push(b',');
        body.extend_from_slice(&inside[1..]);
    }
    body.push(b'}');
    Ok(body)
}

/// What Graph says of a refused edit.
pub(crate) fn refused(kind: Kind, error: EditError) -> GraphError {
    let resource = match kind {
        Kind::User => "User",
        Kind::Group => "Group",
    };
    match error {
        EditError::NotFound(id) => GraphError::not_found(&id),
        EditError::UnknownProperty(name) => GraphError::bad_request(format!(
            "One or more property values specified are invalid. The property '{name}' does not exist on type '{resource}'."
        )),
        EditError::WrongType(name) => {
            options::bad(format!("Cannot convert the value of property '{name}' to the expected type."))
        }
        EditError::InvalidValue(name) => {
            GraphError::bad_request(format!("Invalid value specified for property '{name}' of resource '{resource}'."))
        }
        EditError::Missing(name) => {
            GraphError::bad_request(format!("A value is required for property '{name}' of resource '{resource}'."))
        }
        EditError::ReadOnly(name) => {
            GraphError::bad_request(format!("Property '{name}' is read-only and cannot be set."))
        }
        EditError::Conflict(name) => {
            GraphError::bad_request(format!("Another object with the same value for property {name} already exists."))
        }
        EditError::UnverifiedDomain(_) => GraphError::bad_request(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
        ),
        EditError::Synced => GraphError::bad_request(
            "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.",
        ),
        EditError::Dynamic => GraphError::denied(),
        EditError::AlreadyMember => GraphError::bad_request(
            "One or more added object references already exist for the following modified properties: 'members'.",
        ),
        EditError::NotMember => GraphError::bad_request(
            "One or more removed object references do not exist for the following modified properties: 'members'.",
        ),
        EditError::WrongMemberKind => {
            GraphError::bad_request("The specified object type is not allowed as a member of this group.")
        }
        EditError::MailEnabled => {
            GraphError::bad_request("Cannot Update a mail-enabled security groups and or distribution list.")
        }
    }
}

/// The keys of a body.
pub(crate) fn names(body: &serde_json::Map<String, Value>) -> Vec<&str> {
    body.keys().map(String::as_str).filter(|name| !name.contains("@odata")).collect()
}
