//! `POST /api/v1/dirsync/sources/{source_id}/adopt`: take users over.

use axum::extract::State;
use directory::SourceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Dirsync;
use crate::permissions::DecideConflicts;
use crate::service::detach::Adopt;

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdoptUsers)]
pub struct Request {
    /// Who is taken over.
    adopt: Adopt,
    /// Why.
    reason: Option<String>,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdoptedUsers)]
pub struct Answer {
    /// How many users were taken over.
    count: u64,
}

/// Lets users of connected sources take the places of users of a disconnected one, who are retired instead of deleted.
#[utoipa::path(post, path = "/sources/{source_id}/adopt", operation_id = "adopt_users", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the id of the tenant that was disconnected.")),
    request_body = Request, responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    Json(body): Json<Request>,
) -> Result<Json<Answer>, Problem> {
    let may = caller.may(DecideConflicts {})?;
    let count = dirsync.adopt_users(&may, source, &body.adopt, body.reason).await?;
    Ok(Json(Answer { count }))
}
