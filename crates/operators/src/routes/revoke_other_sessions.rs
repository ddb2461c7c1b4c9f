//! `DELETE /api/v1/operators/me/sessions`: sign out everywhere else.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use super::Ended;
use crate::Operators;
use crate::permissions::ActForOneself;

/// Ends all of the caller's sessions but the one that asks.
#[utoipa::path(delete, path = "/me/sessions", operation_id = "revoke_other_sessions", tag = "operators",
    responses((status = 200, body = Ended), Problems))]
pub async fn handler(caller: Caller, State(operators): State<Operators>) -> Result<Json<Ended>, Problem> {
    let may = caller.may(ActForOneself {})?;
    Ok(Json(Ended { ended: operators.revoke_other_sessions(&may, caller.session()).await? }))
}
