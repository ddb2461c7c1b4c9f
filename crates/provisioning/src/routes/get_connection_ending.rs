//! `GET /api/v1/provisioning/connections/{connection_id}/ending`: what the end of a connection would mean.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::ending::EndingView;
use crate::permissions::ReadProvisioning;
use crate::{ConnectionId, Provisioning};

/// Shows what the end of a connection would mean, and what must be typed in. Changes nothing.
#[utoipa::path(get, path = "/connections/{connection_id}/ending", operation_id = "get_connection_ending",
    tag = "provisioning", params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    responses((status = 200, body = EndingView), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(connection): Path<ConnectionId>,
) -> Result<Json<EndingView>, Problem> {
    Ok(Json(provisioning.preview_ending(&caller.may(ReadProvisioning {})?, connection).await?))
}
