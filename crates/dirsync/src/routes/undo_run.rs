//! `POST /api/v1/dirsync/sources/{source_id}/undo`: take back a run or a change.

use axum::extract::State;
use directory::SourceId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problems};

use super::{Started, started};
use crate::permissions::Undo;
use crate::views::RunView;
use crate::{Dirsync, RunId};

/// What is to be taken back.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Everything a run did.
    Run(RunId),
    /// One change, by its number in the log.
    Revision(i64),
}

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UndoRun)]
pub struct Request {
    /// What is to be taken back.
    what: What,
    /// Only show what it would do.
    #[serde(default)]
    preview: bool,
}

/// Takes back a run or one change, by a plan of its own.
#[utoipa::path(post, path = "/sources/{source_id}/undo", operation_id = "undo_run", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id.")),
    request_body = Request, responses((status = 202, body = RunView), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    Json(body): Json<Request>,
) -> Started {
    let may = caller.may(Undo { source })?;
    started(match body.what {
        What::Run(run) => dirsync.undo_run(&may, run, body.preview).await,
        What::Revision(revision) => dirsync.undo_change(&may, revision, body.preview).await,
    })
}
