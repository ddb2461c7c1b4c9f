//! `GET /api/v1/provisioning/ready-mapping`: what to map to what, ready to be put into Entra.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use crate::Provisioning;
use crate::permissions::ReadProvisioning;

/// The mapping that this server wants, as Graph's `synchronizationSchema`: for Entra's schema editor.
#[utoipa::path(get, path = "/ready-mapping", operation_id = "get_ready_mapping", tag = "provisioning",
    responses((status = 200, body = serde_json::Value), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
) -> Result<Json<serde_json::Value>, Problem> {
    Ok(Json(provisioning.ready_mapping(&caller.may(ReadProvisioning {})?)))
}
