//! `POST /api/v1/provisioning/connections/{connection_id}/job/restart`: restart Entra's job.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, NoContent, Path, Problem, Problems};

use crate::checker::job::RestartScope;
use crate::permissions::ControlJob;
use crate::{ConnectionId, Provisioning};

/// What a restart forgets.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ProvisioningRestart)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What is forgotten; as Entra's own button does when absent.
    #[serde(default)]
    scope: Option<RestartScope>,
}

/// Restarts Entra's provisioning job.
#[utoipa::path(post, path = "/connections/{connection_id}/job/restart", operation_id = "restart_job",
    tag = "provisioning", request_body = Request,
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    Path(connection): Path<ConnectionId>,
    State(provisioning): State<Provisioning>,
    Json(body): Json<Request>,
) -> Result<NoContent, Problem> {
    let scope = body.scope.unwrap_or(RestartScope::Usual);
    provisioning.restart_job(&caller.may(ControlJob { connection })?, scope).await?;
    Ok(NoContent)
}
