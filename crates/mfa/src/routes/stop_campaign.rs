//! `POST /api/v1/mfa/providers/{tenant_id}/campaigns/{campaign_id}/stop`: write to nobody more.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::campaigns::{Campaign, CampaignId};
use crate::permissions::SendCampaign;

/// Stops a campaign: who was not come to yet is not written to.
#[utoipa::path(post, path = "/providers/{tenant_id}/campaigns/{campaign_id}/stop", operation_id = "stop_campaign",
    tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant."),
        ("campaign_id" = CampaignId, Path, description = "Which campaign.")),
    responses((status = 200, body = Campaign), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((tenant, campaign)): Path<(TenantId, CampaignId)>,
) -> Result<Json<Campaign>, Problem> {
    Ok(Json(mfa.stop_campaign(&caller.may(SendCampaign { tenant })?, campaign).await?))
}
