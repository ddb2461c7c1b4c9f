//! `GET /api/v1/directory/users/{id}`: one user.

use axum::extract::State;
use uuid::Uuid;
use web::{Caller, Json, Path, Problem, Problems, Query};

use super::SourceQuery;
use crate::views::UserView;
use crate::{Directory, DirectoryError, ReadDirectory};

/// Shows one user, whatever its state: by our id, by its user principal name, or by its object id in a source.
#[utoipa::path(get, path = "/users/{id}", operation_id = "get_user", tag = "directory",
    params(("id" = String, Path, description = "Our id, a user principal name, or with `source` an object id."), SourceQuery),
    responses((status = 200, body = UserView), Problems))]
pub async fn handler(
    caller: Caller,
    State(directory): State<Directory>,
    Path(id): Path<String>,
    Query(query): Query<SourceQuery>,
) -> Result<Json<UserView>, Problem> {
    let may = caller.may(ReadDirectory {})?;
    let user = match (id.parse::<Uuid>(), query.source) {
        (Ok(id), Some(source)) => directory.get_user_by_object_id(&may, source, id).await?,
        (Ok(id), None) => directory.get_user(&may, id.into()).await?,
        (Err(_), None) => directory.get_user_by_upn(&may, &id).await?,
        (Err(_), Some(_)) => return Err(DirectoryError::NoSuchUser.into()),
    };
    Ok(Json(user.into()))
}
