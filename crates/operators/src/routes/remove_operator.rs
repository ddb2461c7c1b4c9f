//! `DELETE /api/v1/operators/{operator_id}`: remove an operator.

use axum::extract::State;
use kernel::OperatorId;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::Operators;
use crate::permissions::RemoveOperator;

/// Removes an operator with their sessions and tokens; the audit trail keeps what they did.
#[utoipa::path(delete, path = "/{operator_id}", operation_id = "remove_operator", tag = "operators",
    params(("operator_id" = OperatorId, Path, description = "Which operator.")), responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    Path(operator): Path<OperatorId>,
    State(operators): State<Operators>,
) -> Result<NoContent, Problem> {
    operators.remove_operator(&caller.may(RemoveOperator { operator })?).await?;
    Ok(NoContent)
}
