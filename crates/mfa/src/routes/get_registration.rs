//! `GET /api/v1/mfa/providers/{tenant_id}/registrations/{registration_id}`: how far a run is.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ReadMfa;
use crate::register::{Registration, RegistrationId};

/// Shows a run that registers people, with how far it is.
#[utoipa::path(get, path = "/providers/{tenant_id}/registrations/{registration_id}",
    operation_id = "get_registration", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."),
        ("registration_id" = RegistrationId, Path, description = "Which run.")),
    responses((status = 200, body = Registration), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((tenant, run)): Path<(TenantId, RegistrationId)>,
) -> Result<Json<Registration>, Problem> {
    Ok(Json(mfa.get_registration(&caller.may(ReadMfa {})?, tenant, run).await?))
}
