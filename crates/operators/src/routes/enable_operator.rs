//! `POST /api/v1/operators/{operator_id}/enable`: enable an operator.

use axum::extract::State;
use kernel::OperatorId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::DisableOperator;
use crate::{OperatorView, Operators};

/// Lets a disabled operator sign in again.
#[utoipa::path(post, path = "/{operator_id}/enable", operation_id = "enable_operator", tag = "operators",
    params(("operator_id" = OperatorId, Path, description = "Which operator.")),
    responses((status = 200, body = OperatorView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(operator): Path<OperatorId>,
    State(operators): State<Operators>,
) -> Result<Json<OperatorView>, Problem> {
    Ok(Json(operators.enable_operator(&caller.may(DisableOperator { operator })?).await?))
}
