//! `POST /api/v1/provisioning/connections/{connection_id}/job/pause`: pause Entra's job.

use axum::extract::State;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::permissions::ControlJob;
use crate::{ConnectionId, Provisioning};

/// Pauses Entra's provisioning job: nothing is pushed until it is started again.
#[utoipa::path(post, path = "/connections/{connection_id}/job/pause", operation_id = "pause_job", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    Path(connection): Path<ConnectionId>,
    State(provisioning): State<Provisioning>,
) -> Result<NoContent, Problem> {
    provisioning.pause_job(&caller.may(ControlJob { connection })?).await?;
    Ok(NoContent)
}
