//! `GET /api/v1/directory/groups/{id}/members`: who is in a group, and why.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems, Query};

use super::{ReachQuery, filled};
use crate::views::GroupMember;
use crate::{Directory, GroupId, ReadDirectory};

/// Who is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// Words that must all be in the name, the user principal name or an address.
    q: Option<String>,
}

/// Pages through a group's users, by name, each with the shortest way into the group.
#[utoipa::path(get, path = "/groups/{id}/members", operation_id = "list_group_members", tag = "directory",
    params(("id" = GroupId, Path, description = "Which group."), Wish, ReachQuery, PageQuery),
    responses((status = 200, body = PageBody<GroupMember>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(directory): State<Directory>,
    Path(id): Path<GroupId>,
    Query(query): Query<ReachQuery>,
    Query(wish): Query<Wish>,
) -> Result<PageBody<GroupMember>, Problem> {
    let may = caller.may(ReadDirectory {})?;
    let text = filled(wish.q);
    Ok(directory.group_members(&may, id, query.reach(), text.as_deref(), &page.request()).await?.into())
}
