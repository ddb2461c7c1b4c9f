//! `GET /api/v1/operators/tokens`: API tokens.

use axum::extract::State;
use web::{Caller, PageBody, PageQuery, Problem, Problems};

use crate::permissions::ReadTokens;
use crate::{Operators, TokenView};

/// Lists API tokens, newest first: an administrator's own, everybody's for owners and auditors.
#[utoipa::path(get, path = "/tokens", operation_id = "list_tokens", tag = "operators", params(PageQuery),
    responses((status = 200, body = PageBody<TokenView>), Problems))]
pub async fn handler(
    caller: Caller,
    page: PageQuery,
    State(operators): State<Operators>,
) -> Result<PageBody<TokenView>, Problem> {
    Ok(operators.list_tokens(&caller.may(ReadTokens {})?, &page.request()).await?.into())
}
