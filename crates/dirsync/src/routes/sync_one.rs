//! `POST /api/v1/dirsync/sources/{source_id}/sync_one`: look at one user or group now.

use axum::extract::State;
use directory::SourceId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problems};

use super::{Started, started};
use crate::Dirsync;
use crate::permissions::SyncOne;
use crate::views::RunView;

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SyncOne)]
pub struct Request {
    /// An address, `user:<object id>` or `group:<object id>`.
    subject: String,
    /// Only show what it would do.
    #[serde(default)]
    preview: bool,
}

/// Looks at one user or one group in the source now.
#[utoipa::path(post, path = "/sources/{source_id}/sync_one", operation_id = "sync_one", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id.")),
    request_body = Request, responses((status = 202, body = RunView), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    Json(body): Json<Request>,
) -> Started {
    started(dirsync.sync_one(&caller.may(SyncOne { source })?, &body.subject, body.preview).await)
}
