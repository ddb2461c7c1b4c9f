//! `POST /api/v1/operators/{operator_id}/unlock`: forget failures.

use axum::extract::State;
use kernel::OperatorId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::UnlockOperator;
use crate::{OperatorView, Operators};

/// Lets an operator try again at once after too many failures.
#[utoipa::path(post, path = "/{operator_id}/unlock", operation_id = "unlock_operator", tag = "operators",
    params(("operator_id" = OperatorId, Path, description = "Which operator.")),
    responses((status = 200, body = OperatorView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(operator): Path<OperatorId>,
    State(operators): State<Operators>,
) -> Result<Json<OperatorView>, Problem> {
    Ok(Json(operators.unlock_operator(&caller.may(UnlockOperator { operator })?).await?))
}
