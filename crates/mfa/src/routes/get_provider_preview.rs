//! `GET /api/v1/mfa/providers/{tenant_id}/preview`: the last preview of settings.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::error::MfaError;
use crate::permissions::ReadMfa;
use crate::settings::SettingsPreview;

/// Shows whom other settings would concern, as it was worked out last.
#[utoipa::path(get, path = "/providers/{tenant_id}/preview", operation_id = "get_provider_preview", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    responses((status = 200, body = SettingsPreview), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
) -> Result<Json<SettingsPreview>, Problem> {
    let found = mfa.get_settings_preview(&caller.may(ReadMfa {})?, tenant).await?;
    Ok(Json(found.ok_or(MfaError::NotFound("preview"))?))
}
