//! `GET /api/v1/provisioning/groups/{group_id}/names`: what a group was called.

use axum::extract::State;
use directory::{GroupId, ReadDirectory};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Provisioning;
use crate::user_groups::GroupName;

/// What a group was called.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupNames)]
pub struct Answer {
    /// The names, the newest first; empty where nobody knows of such a group.
    items: Vec<GroupName>,
}

/// Lists what a group was called and when, the newest name first; also of one that was purged.
#[utoipa::path(get, path = "/groups/{group_id}/names", operation_id = "list_group_names", tag = "provisioning",
    params(("group_id" = GroupId, Path, description = "Which group.")),
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(group): Path<GroupId>,
) -> Result<Json<Answer>, Problem> {
    Ok(Json(Answer { items: provisioning.list_group_names(&caller.may(ReadDirectory {})?, group).await? }))
}
