//! `GET /api/v1/dirsync/sources/{source_id}/adoptable`: users who can be taken over.

use axum::extract::State;
use directory::SourceId;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems};

use crate::Dirsync;
use crate::permissions::ReadSync;
use crate::service::detach::Adoptable;

/// Lists users of a disconnected source whom a connected one has too, as the last plan found them.
#[utoipa::path(get, path = "/sources/{source_id}/adoptable", operation_id = "list_adoptable", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the id of the tenant that was disconnected."),
        PageQuery),
    responses((status = 200, body = PageBody<Adoptable>), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    page: PageQuery,
) -> Result<PageBody<Adoptable>, Problem> {
    let page = dirsync.list_adoptable(&caller.may(ReadSync {})?, source, &page.request()).await?;
    Ok(PageBody::of(page))
}
