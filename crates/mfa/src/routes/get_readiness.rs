//! `GET /api/v1/mfa/providers/{tenant_id}/readiness`: who could pass, as last counted.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::error::MfaError;
use crate::permissions::ReadMfa;
use crate::readiness::Report;

/// Shows, for each policy that asks for a second factor, whom it hits and who of them could not pass, as last counted.
#[utoipa::path(get, path = "/providers/{tenant_id}/readiness", operation_id = "get_readiness", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = Report), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<Report>, Problem> {
    let found = mfa.get_readiness(&caller.may(ReadMfa {})?, tenant).await?;
    Ok(Json(found.ok_or(MfaError::NotFound("report: nobody has counted yet"))?))
}
