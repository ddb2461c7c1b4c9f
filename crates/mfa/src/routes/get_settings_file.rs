//! `GET /api/v1/mfa/providers/{tenant_id}/settings-file`: what to enter in Entra, plain and signed.

use axum::extract::State;
use serde::Serialize;
use tenants::TenantId;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ReadMfa;

/// What to enter in Entra.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MfaSettingsFile)]
pub struct Answer {
    /// As JSON.
    plain: serde_json::Value,
    /// The same as a JWT, signed by the key that signs answers.
    signed: String,
}

/// Shows what to enter in Entra, to be handed to whoever does.
#[utoipa::path(get, path = "/providers/{tenant_id}/settings-file", operation_id = "get_settings_file", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<Answer>, Problem> {
    let file = mfa.settings_file(&caller.may(ReadMfa {})?, tenant).await?;
    Ok(Json(Answer { plain: file.plain, signed: file.signed }))
}
