//! `POST /api/v1/dirsync/runs/{run_id}/reject`: refuse a held plan.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::DecideRun;
use crate::views::RunView;
use crate::{Dirsync, RunId};

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RejectRun)]
pub struct Request {
    /// Why.
    reason: Option<String>,
}

/// Refuses a held plan; nothing of it is done.
#[utoipa::path(post, path = "/runs/{run_id}/reject", operation_id = "reject_run", tag = "dirsync",
    params(("run_id" = RunId, Path, description = "Which run.")),
    request_body = Request, responses((status = 200, body = RunView), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(run): Path<RunId>,
    Json(body): Json<Request>,
) -> Result<Json<RunView>, Problem> {
    Ok(Json(dirsync.reject_run(&caller.may(DecideRun { run })?, body.reason).await?.into()))
}
