//! Page and delta tokens: our own JSON in base64url. Clients must not look inside, and nothing inside is secret.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use kernel::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::GraphError;
use crate::switches::Switches;

/// How long a page token may be used.
const PAGE_TOKEN_LIFE: Duration = Duration::from_hours(24);

/// Packs a token.
pub(crate) fn pack<T: Serialize>(token: &T) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(token).unwrap_or_default())
}

/// Unpacks a token.
pub(crate) fn unpack<T: DeserializeOwned>(text: &str) -> Result<T, GraphError> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let token = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    token.ok_or_else(|| GraphError::bad_request("Badly formed token."))
}

/// Refuses a page token that is too old, or any when the switch says so.
pub(crate) fn check_page(switches: &Switches, issued: Timestamp, now: Timestamp) -> Result<(), GraphError> {
    if switches.force_page_token_expiry || now > issued.plus(PAGE_TOKEN_LIFE) { Err(expired_page()) } else { Ok(()) }
}

/// A page token that leads nowhere any more.
pub(crate) fn expired_page() -> GraphError {
    GraphError::new(
        StatusCode::BAD_REQUEST,
        "Directory_ExpiredPageToken",
        "The specified page token value has expired and can no longer be included in your request.",
    )
}
