//! `GET /api/v1/provisioning/holds`: what waits for a decision, and what was decided.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use crate::holds::{HoldFilter, HoldState, HoldView};
use crate::permissions::ReadProvisioning;
use crate::{ConnectionId, Provisioning};

/// Which holds; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only of this connection.
    connection: Option<ConnectionId>,
    /// Only those that stand here.
    #[param(inline)]
    state: Option<HoldState>,
}

/// Lists holds, newest first: calls that would take away more than a day may, and wait for a person's decision.
#[utoipa::path(get, path = "/holds", operation_id = "list_holds", tag = "provisioning",
    params(Wanted, PageQuery), responses((status = 200, body = PageBody<HoldView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<HoldView>, Problem> {
    let may = caller.may(ReadProvisioning {})?;
    let filter = HoldFilter { connection: wanted.connection, state: wanted.state };
    Ok(provisioning.list_holds(&may, &filter, &page.request()).await?.into())
}
