//! `GET /api/v1/operators`: who may run this server.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Problem, Problems};

use crate::permissions::ReadOperators;
use crate::{OperatorView, Operators};

/// Lists operators by user name.
#[utoipa::path(get, path = "/", operation_id = "list_operators", tag = "operators", params(PageQuery),
    responses((status = 200, body = PageBody<OperatorView>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(operators): State<Operators>,
) -> Result<PageBody<OperatorView>, Problem> {
    Ok(operators.list_operators(&caller.may(ReadOperators {})?, &page.request()).await?.into())
}
