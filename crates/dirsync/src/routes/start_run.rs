//! `POST /api/v1/dirsync/sources/{source_id}/runs`: start a run.

use axum::extract::State;
use directory::SourceId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problems};

use super::{Started, started};
use crate::permissions::StartRun;
use crate::views::RunView;
use crate::{Dirsync, RunKind};

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StartRun)]
pub struct Request {
    /// `full`, `delta` or `rescope`; of a source that is no longer connected, `detach`.
    kind: RunKind,
    /// Only show what it would do.
    #[serde(default)]
    preview: bool,
}

/// Starts a run, or shows what one would do.
#[utoipa::path(post, path = "/sources/{source_id}/runs", operation_id = "start_run", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id.")),
    request_body = Request, responses((status = 202, body = RunView), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    Json(body): Json<Request>,
) -> Started {
    started(dirsync.start_run(&caller.may(StartRun { source })?, body.kind, body.preview).await)
}
