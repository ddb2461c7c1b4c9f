//! `GET /api/v1/directory/users/{id}/groups`: the groups a user is in, and why.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems, Query};

use super::ReachQuery;
use crate::views::UserGroup;
use crate::{Directory, ReadDirectory, UserId};

/// Pages through the groups a user is in, by name, each with the ways into it.
#[utoipa::path(get, path = "/users/{id}/groups", operation_id = "list_user_groups", tag = "directory",
    params(("id" = UserId, Path, description = "Which user."), ReachQuery, PageQuery),
    responses((status = 200, body = PageBody<UserGroup>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(directory): State<Directory>,
    Path(id): Path<UserId>,
    Query(query): Query<ReachQuery>,
) -> Result<PageBody<UserGroup>, Problem> {
    let may = caller.may(ReadDirectory {})?;
    Ok(directory.user_groups(&may, id, query.reach(), &page.request()).await?.into())
}
