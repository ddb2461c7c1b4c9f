//! `POST /api/v1/provisioning/holds/{hold_id}/reject`: refuse held calls.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::holds::{Decision, HoldView};
use crate::permissions::DecideHold;
use crate::{HoldId, Provisioning};

/// Refuses the calls of a hold. Asked again they are refused too, until the client's wish changes or a hold's time has passed.
#[utoipa::path(post, path = "/holds/{hold_id}/reject", operation_id = "reject_hold", tag = "provisioning",
    params(("hold_id" = HoldId, Path, description = "Which hold.")),
    request_body = Decision, responses((status = 200, body = HoldView), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(hold): Path<HoldId>,
    Json(decision): Json<Decision>,
) -> Result<Json<HoldView>, Problem> {
    Ok(Json(provisioning.reject_hold(&caller.may(DecideHold { hold })?, &decision).await?))
}
