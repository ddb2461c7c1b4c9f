//! `POST /api/v1/dirsync/sources/{source_id}/settings/preview`: what settings would do.

use axum::extract::State;
use directory::SourceId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::ReadSync;
use crate::service::scope_preview::ScopePreview;
use crate::{Dirsync, Settings};

/// Tells what settings would do to the users that are known, with samples. Changes nothing.
#[utoipa::path(post, path = "/sources/{source_id}/settings/preview", operation_id = "preview_settings", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id.")),
    request_body = Settings, responses((status = 200, body = ScopePreview), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    Json(body): Json<Settings>,
) -> Result<Json<ScopePreview>, Problem> {
    Ok(Json(dirsync.preview_settings(&caller.may(ReadSync {})?, source, body).await?))
}
