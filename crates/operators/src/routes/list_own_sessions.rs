//! `GET /api/v1/operators/me/sessions`: where the caller is signed in.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Problem, Problems};

use crate::permissions::ActForOneself;
use crate::{Operators, SessionView};

/// Lists the caller's own sessions, newest first.
#[utoipa::path(get, path = "/me/sessions", operation_id = "list_own_sessions", tag = "operators", params(PageQuery),
    responses((status = 200, body = PageBody<SessionView>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(operators): State<Operators>,
) -> Result<PageBody<SessionView>, Problem> {
    let may = caller.may(ActForOneself {})?;
    Ok(operators.list_own_sessions(&may, caller.session(), &page.request()).await?.into())
}
