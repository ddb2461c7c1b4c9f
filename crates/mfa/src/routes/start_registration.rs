//! `POST /api/v1/mfa/providers/{tenant_id}/registrations`: register people in Entra on their behalf.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Created, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::RegisterPeople;
use crate::register::{NewRegistration, Registration};

/// Begins to register people who can pass here for the method in Entra: twenty at a time, nobody twice. What it makes can be
/// undone.
#[utoipa::path(post, path = "/providers/{tenant_id}/registrations", operation_id = "start_registration", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = NewRegistration, responses((status = 201, body = Registration), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<NewRegistration>,
) -> Result<Created<Registration>, Problem> {
    let run = mfa.start_registration(&caller.may(RegisterPeople { tenant })?, &body).await?;
    Ok(Created::new(format!("/api/v1/mfa/providers/{tenant}/registrations/{}", run.id), run))
}
