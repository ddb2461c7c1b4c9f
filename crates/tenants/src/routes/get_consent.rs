//! `GET /api/v1/tenants/consents/{consent_id}`: how a consent goes.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Tenants;
use crate::model::ConsentId;
use crate::permissions::ReadTenants;
use crate::views::ConsentView;

/// How a consent goes: begun, settling, connected or failed, and why.
#[utoipa::path(get, path = "/consents/{consent_id}", operation_id = "get_consent", tag = "tenants",
    params(("consent_id" = ConsentId, Path, description = "Which consent.")),
    responses((status = 200, body = ConsentView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(consent): Path<ConsentId>,
    State(tenants): State<Tenants>,
) -> Result<Json<ConsentView>, Problem> {
    Ok(Json(tenants.get_consent(&caller.may(ReadTenants {})?, consent).await?.into()))
}
