//! `GET /api/v1/mfa/accounts/{account_id}/browsers`: the browsers that something of a person's rests on.

use axum::extract::State;
use web::{Caller, PageBody, Path, Problem, Problems};

use crate::devices::BrowserView;
use crate::lists::whole;
use crate::permissions::ReadMfa;
use crate::{AccountId, Mfa};

/// Lists a person's browsers: those that are remembered, then those in which they agree to sign-ins elsewhere.
#[utoipa::path(get, path = "/accounts/{account_id}/browsers", operation_id = "list_browsers", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account.")),
    responses((status = 200, body = PageBody<BrowserView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(account): Path<AccountId>,
) -> Result<PageBody<BrowserView>, Problem> {
    Ok(whole(mfa.list_browsers(&caller.may(ReadMfa {})?, account).await?))
}
