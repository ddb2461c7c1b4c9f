//! `POST /api/v1/dirsync/sources/{source_id}/restore`: give users or groups back.

use axum::extract::State;
use directory::{ObjectKind, SourceId};
use kernel::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Caller, Json, Path, Problems};

use super::{Started, started};
use crate::Dirsync;
use crate::permissions::Undo;
use crate::views::RunView;

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RestoreObjects)]
pub struct Request {
    /// Users or groups.
    kind: ObjectKind,
    /// Our ids, at most 200.
    #[schema(min_items = 1, max_items = 200)]
    ids: Vec<Uuid>,
    /// Until when they are in use whatever the source says; for as long as a conflict waits where nothing is said.
    until: Option<Timestamp>,
    /// Only show what it would do.
    #[serde(default)]
    preview: bool,
}

/// Gives deleted or conflicted users or groups back, by a plan of its own.
#[utoipa::path(post, path = "/sources/{source_id}/restore", operation_id = "restore_objects", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id.")),
    request_body = Request, responses((status = 202, body = RunView), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    Json(body): Json<Request>,
) -> Started {
    let may = caller.may(Undo { source })?;
    started(dirsync.restore(&may, body.kind, &body.ids, body.until, body.preview).await)
}
