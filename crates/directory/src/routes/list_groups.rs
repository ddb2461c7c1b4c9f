//! `GET /api/v1/directory/groups`: the groups that match.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use super::{GroupQuery, SortQuery};
use crate::views::GroupSummary;
use crate::{Directory, ReadDirectory};

/// Pages through the groups that match, with how many are in them.
#[utoipa::path(get, path = "/groups", operation_id = "list_groups", tag = "directory",
    params(GroupQuery, SortQuery, PageQuery), responses((status = 200, body = PageBody<GroupSummary>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(directory): State<Directory>,
    Query(query): Query<GroupQuery>,
    Query(sort): Query<SortQuery>,
) -> Result<PageBody<GroupSummary>, Problem> {
    let may = caller.may(ReadDirectory {})?;
    Ok(directory.list_groups(&may, &query.into(), sort.groups()?, &page.request()).await?.into())
}
