//! `GET /api/v1/mfa/accounts/{account_id}/merges`: what was merged into an account.

use axum::extract::State;
use web::{Caller, PageBody, Path, Problem, Problems};

use crate::lists::whole;
use crate::merge::Merge;
use crate::permissions::ReadMfa;
use crate::{AccountId, Mfa};

/// Lists what was merged into an account, newest first.
#[utoipa::path(get, path = "/accounts/{account_id}/merges", operation_id = "list_merges", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account.")),
    responses((status = 200, body = PageBody<Merge>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(account): Path<AccountId>,
) -> Result<PageBody<Merge>, Problem> {
    Ok(whole(mfa.list_merges(&caller.may(ReadMfa {})?, account).await?))
}
