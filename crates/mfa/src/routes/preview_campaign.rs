//! `POST /api/v1/mfa/providers/{tenant_id}/campaigns/preview`: what would be sent, to how many.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::campaigns::{CampaignPreview, NewCampaign};
use crate::permissions::SendCampaign;

/// Says to how many people without a usable factor a letter would be sent, and shows one. Sends nothing.
#[utoipa::path(post, path = "/providers/{tenant_id}/campaigns/preview", operation_id = "preview_campaign", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = NewCampaign, responses((status = 200, body = CampaignPreview), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<NewCampaign>,
) -> Result<Json<CampaignPreview>, Problem> {
    Ok(Json(mfa.preview_campaign(&caller.may(SendCampaign { tenant })?, &body).await?))
}
