//! `POST /api/v1/operators/tokens`: make an API token.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Created, Json, Problem, Problems};

use crate::permissions::CreateToken;
use crate::{NewToken, Operators, TokenView};

/// The new token.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedToken)]
pub struct Answer {
    token: TokenView,
    /// What to send as `Authorization: Bearer …`. Shown once.
    secret: String,
}

/// Makes an API token for the operator who asks.
#[utoipa::path(post, path = "/tokens", operation_id = "create_token", tag = "operators", request_body = NewToken,
    responses((status = 201, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(operators): State<Operators>,
    Json(body): Json<NewToken>,
) -> Result<Created<Answer>, Problem> {
    let made = operators.create_token(&caller.may(CreateToken {})?, &body).await?;
    let location = format!("/api/v1/operators/tokens/{}", made.token.id);
    Ok(Created::new(location, Answer { token: made.token, secret: made.text.expose().clone() }))
}
