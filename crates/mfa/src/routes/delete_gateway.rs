//! `DELETE /api/v1/mfa/providers/{tenant_id}/gateways/{way}`: text messages or calls leave no more.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::Mfa;
use crate::gateway::Way;
use crate::permissions::ChangeProvider;

/// Takes the gateway away that a tenant's text messages or calls leave by, and its secret with it.
#[utoipa::path(delete, path = "/providers/{tenant_id}/gateways/{way}", operation_id = "delete_gateway", tag = "mfa",
    params(
        ("tenant_id" = TenantId, Path, description = "Which connected tenant."),
        ("way" = inline(Way), Path, description = "What it delivers."),
    ),
    responses((status = 204, description = "Taken away."), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((tenant, way)): Path<(TenantId, Way)>,
) -> Result<NoContent, Problem> {
    mfa.delete_gateway(&caller.may(ChangeProvider { tenant })?, way).await?;
    Ok(NoContent)
}
