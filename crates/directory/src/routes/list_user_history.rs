//! `GET /api/v1/directory/users/{id}/history`: what happened to a user, and why.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems};

use crate::views::HistoryEntry;
use crate::{Directory, ReadDirectory, UserId};

/// Pages through what happened to a user, the newest first; also of one that was purged.
#[utoipa::path(get, path = "/users/{id}/history", operation_id = "list_user_history", tag = "directory",
    params(("id" = UserId, Path, description = "Which user."), PageQuery),
    responses((status = 200, body = PageBody<HistoryEntry>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(directory): State<Directory>,
    Path(id): Path<UserId>,
) -> Result<PageBody<HistoryEntry>, Problem> {
    Ok(directory.user_history(&caller.may(ReadDirectory {})?, id, &page.request()).await?.into())
}
