//! `POST /api/v1/mfa/receipts/{token}`: a gateway tells what became of messages.

use axum::body::{Body, to_bytes};
use axum::extract::State;
use web::{NoContent, Path, Problem, Problems, Public};

use crate::gateway::receipts::LONGEST_TOLD;
use crate::{Mfa, MfaError};

/// Takes receipts in, as JSON or as a form. Anyone may post who knows the address, which only the gateway was told; the answer
/// is the same whether or not a message is known.
#[utoipa::path(post, path = "/receipts/{token}", operation_id = "receive_receipt", tag = "mfa",
    params(("token" = String, Path, description = "The last part of the address that the gateway was given.")),
    request_body(content = serde_json::Value, description = "Receipts in the gateway's own words."),
    responses((status = 204, description = "Heard."), Problems),
    security(()))]
pub async fn handler(
    _: Public,
    State(mfa): State<Mfa>,
    Path(token): Path<String>,
    body: Body,
) -> Result<NoContent, Problem> {
    let too_long = |_| MfaError::Invalid(format!("a post holds at most {LONGEST_TOLD} bytes"));
    let told = to_bytes(body, LONGEST_TOLD).await.map_err(too_long)?;
    mfa.receive_receipts(&token, &told).await?;
    Ok(NoContent)
}
