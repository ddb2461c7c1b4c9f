//! `PUT /api/v1/mfa/providers/{tenant_id}`: set up or change the second factor of a tenant.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ChangeProvider;
use crate::providers::{ProviderUpdate, ProviderView};

/// Sets up the second factor of a tenant, or changes it. What is left out stays as it is. Where somebody would lose the last
/// factor they can use, by a way that counts no more, it is refused with `mfa.last_factors` unless the tenant's name is sent as
/// `confirmation`.
#[utoipa::path(put, path = "/providers/{tenant_id}", operation_id = "put_provider", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = ProviderUpdate, responses((status = 200, body = ProviderView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<ProviderUpdate>,
) -> Result<Json<ProviderView>, Problem> {
    Ok(Json(mfa.put_provider(&caller.may(ChangeProvider { tenant })?, body).await?))
}
