//! `POST /api/v1/operators/links/set_up`: make an organisation's first owner.

use axum::extract::State;
use kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Problem, Problems, Public};

use crate::{OperatorView, Operators, Origin, SetUp};

/// What the caller sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetUp)]
pub struct Request {
    /// The secret in the link.
    #[schema(value_type = String)]
    token: Secret<String>,
    #[schema(min_length = 2, max_length = 64, pattern = "^[A-Za-z0-9._@+-]+$")]
    user_name: String,
    #[schema(value_type = String, min_length = 12, max_length = 1024)]
    password: Secret<String>,
    /// What the organisation is called; as it is when left out.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 120)]
    organisation: Option<String>,
}

/// Uses a set-up link: makes the first owner, who can then sign in.
#[utoipa::path(post, path = "/links/set_up", operation_id = "complete_set_up", tag = "operators", security(()),
    request_body = Request, responses((status = 200, body = OperatorView), Problems))]
pub async fn handler(
    _: Public,
    origin: Origin,
    State(operators): State<Operators>,
    Json(body): Json<Request>,
) -> Result<Json<OperatorView>, Problem> {
    let Request { token, user_name, password, organisation } = body;
    let wish = SetUp { user_name: &user_name, password: &password, organisation: organisation.as_deref() };
    Ok(Json(operators.complete_set_up(&token, &wish, &origin).await?))
}
