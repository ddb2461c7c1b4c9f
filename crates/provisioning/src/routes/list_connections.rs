//! `GET /api/v1/provisioning/connections`: applications that push.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Json, Problem, Problems};

use crate::permissions::ReadProvisioning;
use crate::{ConnectionView, Provisioning};

/// Every connection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProvisioningConnections)]
pub struct Answer {
    /// The connections, oldest first.
    items: Vec<ConnectionView>,
}

/// Lists the applications that push, oldest first.
#[utoipa::path(get, path = "/connections", operation_id = "list_connections", tag = "provisioning",
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(caller: Caller, State(provisioning): State<Provisioning>) -> Result<Json<Answer>, Problem> {
    Ok(Json(Answer { items: provisioning.list_connections(&caller.may(ReadProvisioning {})?).await? }))
}
