//! `GET /api/v1/mfa/attempts/{attempt_id}`: one attempt.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::Mfa;
use crate::attempts::Attempt;
use crate::model::AttemptId;
use crate::permissions::ReadMfa;

/// Shows one attempt.
#[utoipa::path(get, path = "/attempts/{attempt_id}", operation_id = "get_attempt", tag = "mfa",
    params(("attempt_id" = AttemptId, Path, description = "Which attempt.")),
    responses((status = 200, body = Attempt), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(attempt): Path<AttemptId>,
) -> Result<Json<Attempt>, Problem> {
    Ok(Json(mfa.get_attempt(&caller.may(ReadMfa {})?, attempt).await?))
}
