//! `GET /api/v1/mfa/providers/{tenant_id}/policies`: the policies of a tenant, and what is being prepared.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ReadMfa;
use crate::policy::Board;

/// Shows the policies in force, in their order, and the draft where there is one.
#[utoipa::path(get, path = "/providers/{tenant_id}/policies", operation_id = "get_policies", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = Board), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<Board>, Problem> {
    Ok(Json(mfa.get_policies(&caller.may(ReadMfa {})?, tenant).await?))
}
