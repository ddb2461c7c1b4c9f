//! `PATCH /api/v1/provisioning/connections/{connection_id}`: rename, bind, set, pause or resume.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::UpdateConnection;
use crate::{ConnectionId, ConnectionUpdate, ConnectionView, Provisioning};

/// Renames a connection, binds it to a tenant, changes its settings, pauses or resumes it.
#[utoipa::path(patch, path = "/connections/{connection_id}", operation_id = "update_connection", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    request_body = ConnectionUpdate, responses((status = 200, body = ConnectionView), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(connection): Path<ConnectionId>,
    Json(body): Json<ConnectionUpdate>,
) -> Result<Json<ConnectionView>, Problem> {
    Ok(Json(provisioning.update_connection(&caller.may(UpdateConnection { connection })?, body).await?))
}
