//! `PATCH /api/v1/tenants/{tenant_id}`: change a tenant.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::connect::TenantUpdate;
use crate::permissions::UpdateTenant;
use crate::views::TenantView;
use crate::{TenantId, Tenants};

/// Changes a tenant's record; what is absent stays. A record that changed since it was read is not overwritten.
#[utoipa::path(patch, path = "/{tenant_id}", operation_id = "update_tenant", tag = "tenants", request_body = TenantUpdate,
    params(("tenant_id" = TenantId, Path, description = "Which tenant.")),
    responses((status = 200, body = TenantView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(tenant): Path<TenantId>,
    State(tenants): State<Tenants>,
    Json(body): Json<TenantUpdate>,
) -> Result<Json<TenantView>, Problem> {
    Ok(Json(tenants.update_tenant(&caller.may(UpdateTenant { tenant })?, &body).await?.into()))
}
