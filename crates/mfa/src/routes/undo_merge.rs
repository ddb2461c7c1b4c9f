//! `POST /api/v1/mfa/accounts/{account_id}/merges/{merge_id}/undo`: what was moved goes back.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::merge::{Merge, MergeId};
use crate::permissions::MergeAccounts;
use crate::{AccountId, Mfa};

/// Moves back what was merged into an account, as far as it is still there.
#[utoipa::path(post, path = "/accounts/{account_id}/merges/{merge_id}/undo", operation_id = "undo_merge", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account has it all."),
        ("merge_id" = MergeId, Path, description = "Which merge.")),
    responses((status = 200, body = Merge), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((account, merge)): Path<(AccountId, MergeId)>,
) -> Result<Json<Merge>, Problem> {
    Ok(Json(mfa.undo_merge(&caller.may(MergeAccounts { account })?, merge).await?))
}
