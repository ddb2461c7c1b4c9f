//! `GET /api/v1/provisioning/calls/{call_id}`: one call.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::journal::CallDetails;
use crate::permissions::ReadProvisioning;
use crate::{CallId, Provisioning};

/// Gets one call with what was sent and answered, redacted, and what the client makes of it.
#[utoipa::path(get, path = "/calls/{call_id}", operation_id = "get_call", tag = "provisioning",
    params(("call_id" = CallId, Path, description = "Which call.")),
    responses((status = 200, body = CallDetails), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(call): Path<CallId>,
) -> Result<Json<CallDetails>, Problem> {
    Ok(Json(provisioning.get_call(&caller.may(ReadProvisioning {})?, call).await?))
}
