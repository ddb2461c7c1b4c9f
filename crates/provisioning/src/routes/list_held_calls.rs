//! `GET /api/v1/provisioning/holds/{hold_id}/calls`: the calls of a hold.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Path, Problem, Problems, Query};

use crate::holds::{HeldFilter, HeldState, HeldView};
use crate::permissions::ReadProvisioning;
use crate::{HoldId, Provisioning};

/// Which calls; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only those that stand here.
    #[param(inline)]
    state: Option<HeldState>,
    /// Only about users or groups whose name contains this.
    q: Option<String>,
}

/// Lists the calls of a hold, in the order in which they were asked, each with what came of it.
#[utoipa::path(get, path = "/holds/{hold_id}/calls", operation_id = "list_held_calls", tag = "provisioning",
    params(("hold_id" = HoldId, Path, description = "Which hold."), Wanted, PageQuery),
    responses((status = 200, body = PageBody<HeldView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(hold): Path<HoldId>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<HeldView>, Problem> {
    let may = caller.may(ReadProvisioning {})?;
    let filter = HeldFilter { state: wanted.state, text: super::filled(wanted.q) };
    Ok(provisioning.list_held_calls(&may, hold, &filter, &page.request()).await?.into())
}
