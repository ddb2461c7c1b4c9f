//! `GET /api/v1/directory/groups/{id}`: one group.

use axum::extract::State;
use uuid::Uuid;
use web::{Caller, Json, Path, Problem, Problems, Query};

use super::SourceQuery;
use crate::views::GroupView;
use crate::{Directory, ReadDirectory};

/// Shows one group with what it holds and what holds it, whatever its state.
#[utoipa::path(get, path = "/groups/{id}", operation_id = "get_group", tag = "directory",
    params(("id" = Uuid, Path, description = "Our id, or with `source` an object id."), SourceQuery),
    responses((status = 200, body = GroupView), Problems))]
pub async fn handler(
    caller: Caller,
    State(directory): State<Directory>,
    Path(id): Path<Uuid>,
    Query(query): Query<SourceQuery>,
) -> Result<Json<GroupView>, Problem> {
    let may = caller.may(ReadDirectory {})?;
    Ok(Json(match query.source {
        Some(source) => directory.get_group_by_object_id(&may, source, id).await?,
        None => directory.get_group(&may, id.into()).await?,
    }))
}
