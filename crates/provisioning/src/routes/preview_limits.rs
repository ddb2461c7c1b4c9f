//! `POST /api/v1/provisioning/connections/{connection_id}/limits/preview`: what other limits would have held.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::guard::replay::Replay;
use crate::permissions::ReadProvisioning;
use crate::settings::Limits;
use crate::{ConnectionId, Provisioning};

/// Tries limits on what went through in the last thirty days. Shares are measured against how many users and groups there
/// are now; nothing is changed.
#[utoipa::path(post, path = "/connections/{connection_id}/limits/preview", operation_id = "preview_limits",
    tag = "provisioning", params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    request_body = Limits, responses((status = 200, body = Replay), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(connection): Path<ConnectionId>,
    Json(body): Json<Limits>,
) -> Result<Json<Replay>, Problem> {
    Ok(Json(provisioning.preview_limits(&caller.may(ReadProvisioning {})?, connection, body).await?))
}
