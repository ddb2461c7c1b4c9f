//! `GET /api/v1/mfa/providers/{tenant_id}/applications`: what the applications in Entra must hold.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::method::application::Applications;
use crate::permissions::ReadMfa;

/// Shows what the applications in Entra must hold, for the method and for people's portal, and scripts that see to it.
#[utoipa::path(get, path = "/providers/{tenant_id}/applications", operation_id = "get_applications", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = Applications), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<Applications>, Problem> {
    Ok(Json(mfa.get_applications(&caller.may(ReadMfa {})?, tenant).await?))
}
