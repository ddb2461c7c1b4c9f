//! `GET /api/v1/provisioning/holds/{hold_id}`: one hold.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::holds::HoldView;
use crate::permissions::ReadProvisioning;
use crate::{HoldId, Provisioning};

/// Gets one hold: why, how much, until when, and what was decided.
#[utoipa::path(get, path = "/holds/{hold_id}", operation_id = "get_hold", tag = "provisioning",
    params(("hold_id" = HoldId, Path, description = "Which hold.")),
    responses((status = 200, body = HoldView), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(hold): Path<HoldId>,
) -> Result<Json<HoldView>, Problem> {
    Ok(Json(provisioning.get_hold(&caller.may(ReadProvisioning {})?, hold).await?))
}
