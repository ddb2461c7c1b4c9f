//! `POST /api/v1/mfa/providers/{tenant_id}/applications`: add what is missing in the applications in Entra.

use axum::extract::State;
use serde::Serialize;
use tenants::TenantId;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::method::application::Prepared;
use crate::permissions::ChangeProvider;

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MfaApplicationsPrepared)]
pub struct Answer {
    /// By application.
    applications: Vec<Prepared>,
}

/// Adds what is missing in the applications in Entra, by Microsoft Graph: reply addresses and the optional claim
/// `auth_time`. Nothing that is there is taken away.
#[utoipa::path(post, path = "/providers/{tenant_id}/applications", operation_id = "prepare_applications", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<Answer>, Problem> {
    let applications = mfa.prepare_applications(&caller.may(ChangeProvider { tenant })?).await?;
    Ok(Json(Answer { applications }))
}
