//! `GET /api/v1/dirsync/runs/{run_id}`: one run.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::ReadSync;
use crate::views::RunView;
use crate::{Dirsync, RunId};

/// Shows a run: progress, plan in numbers, verdict, outcome.
#[utoipa::path(get, path = "/runs/{run_id}", operation_id = "get_run", tag = "dirsync",
    params(("run_id" = RunId, Path, description = "Which run.")),
    responses((status = 200, body = RunView), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(run): Path<RunId>,
) -> Result<Json<RunView>, Problem> {
    Ok(Json(dirsync.get_run(&caller.may(ReadSync {})?, run).await?.into()))
}
