//! `GET /api/v1/dirsync/additions`: additions.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Problem, Problems};

use crate::Dirsync;
use crate::lists::Addition;
use crate::permissions::ReadSync;

/// Lists additions, newest first.
#[utoipa::path(get, path = "/additions", operation_id = "list_additions", tag = "dirsync",
    params(PageQuery),
    responses((status = 200, body = PageBody<Addition>), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    page: PageQuery,
) -> Result<PageBody<Addition>, Problem> {
    Ok(dirsync.list_additions(&caller.may(ReadSync {})?, &page.request()).await?.into())
}
