//! `GET /api/v1/tenants/{tenant_id}/permissions`: what a tenant needs and has.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::ReadTenants;
use crate::views::PermissionsView;
use crate::{TenantId, Tenants};

/// The least list of permissions for the tenant's features, what is missing and too much, and scripts that grant it.
#[utoipa::path(get, path = "/{tenant_id}/permissions", operation_id = "get_permissions", tag = "tenants",
    params(("tenant_id" = TenantId, Path, description = "Which tenant.")),
    responses((status = 200, body = PermissionsView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(tenant): Path<TenantId>,
    State(tenants): State<Tenants>,
) -> Result<Json<PermissionsView>, Problem> {
    Ok(Json(tenants.permissions(&caller.may(ReadTenants {})?, tenant).await?))
}
