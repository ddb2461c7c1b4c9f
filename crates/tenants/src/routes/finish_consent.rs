//! `POST /api/v1/tenants/consents/answer`: hand in what the browser brought back.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Accepted, Caller, Json, Problem, Problems};

use crate::Tenants;
use crate::permissions::ConnectTenant;
use crate::views::ConsentView;

/// What the browser brought back.
#[derive(Deserialize, ToSchema)]
#[schema(as = ConsentAnswer)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The query of the redirect, without the question mark.
    pub query: String,
}

/// Takes the query of Entra's redirect. Consent takes seconds to minutes to arrive: follow it until it has ended.
#[utoipa::path(post, path = "/consents/answer", operation_id = "finish_consent", tag = "tenants", request_body = Request,
    responses((status = 202, body = ConsentView), Problems))]
pub async fn handler(
    caller: Caller,
    State(tenants): State<Tenants>,
    Json(body): Json<Request>,
) -> Result<Accepted<ConsentView>, Problem> {
    Ok(Accepted(tenants.finish_consent(&caller.may(ConnectTenant {})?, &body.query).await?.into()))
}
