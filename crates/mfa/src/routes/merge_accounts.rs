//! `POST /api/v1/mfa/accounts/{account_id}/merges`: two accounts of one person become one.

use axum::extract::State;
use web::{Caller, Created, Json, Path, Problem, Problems};

use crate::merge::{Merge, MergeRequest};
use crate::permissions::MergeAccounts;
use crate::{AccountId, Mfa};

/// Moves what a person proves themselves with from a former account of theirs to this one. It can be undone for thirty days.
#[utoipa::path(post, path = "/accounts/{account_id}/merges", operation_id = "merge_accounts", tag = "mfa",
    request_body = MergeRequest,
    params(("account_id" = AccountId, Path, description = "Which account has it all afterwards.")),
    responses((status = 201, body = Merge), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(account): Path<AccountId>,
    Json(body): Json<MergeRequest>,
) -> Result<Created<Merge>, Problem> {
    let merge = mfa.merge_accounts(&caller.may(MergeAccounts { account })?, &body).await?;
    Ok(Created::new(format!("/api/v1/mfa/accounts/{account}/merges"), merge))
}
