//! Reads an answer's body up to a limit, so that a hostile or broken server cannot fill the memory.

use reqwest::Response;

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is longer than the limit.
    #[error("the answer is longer than {limit} bytes")]
    TooLong {
        /// The limit in bytes, after decompression.
        limit: usize,
    },
    /// The connection broke before the end.
    #[error("the answer broke off before its end")]
    BrokenOff(#[source] reqwest::Error),
}

/// Reads a body of at most `limit` bytes after decompression.
pub async fn read_limited(mut response: Response, limit: usize) -> Result<Vec<u8>, BodyError> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if announced > limit {
        return Err(BodyError::TooLong { limit });
    }
    let mut body = Vec::with_capacity(announced);
    while let Some(chunk) = response.chunk().await.map_err(|cause| BodyError::BrokenOff(cause.without_url()))? {
        if body.len() + chunk.len() > limit {
            return Err(BodyError::TooLong { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
