//! `GET /api/v1/mfa/licences/{tenant_id}`: whether the tenant's plan is enough for a second factor.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ReadMfa;
use crate::readiness::licence::Licence;

/// Shows whether the tenant's plan has what External MFA needs, before anything is set up. Live.
#[utoipa::path(get, path = "/licences/{tenant_id}", operation_id = "get_licence", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = Licence), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<Licence>, Problem> {
    Ok(Json(mfa.licence(&caller.may(ReadMfa {})?, tenant).await?))
}
