//! `DELETE /api/v1/provisioning/connections/{connection_id}`: delete a connection, or end one that has users or groups.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, NoContent, Path, Problem, Problems, Query};

use crate::permissions::DeleteConnection;
use crate::{ConnectionId, Provisioning};

/// What the caller types in.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Confirmation {
    /// The connection's name, where it has users or groups.
    pub confirmation: Option<String>,
}

/// Deletes a connection with its keys and calls, and purges what it has deleted. One that has users or groups is ended when
/// its name is typed in: its users stay as they are until somebody has decided about the plan that follows.
#[utoipa::path(delete, path = "/connections/{connection_id}", operation_id = "delete_connection", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection."), Confirmation),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(connection): Path<ConnectionId>,
    Query(typed): Query<Confirmation>,
) -> Result<NoContent, Problem> {
    let may = caller.may(DeleteConnection { connection })?;
    provisioning.delete_connection(&may, typed.confirmation.as_deref()).await?;
    Ok(NoContent)
}
