//! `POST /api/v1/tenants/{tenant_id}/probe`: look at a tenant now.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::ProbeTenant;
use crate::views::TenantView;
use crate::{TenantId, Tenants};

/// Asks Entra and Graph how the tenant is, and writes it down.
#[utoipa::path(post, path = "/{tenant_id}/probe", operation_id = "probe_tenant", tag = "tenants",
    params(("tenant_id" = TenantId, Path, description = "Which tenant.")),
    responses((status = 200, body = TenantView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(tenant): Path<TenantId>,
    State(tenants): State<Tenants>,
) -> Result<Json<TenantView>, Problem> {
    Ok(Json(tenants.probe_tenant(&caller.may(ProbeTenant { tenant })?).await?.into()))
}
