//! `GET /api/v1/tenants/{tenant_id}/credentials`: a tenant's credentials.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::ReadTenants;
use crate::views::CredentialView;
use crate::{TenantId, Tenants};

/// Lists a tenant's credentials with their dates, the retired ones too. Never a secret.
#[utoipa::path(get, path = "/{tenant_id}/credentials", operation_id = "list_credentials", tag = "tenants",
    params(("tenant_id" = TenantId, Path, description = "Which tenant.")),
    responses((status = 200, body = Vec<CredentialView>), Problems))]
pub async fn handler(
    caller: Caller,
    Path(tenant): Path<TenantId>,
    State(tenants): State<Tenants>,
) -> Result<Json<Vec<CredentialView>>, Problem> {
    let records = tenants.list_credentials(&caller.may(ReadTenants {})?, tenant).await?;
    let now = tenants.now();
    Ok(Json(records.into_iter().map(|record| CredentialView::at(record, now)).collect()))
}
