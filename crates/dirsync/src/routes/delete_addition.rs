//! `DELETE /api/v1/dirsync/sources/{source_id}/additions/{addition_id}`: remove an addition.

use axum::extract::State;
use directory::SourceId;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::Dirsync;
use crate::model::AdditionId;
use crate::permissions::EditLists;

/// Removes an addition; the settings decide about its user again.
#[utoipa::path(delete, path = "/sources/{source_id}/additions/{addition_id}", operation_id = "delete_addition", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id."),
        ("addition_id" = AdditionId, Path, description = "Which addition.")),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path((source, addition)): Path<(SourceId, AdditionId)>,
) -> Result<NoContent, Problem> {
    dirsync.delete_addition(&caller.may(EditLists { source })?, addition).await?;
    Ok(NoContent)
}
