//! `POST /api/v1/mfa/providers/{tenant_id}/policies/apply`: put the draft in force.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ChangePolicies;
use crate::policy::{Order, Revision};

/// Puts the draft in force, as another revision. Where somebody would lose the last factor they can use, it is refused
/// with `mfa.last_factors` unless the tenant's name is sent as `confirmation`.
#[utoipa::path(post, path = "/providers/{tenant_id}/policies/apply", operation_id = "apply_policies", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = Order,
    responses((status = 200, body = Revision), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<Order>,
) -> Result<Json<Revision>, Problem> {
    Ok(Json(mfa.apply_policies(&caller.may(ChangePolicies { tenant })?, &body).await?))
}
