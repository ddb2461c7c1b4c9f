//! `GET /api/v1/provisioning/groups/{group_id}`: one user group.

use axum::extract::State;
use directory::{GroupId, ReadDirectory};
use web::{Caller, Json, Path, Problem, Problems};

use crate::Provisioning;
use crate::user_groups::UserGroupDetails;

/// Gets one group with its names, its place among other groups, who pushes it and what it is used for.
#[utoipa::path(get, path = "/groups/{group_id}", operation_id = "get_known_group", tag = "provisioning",
    params(("group_id" = GroupId, Path, description = "Which group.")),
    responses((status = 200, body = UserGroupDetails), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(group): Path<GroupId>,
) -> Result<Json<UserGroupDetails>, Problem> {
    Ok(Json(provisioning.get_known_group(&caller.may(ReadDirectory {})?, group).await?))
}
