//! `GET /api/v1/directory/cycles`: nested groups that contain each other.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use crate::views::GroupRef;
use crate::{Directory, ReadDirectory};

/// Lists nested groups that contain each other, one list for each knot of them.
#[utoipa::path(get, path = "/cycles", operation_id = "list_cycles", tag = "directory",
    responses((status = 200, body = Vec<Vec<GroupRef>>), Problems))]
pub async fn handler(caller: Caller, State(directory): State<Directory>) -> Result<Json<Vec<Vec<GroupRef>>>, Problem> {
    Ok(Json(directory.cycles(&caller.may(ReadDirectory {})?).await?))
}
