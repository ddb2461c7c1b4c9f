//! `POST /api/v1/operators/{operator_id}/reset_password`: a link to choose a new password.

use axum::extract::State;
use kernel::OperatorId;
use web::{Caller, Json, Path, Problem, Problems};

use super::LinkBody;
use crate::Operators;
use crate::permissions::ResetPassword;

/// Makes a one-time link by which an operator chooses a new password. Until it is used nothing changes.
#[utoipa::path(post, path = "/{operator_id}/reset_password", operation_id = "reset_password", tag = "operators",
    params(("operator_id" = OperatorId, Path, description = "Which operator.")),
    responses((status = 200, body = LinkBody), Problems))]
pub async fn handler(
    caller: Caller,
    Path(operator): Path<OperatorId>,
    State(operators): State<Operators>,
) -> Result<Json<LinkBody>, Problem> {
    Ok(Json(operators.reset_password(&caller.may(ResetPassword { operator })?).await?.into()))
}
