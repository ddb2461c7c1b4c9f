//! `GET /api/v1/provisioning/connections/{connection_id}/cycles`: what a client did, cycle by cycle.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Caller, Json, Path, Problem, Problems, Query};

use crate::cycles::Cycle;
use crate::permissions::ReadProvisioning;
use crate::{ConnectionId, Provisioning};

/// How many cycles.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// How many cycles at most.
    #[param(minimum = 1, maximum = 20, default = 5)]
    limit: Option<usize>,
}

/// What a client did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProvisioningCycles)]
pub struct Answer {
    /// The cycles, newest first.
    items: Vec<Cycle>,
}

/// Lists the last cycles of a connection, newest first: calls with less than ten minutes between them, counted.
#[utoipa::path(get, path = "/connections/{connection_id}/cycles", operation_id = "list_push_cycles",
    tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection."), Wanted),
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(connection): Path<ConnectionId>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Answer>, Problem> {
    let may = caller.may(ReadProvisioning {})?;
    Ok(Json(Answer { items: provisioning.list_push_cycles(&may, connection, wanted.limit.unwrap_or(5)).await? }))
}
