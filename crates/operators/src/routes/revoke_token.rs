//! `DELETE /api/v1/operators/tokens/{token_id}`: revoke an API token.

use axum::extract::State;
use kernel::TokenId;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::Operators;
use crate::permissions::RevokeToken;

/// Revokes an API token: an owner any, an administrator their own.
#[utoipa::path(delete, path = "/tokens/{token_id}", operation_id = "revoke_token", tag = "operators",
    params(("token_id" = TokenId, Path, description = "Which token.")), responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    Path(token): Path<TokenId>,
    State(operators): State<Operators>,
) -> Result<NoContent, Problem> {
    operators.revoke_token(&caller.may(RevokeToken { token })?).await?;
    Ok(NoContent)
}
