//! `PATCH /api/v1/operators/{operator_id}`: change names and role.

use axum::extract::State;
use kernel::OperatorId;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::UpdateOperator;
use crate::{OperatorUpdate, OperatorView, Operators};

/// Changes an operator; what is left out stays.
#[utoipa::path(patch, path = "/{operator_id}", operation_id = "update_operator", tag = "operators",
    params(("operator_id" = OperatorId, Path, description = "Which operator.")), request_body = OperatorUpdate,
    responses((status = 200, body = OperatorView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(operator): Path<OperatorId>,
    State(operators): State<Operators>,
    Json(body): Json<OperatorUpdate>,
) -> Result<Json<OperatorView>, Problem> {
    Ok(Json(operators.update_operator(&caller.may(UpdateOperator { operator })?, &body).await?))
}
