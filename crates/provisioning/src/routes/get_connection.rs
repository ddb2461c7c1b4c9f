//! `GET /api/v1/provisioning/connections/{connection_id}`: an application that pushes.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::ReadProvisioning;
use crate::{ConnectionId, ConnectionView, Provisioning};

/// Gets an application that pushes.
#[utoipa::path(get, path = "/connections/{connection_id}", operation_id = "get_connection", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    responses((status = 200, body = ConnectionView), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(connection): Path<ConnectionId>,
) -> Result<Json<ConnectionView>, Problem> {
    Ok(Json(provisioning.get_connection(&caller.may(ReadProvisioning {})?, connection).await?))
}
