//! `DELETE /api/v1/tenants/{tenant_id}/credentials/{credential_id}`: retire a credential.

use axum::extract::State;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::model::CredentialId;
use crate::permissions::DeleteCredential;
use crate::{TenantId, Tenants};

/// Retires a credential and wipes its secret. Remove it from the application's registration, too.
#[utoipa::path(delete, path = "/{tenant_id}/credentials/{credential_id}", operation_id = "delete_credential",
    tag = "tenants",
    params(("tenant_id" = TenantId, Path, description = "Which tenant."),
        ("credential_id" = CredentialId, Path, description = "Which credential.")),
    responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    Path((tenant, credential)): Path<(TenantId, CredentialId)>,
    State(tenants): State<Tenants>,
) -> Result<NoContent, Problem> {
    tenants.delete_credential(&caller.may(DeleteCredential { tenant, credential })?).await?;
    Ok(NoContent)
}
