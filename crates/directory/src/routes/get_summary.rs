//! `GET /api/v1/directory/summary`: the directory at a glance.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use crate::service::Summary;
use crate::{Directory, ReadDirectory};

/// Counts users and groups by state, and says how far this node's memory is behind the log.
#[utoipa::path(get, path = "/summary", operation_id = "get_summary", tag = "directory",
    responses((status = 200, body = Summary), Problems))]
pub async fn handler(caller: Caller, State(directory): State<Directory>) -> Result<Json<Summary>, Problem> {
    Ok(Json(directory.summary(&caller.may(ReadDirectory {})?).await?))
}
