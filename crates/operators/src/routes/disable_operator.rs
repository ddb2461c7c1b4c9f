//! `POST /api/v1/operators/{operator_id}/disable`: disable an operator.

use axum::extract::State;
use kernel::OperatorId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::DisableOperator;
use crate::{OperatorView, Operators};

/// Keeps an operator from signing in; sessions end and tokens stop.
#[utoipa::path(post, path = "/{operator_id}/disable", operation_id = "disable_operator", tag = "operators",
    params(("operator_id" = OperatorId, Path, description = "Which operator.")),
    responses((status = 200, body = OperatorView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(operator): Path<OperatorId>,
    State(operators): State<Operators>,
) -> Result<Json<OperatorView>, Problem> {
    Ok(Json(operators.disable_operator(&caller.may(DisableOperator { operator })?).await?))
}
