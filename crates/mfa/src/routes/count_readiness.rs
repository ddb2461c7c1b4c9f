//! `POST /api/v1/mfa/providers/{tenant_id}/readiness`: count who could pass.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ChangeProvider;
use crate::readiness::Report;

/// Reads the tenant's policies and counts, for each that asks for a second factor, whom it hits and who could not pass.
#[utoipa::path(post, path = "/providers/{tenant_id}/readiness", operation_id = "count_readiness", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = Report), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<Report>, Problem> {
    Ok(Json(mfa.count_readiness(&caller.may(ChangeProvider { tenant })?).await?))
}
