//! `GET /api/v1/provisioning/connections/{connection_id}/dialects`: how a client speaks.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::journal::DialectView;
use crate::permissions::ReadProvisioning;
use crate::{ConnectionId, Provisioning};

/// How a client speaks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SpokenDialects)]
pub struct Answer {
    /// The dialects among the newest calls, the most frequent first.
    items: Vec<DialectView>,
}

/// Lists the dialects that a connection's client has spoken of late, the most frequent first.
#[utoipa::path(get, path = "/connections/{connection_id}/dialects", operation_id = "list_dialects", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(connection): Path<ConnectionId>,
) -> Result<Json<Answer>, Problem> {
    Ok(Json(Answer { items: provisioning.list_dialects(&caller.may(ReadProvisioning {})?, connection).await? }))
}
