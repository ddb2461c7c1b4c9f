//! `GET /api/v1/tenants/{tenant_id}`: one tenant.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::ReadTenants;
use crate::views::TenantView;
use crate::{TenantId, Tenants};

/// Reads one tenant with its status.
#[utoipa::path(get, path = "/{tenant_id}", operation_id = "get_tenant", tag = "tenants",
    params(("tenant_id" = TenantId, Path, description = "Which tenant.")),
    responses((status = 200, body = TenantView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(tenant): Path<TenantId>,
    State(tenants): State<Tenants>,
) -> Result<Json<TenantView>, Problem> {
    Ok(Json(tenants.get_tenant(&caller.may(ReadTenants {})?, tenant).await?.into()))
}
