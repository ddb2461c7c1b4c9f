//! `GET /api/v1/mfa/providers/{tenant_id}/policies/revisions/{revision}`: one revision.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ReadMfa;
use crate::policy::Revision;

/// Shows a revision of a tenant's policies, with whom it concerned when it was put in force.
#[utoipa::path(get, path = "/providers/{tenant_id}/policies/revisions/{revision}", operation_id = "get_policy_revision", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."), ("revision" = i64, Path, description = "Its number.")),
    responses((status = 200, body = Revision), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((tenant, revision)): Path<(TenantId, i64)>,
) -> Result<Json<Revision>, Problem> {
    Ok(Json(mfa.get_policy_revision(&caller.may(ReadMfa {})?, tenant, revision).await?))
}
