//! `GET /api/v1/dirsync/exceptions`: exceptions.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Problem, Problems};

use crate::Dirsync;
use crate::lists::Exception;
use crate::permissions::ReadSync;

/// Lists exceptions, newest first.
#[utoipa::path(get, path = "/exceptions", operation_id = "list_exceptions", tag = "dirsync",
    params(PageQuery),
    responses((status = 200, body = PageBody<Exception>), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    page: PageQuery,
) -> Result<PageBody<Exception>, Problem> {
    Ok(dirsync.list_exceptions(&caller.may(ReadSync {})?, &page.request()).await?.into())
}
