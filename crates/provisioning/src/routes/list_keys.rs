//! `GET /api/v1/provisioning/connections/{connection_id}/keys`: the keys of a connection.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::ReadProvisioning;
use crate::{ConnectionId, KeyView, Provisioning};

/// Every key of a connection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProvisioningKeys)]
pub struct Answer {
    /// The keys, newest first; those that no longer work stay for 90 days.
    items: Vec<KeyView>,
}

/// Lists the keys of a connection, newest first, without their secrets.
#[utoipa::path(get, path = "/connections/{connection_id}/keys", operation_id = "list_keys", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(connection): Path<ConnectionId>,
) -> Result<Json<Answer>, Problem> {
    Ok(Json(Answer { items: provisioning.list_keys(&caller.may(ReadProvisioning {})?, connection).await? }))
}
