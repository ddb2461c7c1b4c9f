//! `POST /api/v1/mfa/providers/{tenant_id}/method`: make the method in Entra, switched off.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Created, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::method::{MethodView, NewMethod};
use crate::permissions::ChangeProvider;

/// Makes the method in Entra by Microsoft Graph: switched off, and for nobody.
#[utoipa::path(post, path = "/providers/{tenant_id}/method", operation_id = "create_method", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = NewMethod, responses((status = 201, body = MethodView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<NewMethod>,
) -> Result<Created<MethodView>, Problem> {
    let made = mfa.create_method(&caller.may(ChangeProvider { tenant })?, &body).await?;
    Ok(Created::new(format!("/api/v1/mfa/providers/{tenant}/method"), made))
}
