//! `GET /api/v1/provisioning/connections/{connection_id}/check`: look at Entra's side.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems, Query};

use crate::checker::{JobCheck, Which};
use crate::permissions::ReadProvisioning;
use crate::{ConnectionId, Provisioning};

/// Reads Entra's provisioning job by Graph and says, line by line, whether it is as this server needs it: status,
/// quarantine, last cycle, mappings, scope, assignments, and Entra's own guard against accidental deletions.
#[utoipa::path(get, path = "/connections/{connection_id}/check", operation_id = "check_job", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection."), Which),
    responses((status = 200, body = JobCheck), Problems))]
pub async fn handler(
    caller: Caller,
    Path(connection): Path<ConnectionId>,
    Query(which): Query<Which>,
    State(provisioning): State<Provisioning>,
) -> Result<Json<JobCheck>, Problem> {
    Ok(Json(provisioning.check_job(&caller.may(ReadProvisioning {})?, connection, &which).await?))
}
