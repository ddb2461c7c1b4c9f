//! `POST /api/v1/mfa/providers/{tenant_id}/registrations/{registration_id}/undo`: take back what a run made.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::RegisterPeople;
use crate::register::{Registration, RegistrationId};

/// Takes back, one by one, every registration that a run made. What was there before stays.
#[utoipa::path(post, path = "/providers/{tenant_id}/registrations/{registration_id}/undo",
    operation_id = "undo_registration", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."),
        ("registration_id" = RegistrationId, Path, description = "Which run.")),
    responses((status = 200, body = Registration), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((tenant, run)): Path<(TenantId, RegistrationId)>,
) -> Result<Json<Registration>, Problem> {
    Ok(Json(mfa.undo_registration(&caller.may(RegisterPeople { tenant })?, run).await?))
}
