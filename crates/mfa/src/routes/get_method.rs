//! `GET /api/v1/mfa/providers/{tenant_id}/method`: how far the method in Entra is.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::method::MethodState;
use crate::permissions::ReadMfa;

/// Shows the method in Entra, and what would be sent to make it. Live.
#[utoipa::path(get, path = "/providers/{tenant_id}/method", operation_id = "get_method", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = MethodState), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<MethodState>, Problem> {
    Ok(Json(mfa.get_method(&caller.may(ReadMfa {})?, tenant).await?))
}
