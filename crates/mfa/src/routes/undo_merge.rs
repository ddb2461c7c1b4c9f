//! `POST /api/v1/mfa/accounts/{account_id}/merges/{merge_id}/undo`: what was moved goes back.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems, Query};

use crate::merge::{Merge, MergeId, MergeUndo};
use crate::permissions::MergeAccounts;
use crate::{AccountId, Mfa};

/// Moves back what was merged into an account, as far as it is still there. Where that leaves the account in use without any
/// factor it is refused with `mfa.leaves_without`, unless `leave_without` says that it is meant.
#[utoipa::path(post, path = "/accounts/{account_id}/merges/{merge_id}/undo", operation_id = "undo_merge", tag = "mfa",
    params(("account_id" = AccountId, Path, description = "Which account has it all."),
        ("merge_id" = MergeId, Path, description = "Which merge."), MergeUndo),
    responses((status = 200, body = Merge), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path((account, merge)): Path<(AccountId, MergeId)>,
    Query(undo): Query<MergeUndo>,
) -> Result<Json<Merge>, Problem> {
    Ok(Json(mfa.undo_merge(&caller.may(MergeAccounts { account })?, merge, undo).await?))
}
