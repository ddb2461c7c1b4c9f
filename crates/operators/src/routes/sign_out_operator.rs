//! `POST /api/v1/operators/{operator_id}/sign_out`: end every session of an operator.

use axum::extract::State;
use kernel::OperatorId;
use web::{Caller, Json, Path, Problem, Problems};

use super::Ended;
use crate::Operators;
use crate::permissions::SignOutOperator;

/// Ends every session of an operator.
#[utoipa::path(post, path = "/{operator_id}/sign_out", operation_id = "sign_out_operator", tag = "operators",
    params(("operator_id" = OperatorId, Path, description = "Which operator.")),
    responses((status = 200, body = Ended), Problems))]
pub async fn handler(
    caller: Caller,
    Path(operator): Path<OperatorId>,
    State(operators): State<Operators>,
) -> Result<Json<Ended>, Problem> {
    Ok(Json(Ended { ended: operators.sign_out_operator(&caller.may(SignOutOperator { operator })?).await? }))
}
