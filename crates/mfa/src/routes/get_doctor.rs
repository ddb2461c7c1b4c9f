//! `GET /api/v1/mfa/providers/{tenant_id}/doctor`: everything that has to be right between Entra and us.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::doctor::Diagnosis;
use crate::permissions::ReadMfa;

/// Looks at our metadata and keys as Entra does, and at Entra's side by Microsoft Graph where that is permitted. Live.
#[utoipa::path(get, path = "/providers/{tenant_id}/doctor", operation_id = "get_doctor", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = Diagnosis), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<Diagnosis>, Problem> {
    Ok(Json(mfa.diagnose(&caller.may(ReadMfa {})?, tenant).await?))
}
