//! `POST /api/v1/tenants/{tenant_id}/credentials/{credential_id}/promote`: make a credential the primary one.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::model::CredentialId;
use crate::permissions::PromoteCredential;
use crate::views::CredentialView;
use crate::{TenantId, Tenants};

/// Makes a staged credential the primary one; the two change places.
#[utoipa::path(post, path = "/{tenant_id}/credentials/{credential_id}/promote", operation_id = "promote_credential",
    tag = "tenants",
    params(("tenant_id" = TenantId, Path, description = "Which tenant."),
        ("credential_id" = CredentialId, Path, description = "Which credential.")),
    responses((status = 200, body = CredentialView), Problems))]
pub async fn handler(
    caller: Caller,
    Path((tenant, credential)): Path<(TenantId, CredentialId)>,
    State(tenants): State<Tenants>,
) -> Result<Json<CredentialView>, Problem> {
    let record = tenants.promote_credential(&caller.may(PromoteCredential { tenant, credential })?).await?;
    Ok(Json(CredentialView::at(record, tenants.now())))
}
