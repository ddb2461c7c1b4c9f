//! `POST /api/v1/dirsync/sources/{source_id}/additions`: add a user by address.

use axum::extract::State;
use directory::SourceId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Created, Json, Path, Problem, Problems};

use crate::Dirsync;
use crate::lists::Addition;
use crate::permissions::EditLists;

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateAddition)]
pub struct Request {
    /// The address.
    email: String,
    /// Why.
    reason: String,
}

/// Lets a user in by address; expected until the source has the user.
#[utoipa::path(post, path = "/sources/{source_id}/additions", operation_id = "create_addition", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id.")),
    request_body = Request, responses((status = 201, body = Addition), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    Json(body): Json<Request>,
) -> Result<Created<Addition>, Problem> {
    let made = dirsync.create_addition(&caller.may(EditLists { source })?, &body.email, &body.reason).await?;
    Ok(Created::new(format!("/api/v1/dirsync/additions/{}", made.id), made))
}
