//! `POST /api/v1/mfa/providers/{tenant_id}/campaigns`: write to people without a usable factor.

use axum::extract::State;
use tenants::TenantId;
use web::{Caller, Created, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::campaigns::{Campaign, NewCampaign};
use crate::permissions::SendCampaign;

/// Begins to write to people without a usable factor, as last counted: one after the other, at most sixty in a minute,
/// nobody twice within so many days.
#[utoipa::path(post, path = "/providers/{tenant_id}/campaigns", operation_id = "start_campaign", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = NewCampaign, responses((status = 201, body = Campaign), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<NewCampaign>,
) -> Result<Created<Campaign>, Problem> {
    let campaign = mfa.start_campaign(&caller.may(SendCampaign { tenant })?, &body).await?;
    Ok(Created::new(format!("/api/v1/mfa/providers/{tenant}/campaigns"), campaign))
}
