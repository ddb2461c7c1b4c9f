//! `POST /api/v1/dirsync/runs/{run_id}/cancel`: stop a run.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::DecideRun;
use crate::views::RunView;
use crate::{Dirsync, RunId};

/// Stops a run that has not begun to write.
#[utoipa::path(post, path = "/runs/{run_id}/cancel", operation_id = "cancel_run", tag = "dirsync",
    params(("run_id" = RunId, Path, description = "Which run.")),
    responses((status = 200, body = RunView), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(run): Path<RunId>,
) -> Result<Json<RunView>, Problem> {
    Ok(Json(dirsync.cancel_run(&caller.may(DecideRun { run })?).await?.into()))
}
