//! `GET /api/v1/operators/{operator_id}`: one operator.

use axum::extract::State;
use kernel::OperatorId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::ReadOperators;
use crate::{OperatorView, Operators};

/// Reads one operator.
#[utoipa::path(get, path = "/{operator_id}", operation_id = "get_operator", tag = "operators",
    params(("operator_id" = OperatorId, Path, description = "Which operator.")),
    responses((status = 200, body = OperatorView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(id): Path<OperatorId>,
    State(operators): State<Operators>,
) -> Result<Json<OperatorView>, Problem> {
    Ok(Json(operators.get_operator(&caller.may(ReadOperators {})?, id).await?))
}
