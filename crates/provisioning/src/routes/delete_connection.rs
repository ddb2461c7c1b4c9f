//! `DELETE /api/v1/provisioning/connections/{connection_id}`: delete a connection that holds nothing.

use axum::extract::State;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::permissions::DeleteConnection;
use crate::{ConnectionId, Provisioning};

/// Deletes a connection with its keys and calls, and purges what it has deleted. Refused while it has users or groups.
#[utoipa::path(delete, path = "/connections/{connection_id}", operation_id = "delete_connection", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(connection): Path<ConnectionId>,
) -> Result<NoContent, Problem> {
    provisioning.delete_connection(&caller.may(DeleteConnection { connection })?).await?;
    Ok(NoContent)
}
