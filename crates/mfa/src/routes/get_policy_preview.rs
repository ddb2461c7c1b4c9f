//! `GET /api/v1/mfa/providers/{tenant_id}/policies/preview`: the last preview.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::error::MfaError;
use crate::permissions::ReadMfa;
use crate::policy::Preview;

/// Shows what was worked out last.
#[utoipa::path(get, path = "/providers/{tenant_id}/policies/preview", operation_id = "get_policy_preview", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = Preview), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<Preview>, Problem> {
    let found = mfa.get_preview(&caller.may(ReadMfa {})?, tenant).await?;
    Ok(Json(found.ok_or(MfaError::NotFound("preview"))?))
}
