//! `POST /api/v1/provisioning/connections/{connection_id}/job/apply-mapping`: mend the mappings.

use axum::extract::State;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::permissions::ControlJob;
use crate::{ConnectionId, Provisioning};

/// Puts the ready mapping in the place of the job's own. Entra then reads everything again.
#[utoipa::path(post, path = "/connections/{connection_id}/job/apply-mapping", operation_id = "apply_mapping", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    Path(connection): Path<ConnectionId>,
    State(provisioning): State<Provisioning>,
) -> Result<NoContent, Problem> {
    provisioning.apply_mapping(&caller.may(ControlJob { connection })?).await?;
    Ok(NoContent)
}
