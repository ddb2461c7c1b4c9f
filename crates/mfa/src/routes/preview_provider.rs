//! `POST /api/v1/mfa/providers/{tenant_id}/preview`: whom other settings would concern.

use axum::extract::State;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::permissions::ChangeProvider;
use crate::settings::{Settings, SettingsPreview};

/// What is looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaSettingsPreviewOf)]
pub struct Request {
    /// All settings as they would be; what is left out is as it usually is.
    settings: Settings,
}

/// Works out whom other settings would concern: who would lose the last factor, who another, who gets one back. Nothing is
/// changed.
#[utoipa::path(post, path = "/providers/{tenant_id}/preview", operation_id = "preview_provider", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = Request,
    responses((status = 200, body = SettingsPreview), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<Request>,
) -> Result<Json<SettingsPreview>, Problem> {
    Ok(Json(mfa.preview_settings(&caller.may(ChangeProvider { tenant })?, &body.settings).await?))
}
