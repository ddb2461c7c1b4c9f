//! `POST /api/v1/provisioning/connections/{connection_id}/job/start`: start Entra's job.

use axum::extract::State;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::permissions::ControlJob;
use crate::{ConnectionId, Provisioning};

/// Starts Entra's provisioning job, or goes on with one that was paused.
#[utoipa::path(post, path = "/connections/{connection_id}/job/start", operation_id = "start_job", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    Path(connection): Path<ConnectionId>,
    State(provisioning): State<Provisioning>,
) -> Result<NoContent, Problem> {
    provisioning.start_job(&caller.may(ControlJob { connection })?).await?;
    Ok(NoContent)
}
