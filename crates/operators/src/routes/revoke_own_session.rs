//! `DELETE /api/v1/operators/me/sessions/{session_id}`: sign out somewhere else.

use axum::extract::State;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::permissions::ActForOneself;
use crate::{Operators, SessionId};

/// Ends one of the caller's own sessions.
#[utoipa::path(delete, path = "/me/sessions/{session_id}", operation_id = "revoke_own_session", tag = "operators",
    params(("session_id" = SessionId, Path, description = "Which session.")), responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    Path(id): Path<SessionId>,
    State(operators): State<Operators>,
) -> Result<NoContent, Problem> {
    operators.revoke_own_session(&caller.may(ActForOneself {})?, id).await?;
    Ok(NoContent)
}
