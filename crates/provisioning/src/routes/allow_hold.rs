//! `POST /api/v1/provisioning/holds/{hold_id}/allow`: allow held calls.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::holds::{Decision, HoldView};
use crate::permissions::DecideHold;
use crate::{HoldId, Provisioning};

/// Allows the calls of a hold, or the chosen ones, once: they are carried out as they were asked, in their order.
#[utoipa::path(post, path = "/holds/{hold_id}/allow", operation_id = "allow_hold", tag = "provisioning",
    params(("hold_id" = HoldId, Path, description = "Which hold.")),
    request_body = Decision, responses((status = 200, body = HoldView), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(hold): Path<HoldId>,
    Json(decision): Json<Decision>,
) -> Result<Json<HoldView>, Problem> {
    Ok(Json(provisioning.allow_hold(&caller.may(DecideHold { hold })?, &decision).await?))
}
