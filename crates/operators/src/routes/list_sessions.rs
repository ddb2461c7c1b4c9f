//! `GET /api/v1/operators/sessions`: who is signed in.

use axum::extract::State;
use kernel::OperatorId;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use crate::permissions::ReadSessions;
use crate::{Operators, SessionView};

/// Whose.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only this operator's.
    operator: Option<OperatorId>,
}

/// Lists sessions that still count, newest first.
#[utoipa::path(get, path = "/sessions", operation_id = "list_sessions", tag = "operators", params(Filter, PageQuery),
    responses((status = 200, body = PageBody<SessionView>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    Query(filter): Query<Filter>,
    State(operators): State<Operators>,
) -> Result<PageBody<SessionView>, Problem> {
    let may = caller.may(ReadSessions {})?;
    Ok(operators.list_sessions(&may, filter.operator, caller.session(), &page.request()).await?.into())
}
