//! Bodies: JSON of a media type that is understood, not compressed, no longer than the limit.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use futures_util::StreamExt as _;
use scim::json::{Limits, read as read_json};
use scim::{Object, ScimError, ScimType};

/// How much one body may hold: a group of 100,000 members.
pub(crate) fn limits() -> Limits {
    Limits::default()
}

/// Reads the body of a call.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Object, ScimError> {
    let limits = limits();
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default());
    if !scim::media::can_read(kind) {
        let detail =
            "the body must be application/scim+json or application/json, in UTF-8; Content-Type says otherwise";
        return Err(ScimError::with_status(415, detail));
    }
    if headers.get_all(CONTENT_ENCODING).iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(ScimError::with_status(415, "the body must not be compressed; Content-Encoding says that it is"));
    }
    let bytes = collect(headers, body, limits.bytes).await?;
    read_json(&bytes, &limits)
}

/// A whole body of at most `most` bytes.
pub(crate) async fn collect(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, ScimError> {
    let too_long = || ScimError::with_status(413, format!("the body has more than {most} bytes"));
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_long());
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0).min(64 * 1024));
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ScimError::new(ScimType::InvalidSyntax, "the body did not arrive whole"))?;
        if bytes.len() + chunk.len() > most {
            return Err(too_long());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
