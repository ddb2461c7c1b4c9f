//! `DELETE /api/v1/dirsync/sources/{source_id}/exceptions/{exception_id}`: remove an exception.

use axum::extract::State;
use directory::SourceId;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::Dirsync;
use crate::model::ExceptionId;
use crate::permissions::EditLists;

/// Removes an exception.
#[utoipa::path(delete, path = "/sources/{source_id}/exceptions/{exception_id}", operation_id = "delete_exception", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id."),
        ("exception_id" = ExceptionId, Path, description = "Which exception.")),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path((source, exception)): Path<(SourceId, ExceptionId)>,
) -> Result<NoContent, Problem> {
    dirsync.delete_exception(&caller.may(EditLists { source })?, exception).await?;
    Ok(NoContent)
}
