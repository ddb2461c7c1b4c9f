//! `GET /api/v1/dirsync/former-sources`: sources that are no longer connected.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use crate::Dirsync;
use crate::permissions::ReadSync;
use crate::views::FormerSourceView;

/// Lists the sources that are no longer connected and have left users or groups here.
#[utoipa::path(get, path = "/former-sources", operation_id = "list_former_sources", tag = "dirsync",
    responses((status = 200, body = Vec<FormerSourceView>), Problems))]
pub async fn handler(caller: Caller, State(dirsync): State<Dirsync>) -> Result<Json<Vec<FormerSourceView>>, Problem> {
    let sources = dirsync.list_former_sources(&caller.may(ReadSync {})?).await?;
    Ok(Json(sources.into_iter().map(Into::into).collect()))
}
