//! `POST /api/v1/provisioning/connections/{connection_id}/keys`: make a key.

use axum::extract::State;
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Created, Json, Path, Problem, Problems};

use crate::permissions::CreateKey;
use crate::{ConnectionId, KeyId, NewKey, Provisioning};

/// The new key.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedProvisioningKey)]
pub struct Answer {
    /// Its id.
    id: KeyId,
    /// The public half, also the client id for OAuth.
    key: String,
    /// The secret half, also the client secret. Shown once.
    secret: String,
    /// What to enter as the secret token: both halves with a colon between them. Shown once.
    token: String,
    /// Until when it works; null: it does not end by itself.
    expires_at: Option<Timestamp>,
    /// What to enter as the tenant URL.
    base_url: String,
}

/// Makes a key for a connection. Several work at once, so that one is exchanged without a lost call.
#[utoipa::path(post, path = "/connections/{connection_id}/keys", operation_id = "create_key", tag = "provisioning",
    params(("connection_id" = ConnectionId, Path, description = "Which connection.")),
    request_body = NewKey, responses((status = 201, body = Answer), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Path(connection): Path<ConnectionId>,
    Json(body): Json<NewKey>,
) -> Result<Created<Answer>, Problem> {
    let made = provisioning.create_key(&caller.may(CreateKey { connection })?, body).await?;
    let answer = Answer {
        id: made.key.id,
        token: made.token().expose().clone(),
        secret: made.secret.expose().clone(),
        expires_at: made.key.expires_at,
        key: made.key.key,
        base_url: made.base_url,
    };
    Ok(Created::new(format!("/api/v1/provisioning/keys/{}", answer.id), answer))
}
