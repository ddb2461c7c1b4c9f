//! `POST /api/v1/mfa/accounts/{account_id}/unlock`: let a person try again.

use axum::extract::State;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::permissions::Unlock;
use crate::{AccountId, Mfa};

/// Forgets a person's failures: they can try again.
#[utoipa::path(post, path = "/accounts/{account_id}/unlock", operation_id = "unlock_account", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account.")),
    responses((status = 204, description = "Unlocked."), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(account): Path<AccountId>,
) -> Result<NoContent, Problem> {
    mfa.unlock(&caller.may(Unlock { account })?).await?;
    Ok(NoContent)
}
