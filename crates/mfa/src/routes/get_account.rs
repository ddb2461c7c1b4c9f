//! `GET /api/v1/mfa/accounts/{account_id}`: one person.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::accounts::AccountDetails;
use crate::permissions::ReadMfa;
use crate::{AccountId, Mfa};

/// Shows one person, and where failures since their last success came from.
#[utoipa::path(get, path = "/accounts/{account_id}", operation_id = "get_account", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account.")),
    responses((status = 200, body = AccountDetails), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(account): Path<AccountId>,
) -> Result<Json<AccountDetails>, Problem> {
    Ok(Json(mfa.get_account(&caller.may(ReadMfa {})?, account).await?))
}
