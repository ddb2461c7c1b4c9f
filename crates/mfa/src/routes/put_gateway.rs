//! `PUT /api/v1/mfa/providers/{tenant_id}/gateways/{way}`: how text messages or calls leave.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::gateway::{GatewayUpdate, GatewayView, Way};
use crate::permissions::ChangeProvider;

/// Sets up or changes the gateway that a tenant's text messages or calls leave by. A secret that is left out stays as it is.
#[utoipa::path(put, path = "/providers/{tenant_id}/gateways/{way}", operation_id = "put_gateway", tag = "mfa",
    params(
        ("tenant_id" = TenantId, Path, description = "Which connected tenant."),
        ("way" = inline(Way), Path, description = "What it delivers."),
    ),
    request_body = GatewayUpdate, responses((status = 200, body = GatewayView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((tenant, way)): Path<(TenantId, Way)>,
    Json(body): Json<GatewayUpdate>,
) -> Result<Json<GatewayView>, Problem> {
    Ok(Json(mfa.put_gateway(&caller.may(ChangeProvider { tenant })?, way, body).await?))
}
