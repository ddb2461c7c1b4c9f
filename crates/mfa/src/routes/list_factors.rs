//! `GET /api/v1/mfa/accounts/{account_id}/factors`: what a person proves with.

use axum::extract::State;
use web::{Caller, PageBody, Path, Problem, Problems};

use crate::factors::FactorView;
use crate::lists::whole;
use crate::permissions::ReadMfa;
use crate::{AccountId, Mfa};

/// Lists a person's factors, oldest first. Never a secret.
#[utoipa::path(get, path = "/accounts/{account_id}/factors", operation_id = "list_factors", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account.")),
    responses((status = 200, body = PageBody<FactorView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(account): Path<AccountId>,
) -> Result<PageBody<FactorView>, Problem> {
    Ok(whole(mfa.list_factors(&caller.may(ReadMfa {})?, account).await?))
}
