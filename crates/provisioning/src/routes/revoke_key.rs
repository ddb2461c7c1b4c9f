//! `DELETE /api/v1/provisioning/keys/{key_id}`: revoke a key.

use axum::extract::State;
use web::{Caller, NoContent, Path, Problem, Problems};

use crate::permissions::RevokeKey;
use crate::{KeyId, Provisioning};

/// Revokes a key and every access token given for it; it acts within two seconds everywhere.
#[utoipa::path(delete, path = "/keys/{key_id}", operation_id = "revoke_key", tag = "provisioning",
    params(("key_id" = KeyId, Path, description = "Which key.")), responses((status = 204), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(key): Path<KeyId>,
) -> Result<NoContent, Problem> {
    provisioning.revoke_key(&caller.may(RevokeKey { key })?).await?;
    Ok(NoContent)
}
