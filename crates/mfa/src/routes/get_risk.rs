//! `GET /api/v1/mfa/providers/{tenant_id}/risk`: how risks of a tenant's people are known.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ReadMfa;
use crate::risk::RiskView;

/// Whether it is known who of the tenant's people is at risk, as Entra ID Protection says; if not why, and what to do; how many
/// are at which level.
#[utoipa::path(get, path = "/providers/{tenant_id}/risk", operation_id = "get_risk", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = RiskView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<RiskView>, Problem> {
    Ok(Json(mfa.get_risk(&caller.may(ReadMfa {})?, tenant).await?))
}
