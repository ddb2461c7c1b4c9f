//! `POST /api/v1/mfa/providers/{tenant_id}/method/enable`: switch the method on in Entra.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::method::{MethodView, Targets};
use crate::permissions::ChangeProvider;

/// Switches the method on in Entra, for groups or for everybody. Those named are its targets from then on, and no others.
#[utoipa::path(post, path = "/providers/{tenant_id}/method/enable", operation_id = "enable_method", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = Targets, responses((status = 200, body = MethodView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<Targets>,
) -> Result<Json<MethodView>, Problem> {
    Ok(Json(mfa.enable_method(&caller.may(ChangeProvider { tenant })?, &body).await?))
}
