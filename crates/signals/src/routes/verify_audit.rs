//! `GET /api/v1/signals/audit/verify`: prove that nothing was changed.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use crate::Signals;
use crate::chain::Verdict;
use crate::permissions::ReadAudit;

/// Checks the hash chain from the first entry to the last.
#[utoipa::path(get, path = "/audit/verify", operation_id = "verify_audit", tag = "signals",
    responses((status = 200, body = Verdict), Problems))]
pub async fn handler(caller: Caller, State(signals): State<Signals>) -> Result<Json<Verdict>, Problem> {
    Ok(Json(signals.verify(&caller.may(ReadAudit {})?).await?))
}
