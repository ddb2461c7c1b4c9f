//! `DELETE /api/v1/tenants/{tenant_id}`: disconnect a tenant.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, NoContent, Path, Problem, Problems, Query};

use crate::permissions::DeleteTenant;
use crate::{TenantId, Tenants};

/// What the caller types in.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Confirmation {
    /// The tenant's friendly name.
    pub confirmation: String,
}

/// Disconnects a tenant and wipes its credentials. Its users stay as they are until somebody decides about them.
#[utoipa::path(delete, path = "/{tenant_id}", operation_id = "delete_tenant", tag = "tenants",
    params(("tenant_id" = TenantId, Path, description = "Which tenant."), Confirmation),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    Path(tenant): Path<TenantId>,
    Query(query): Query<Confirmation>,
    State(tenants): State<Tenants>,
) -> Result<NoContent, Problem> {
    tenants.delete_tenant(&caller.may(DeleteTenant { tenant })?, &query.confirmation).await?;
    Ok(NoContent)
}
