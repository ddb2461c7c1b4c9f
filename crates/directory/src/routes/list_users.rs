//! `GET /api/v1/directory/users`: the users that match.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use super::{SortQuery, UserQuery};
use crate::views::UserSummary;
use crate::{Directory, ReadDirectory};

/// Pages through the users that match. Those that settings keep out appear only under `state=excluded`.
#[utoipa::path(get, path = "/users", operation_id = "list_users", tag = "directory",
    params(UserQuery, SortQuery, PageQuery), responses((status = 200, body = PageBody<UserSummary>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(directory): State<Directory>,
    Query(query): Query<UserQuery>,
    Query(sort): Query<SortQuery>,
) -> Result<PageBody<UserSummary>, Problem> {
    let may = caller.may(ReadDirectory {})?;
    Ok(PageBody::of(directory.list_users(&may, &query.into(), sort.users()?, &page.request()).await?))
}
