//! `GET /api/v1/directory/groups/{id}/history`: what happened to a group, and why.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems};

use crate::views::HistoryEntry;
use crate::{Directory, GroupId, ReadDirectory};

/// Pages through what happened to a group, the newest first; also of one that was purged.
#[utoipa::path(get, path = "/groups/{id}/history", operation_id = "list_group_history", tag = "directory",
    params(("id" = GroupId, Path, description = "Which group."), PageQuery),
    responses((status = 200, body = PageBody<HistoryEntry>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(directory): State<Directory>,
    Path(id): Path<GroupId>,
) -> Result<PageBody<HistoryEntry>, Problem> {
    Ok(directory.group_history(&caller.may(ReadDirectory {})?, id, &page.request()).await?.into())
}
