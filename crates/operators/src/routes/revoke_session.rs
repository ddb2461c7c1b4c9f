//! `DELETE /api/v1/operators/sessions/{session_id}`: end somebody's session.

use axum::extract::State;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::permissions::RevokeSession;
use crate::{Operators, SessionId};

/// Ends a session.
#[utoipa::path(delete, path = "/sessions/{session_id}", operation_id = "revoke_session", tag = "operators",
    params(("session_id" = SessionId, Path, description = "Which session.")), responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    Path(session): Path<SessionId>,
    State(operators): State<Operators>,
) -> Result<NoContent, Problem> {
    operators.revoke_session(&caller.may(RevokeSession { session })?).await?;
    Ok(NoContent)
}
