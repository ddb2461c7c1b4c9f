//! `POST /api/v1/operators/links/password`: choose a password by a one-time link.

use axum::extract::State;
use kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Problem, Problems, Public};

use crate::{OperatorView, Operators, Origin};

/// What the caller sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChoosePassword)]
pub struct Request {
    /// The secret in the link.
    #[schema(value_type = String)]
    token: Secret<String>,
    #[schema(value_type = String, min_length = 12, max_length = 1024)]
    password: Secret<String>,
}

/// Uses a link to choose a password: an invitation, or a forgotten one.
#[utoipa::path(post, path = "/links/password", operation_id = "choose_password", tag = "operators", security(()),
    request_body = Request, responses((status = 200, body = OperatorView), Problems))]
pub async fn handler(
    _: Public,
    origin: Origin,
    State(operators): State<Operators>,
    Json(body): Json<Request>,
) -> Result<Json<OperatorView>, Problem> {
    Ok(Json(operators.choose_password(&body.token, &body.password, &origin).await?))
}
