//! `GET /api/v1/mfa/providers/{tenant_id}`: the second factor of one tenant.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ReadMfa;
use crate::providers::ProviderView;

/// Shows the second factor of a tenant: what to enter in Entra, and what is set.
#[utoipa::path(get, path = "/providers/{tenant_id}", operation_id = "get_provider", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = ProviderView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<ProviderView>, Problem> {
    Ok(Json(mfa.get_provider(&caller.may(ReadMfa {})?, tenant).await?))
}
