//! `POST /api/v1/tenants/consents`: send an administrator to consent.

use axum::extract::State;
use web::{Caller, Created, Json, Problem, Problems};

use crate::Tenants;
use crate::consent::NewConsent;
use crate::permissions::ConnectTenant;
use crate::views::BegunConsentView;

/// Makes the address of Entra's consent page. Its answer is taken once, within a quarter of an hour, from whoever began.
#[utoipa::path(post, path = "/consents", operation_id = "begin_consent", tag = "tenants", request_body = NewConsent,
    responses((status = 201, body = BegunConsentView), Problems))]
pub async fn handler(
    caller: Caller,
    State(tenants): State<Tenants>,
    Json(body): Json<NewConsent>,
) -> Result<Created<BegunConsentView>, Problem> {
    let begun = tenants.begin_consent(&caller.may(ConnectTenant {})?, &body).await?;
    Ok(Created::new(format!("/api/v1/tenants/consents/{}", begun.id), begun.into()))
}
