//! `POST /api/v1/dirsync/sources/{source_id}/exceptions`: make an exception.

use axum::extract::State;
use directory::SourceId;
use kernel::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Created, Json, Path, Problem, Problems};

use crate::Dirsync;
use crate::lists::{Exception, ExceptionKind};
use crate::permissions::EditLists;
use crate::service::lists::NewException;

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateException)]
pub struct Request {
    /// User, group or alias.
    kind: ExceptionKind,
    /// The object id in the source, or the alias.
    value: String,
    /// What people call it.
    label: Option<String>,
    /// Who answers for it.
    owner: String,
    /// Why.
    reason: String,
    /// Until when; left out is for ever.
    expires_at: Option<Timestamp>,
}

/// Keeps a user or group out, or leaves an alias out, whatever the settings say.
#[utoipa::path(post, path = "/sources/{source_id}/exceptions", operation_id = "create_exception", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id.")),
    request_body = Request, responses((status = 201, body = Exception), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    Json(body): Json<Request>,
) -> Result<Created<Exception>, Problem> {
    let new = NewException {
        kind: body.kind,
        value: body.value,
        label: body.label,
        owner: body.owner,
        reason: body.reason,
        expires_at: body.expires_at,
    };
    let made = dirsync.create_exception(&caller.may(EditLists { source })?, new).await?;
    Ok(Created::new(format!("/api/v1/dirsync/exceptions/{}", made.id), made))
}
