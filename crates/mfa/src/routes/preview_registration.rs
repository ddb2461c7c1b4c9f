//! `POST /api/v1/mfa/providers/{tenant_id}/registrations/preview`: whom a run would register.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::RegisterPeople;
use crate::register::{NewRegistration, RegistrationPreview};

/// Says how many people who can pass here would be registered for the method in Entra, and who of the first four hundred is
/// already. Registers nobody.
#[utoipa::path(post, path = "/providers/{tenant_id}/registrations/preview", operation_id = "preview_registration",
    tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = NewRegistration, responses((status = 200, body = RegistrationPreview), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<NewRegistration>,
) -> Result<Json<RegistrationPreview>, Problem> {
    Ok(Json(mfa.preview_registration(&caller.may(RegisterPeople { tenant })?, &body).await?))
}
