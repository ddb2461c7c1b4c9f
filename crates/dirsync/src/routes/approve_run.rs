//! `POST /api/v1/dirsync/runs/{run_id}/approve`: allow a held plan.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::DecideRun;
use crate::service::runs::Part;
use crate::views::RunView;
use crate::{Dirsync, RunId};

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApproveRun)]
pub struct Request {
    /// Which part is allowed.
    allow: Part,
    /// Why.
    reason: Option<String>,
    /// The source's name, from somebody who started the plan and knows that nobody else could decide it.
    confirmation: Option<String>,
}

/// Allows a held plan, or a part of it, once.
#[utoipa::path(post, path = "/runs/{run_id}/approve", operation_id = "approve_run", tag = "dirsync",
    params(("run_id" = RunId, Path, description = "Which run.")),
    request_body = Request, responses((status = 200, body = RunView), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(run): Path<RunId>,
    Json(body): Json<Request>,
) -> Result<Json<RunView>, Problem> {
    let may = caller.may(DecideRun { run })?;
    let run = dirsync.approve_run_alone(&may, &body.allow, body.reason, body.confirmation.as_deref()).await?;
    Ok(Json(run.into()))
}
