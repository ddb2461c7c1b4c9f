//! `POST /api/v1/mfa/accounts/{account_id}/merges/preview`: what would follow.

use axum::extract::State;
use web::{Caller, Json, Path, Problem, Problems};

use crate::merge::{MergePreview, MergeRequest};
use crate::permissions::MergeAccounts;
use crate::{AccountId, Mfa};

/// Says what would be moved from a former account of a person to this one. Moves nothing.
#[utoipa::path(post, path = "/accounts/{account_id}/merges/preview", operation_id = "preview_merge", tag = "mfa",
    request_body = MergeRequest,
    params(("account_id" = AccountId, Path, description = "Which account has it all afterwards.")),
    responses((status = 200, body = MergePreview), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(account): Path<AccountId>,
    Json(body): Json<MergeRequest>,
) -> Result<Json<MergePreview>, Problem> {
    Ok(Json(mfa.preview_merge(&caller.may(MergeAccounts { account })?, &body).await?))
}
