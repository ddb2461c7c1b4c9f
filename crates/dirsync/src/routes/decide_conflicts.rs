//! `POST /api/v1/dirsync/conflicts/decide`: decide conflicts.

use axum::extract::State;
use directory::ObjectKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Caller, Json, Problem, Problems};

use crate::Dirsync;
use crate::permissions::DecideConflicts;
use crate::service::conflicts::Decide;

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DecideConflicts)]
pub struct Request {
    /// Users or groups.
    kind: ObjectKind,
    /// Our ids, at most 1000.
    #[schema(max_items = 1000)]
    ids: Vec<Uuid>,
    /// What is decided.
    decision: Decide,
    /// Why.
    reason: Option<String>,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConflictsDecided)]
pub struct Decided {
    /// How many conflicts were decided.
    decided: u64,
}

/// Decides conflicts: delete, ignore until a moment, deactivate, or take a decision back.
#[utoipa::path(post, path = "/conflicts/decide", operation_id = "decide_conflicts", tag = "dirsync",
    request_body = Request, responses((status = 200, body = Decided), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Json(body): Json<Request>,
) -> Result<Json<Decided>, Problem> {
    let may = caller.may(DecideConflicts {})?;
    let decided = dirsync.decide_conflicts(&may, body.kind, &body.ids, body.decision, body.reason).await?;
    Ok(Json(Decided { decided }))
}
