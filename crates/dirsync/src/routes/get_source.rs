//! `GET /api/v1/dirsync/sources/{source_id}`: one source.

use axum::extract::State;
use directory::SourceId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Dirsync;
use crate::permissions::ReadSync;
use crate::views::SourceView;

/// Shows a source with its settings and how it is doing.
#[utoipa::path(get, path = "/sources/{source_id}", operation_id = "get_source", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id.")),
    responses((status = 200, body = SourceView), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
) -> Result<Json<SourceView>, Problem> {
    Ok(Json(dirsync.get_source(&caller.may(ReadSync {})?, source).await?.into()))
}
