//! `GET /api/v1/dirsync/sources`: sources with their settings.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use crate::Dirsync;
use crate::permissions::ReadSync;
use crate::views::SourceView;

/// Lists the sources with their settings and how they are doing.
#[utoipa::path(get, path = "/sources", operation_id = "list_sources", tag = "dirsync",
    responses((status = 200, body = Vec<SourceView>), Problems))]
pub async fn handler(caller: Caller, State(dirsync): State<Dirsync>) -> Result<Json<Vec<SourceView>>, Problem> {
    let sources = dirsync.list_sources(&caller.may(ReadSync {})?).await?;
    Ok(Json(sources.into_iter().map(Into::into).collect()))
}
