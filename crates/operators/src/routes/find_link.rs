//! `POST /api/v1/operators/links/find`: what a one-time link is for.

use axum::extract::State;
use kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Problem, Problems, Public};

use crate::{LinkView, Operators};

/// What the caller sends. In a body, because paths are logged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FindLink)]
pub struct Request {
    #[schema(value_type = String)]
    token: Secret<String>,
}

/// Says what a one-time link is for, without using it.
#[utoipa::path(post, path = "/links/find", operation_id = "find_link", tag = "operators", security(()),
    request_body = Request, responses((status = 200, body = LinkView), Problems))]
pub async fn handler(
    _: Public,
    State(operators): State<Operators>,
    Json(body): Json<Request>,
) -> Result<Json<LinkView>, Problem> {
    Ok(Json(operators.find_link(&body.token).await?))
}
