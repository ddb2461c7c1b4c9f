//! `POST /api/v1/operators/me/password`: choose a new password.

use axum::extract::State;
use kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Gate, Json, Problem, Problems, RequestContext, SessionCookie, SessionToken};

use super::sign_in::{Answer, answer};
use crate::{Operators, Origin};

/// What the caller sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangePassword)]
pub struct Request {
    #[schema(value_type = String)]
    current: Secret<String>,
    #[schema(value_type = String, min_length = 12, max_length = 1024)]
    new: Secret<String>,
}

/// Changes the caller's password.
///
/// Open to somebody who must change it before anything else. Every session ends; the answer begins a new one.
#[utoipa::path(post, path = "/me/password", operation_id = "change_password", tag = "operators",
    request_body = Request, responses((status = 200, body = Answer), Problems))]
pub async fn handler(
    _: SessionToken,
    context: RequestContext,
    gate: Gate,
    origin: Origin,
    State(operators): State<Operators>,
    Json(body): Json<Request>,
) -> Result<(SessionCookie, Json<Answer>), Problem> {
    let session = operators.change_password(&body.current, &body.new, &origin).await?;
    Ok(answer(session, &gate, &context, operators.config().longest()))
}
