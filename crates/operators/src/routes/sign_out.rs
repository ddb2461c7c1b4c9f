//! `POST /api/v1/operators/sign_out`: end the session that asks.

use axum::extract::State;
use web::{NoContent, Problem, Problems, RequestContext, SessionCookie, SessionToken};

use crate::{Operators, Origin};

/// Signs out.
#[utoipa::path(post, path = "/sign_out", operation_id = "sign_out", tag = "operators",
    responses((status = 204), Problems))]
pub async fn handler(
    _: SessionToken,
    context: RequestContext,
    origin: Origin,
    State(operators): State<Operators>,
) -> Result<(SessionCookie, NoContent), Problem> {
    operators.sign_out(&origin).await?;
    Ok((SessionCookie::clear(&context), NoContent))
}
