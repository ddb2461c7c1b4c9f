//! `POST /api/v1/provisioning/connections/{connection_id}/job/provision-on-demand`: have one object pushed.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::checker::job::{OnDemand, OnDemandResult};
use crate::permissions::ControlJob;
use crate::{ConnectionId, Provisioning};

/// Has Entra push one user, or one group with at most five of its members, now instead of in the next cycle.
#[utoipa::path(post, path = "/connections/{connection_id}/job/provision-on-demand", operation_id = "provision_on_demand",
    tag = "provisioning", request_body = OnDemand,
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    responses((status = 200, body = OnDemandResult), Problems))]
pub async fn handler(
    caller: Caller,
    Path(connection): Path<ConnectionId>,
    State(provisioning): State<Provisioning>,
    Json(body): Json<OnDemand>,
) -> Result<Json<OnDemandResult>, Problem> {
    Ok(Json(provisioning.provision_on_demand(&caller.may(ControlJob { connection })?, &body).await?))
}
