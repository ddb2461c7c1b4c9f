//! `POST /api/v1/mfa/providers/{tenant_id}/custom-controls`: what a custom control did, and the way from it.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::controls::{ControlView, NewControl};
use crate::permissions::ReadMfa;

/// Reads the JSON of a custom control, tells what it did and which policies ask for it, and writes the way from it to External
/// MFA. Nothing is kept, and nothing is changed.
#[utoipa::path(post, path = "/providers/{tenant_id}/custom-controls", operation_id = "explain_custom_control", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = NewControl, responses((status = 200, body = ControlView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<NewControl>,
) -> Result<Json<ControlView>, Problem> {
    Ok(Json(mfa.explain_control(&caller.may(ReadMfa {})?, tenant, &body).await?))
}
