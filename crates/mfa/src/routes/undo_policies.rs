//! `POST /api/v1/mfa/providers/{tenant_id}/policies/undo`: put a former revision in force again.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ChangePolicies;
use crate::policy::{Revision, Undo};

/// Puts a former revision in force again, as another one; the one before where none is named. Where somebody would lose
/// the last factor they can use, it is refused with `mfa.last_factors` unless the tenant's name is sent as `confirmation`.
#[utoipa::path(post, path = "/providers/{tenant_id}/policies/undo", operation_id = "undo_policies", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = Undo,
    responses((status = 200, body = Revision), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<Undo>,
) -> Result<Json<Revision>, Problem> {
    Ok(Json(mfa.undo_policies(&caller.may(ChangePolicies { tenant })?, &body).await?))
}
