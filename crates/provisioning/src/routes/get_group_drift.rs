//! `GET /api/v1/provisioning/groups/{group_id}/drift`: push against Graph.

use axum::extract::State;
use directory::{GroupId, ReadDirectory};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Provisioning;
use crate::user_groups::Drift;

/// Push against Graph.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupDrifts)]
pub struct Answer {
    /// Connection by connection; empty where the group is not both pushed and shown by Graph.
    items: Vec<Drift>,
}

/// Tells where what was pushed into a group and what Graph shows differ.
#[utoipa::path(get, path = "/groups/{group_id}/drift", operation_id = "get_group_drift", tag = "provisioning",
    params(("group_id" = GroupId, Path, description = "Which group.")),
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(group): Path<GroupId>,
) -> Result<Json<Answer>, Problem> {
    Ok(Json(Answer { items: provisioning.get_group_drift(&caller.may(ReadDirectory {})?, group).await? }))
}
