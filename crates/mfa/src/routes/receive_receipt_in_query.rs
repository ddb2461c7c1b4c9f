//! `GET /api/v1/mfa/receipts/{token}`: the same for gateways that tell it in the query.

use axum::extract::{RawQuery, State};
use web::{NoContent, Path, Problem, Problems, Public};

use crate::Mfa;

/// Takes a receipt in from the query. Anyone may ask who knows the address, which only the gateway was told; the answer is the
/// same whether or not the message is known.
#[utoipa::path(get, path = "/receipts/{token}", operation_id = "receive_receipt_in_query", tag = "mfa",
    params(("token" = String, Path, description = "The last part of the address that the gateway was given.")),
    responses((status = 204, description = "Heard."), Problems),
    security(()))]
pub async fn handler(
    _: Public,
    State(mfa): State<Mfa>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<NoContent, Problem> {
    mfa.receive_receipts(&token, query.unwrap_or_default().as_bytes()).await?;
    Ok(NoContent)
}
