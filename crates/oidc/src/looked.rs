//! An address read as a stranger reads it: what came, as it came. Follows nothing and judges nothing.

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION};
use url::Url;

use crate::IssuerKeys;
use crate::body::read_limited;

/// The most bytes that are read.
const LONGEST: usize = 256 * 1024;

/// What came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looked {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Length`, where it was sent.
    pub length: Option<u64>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The body, at most 256 KiB of it.
    pub body: Vec<u8>,
}

impl IssuerKeys {
    /// Reads an address with the client that keys are read with. The error says why nothing came.
    pub async fn look(&self, address: &Url) -> Result<Looked, String> {
        let request = self.0.http().get(address.clone());
        let request = request.header(ACCEPT, "application/json").header(ACCEPT_ENCODING, "identity");
        let answer = request.send().await.map_err(|error| reason(&error))?;
        let text = |name: HeaderName| answer.headers().get(name)?.to_str().ok().map(str::to_owned);
        let mut looked = Looked {
            status: answer.status().as_u16(),
            length: text(CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            content_type: text(CONTENT_TYPE),
            location: text(LOCATION),
            body: Vec::new(),
        };
        looked.body = read_limited(answer, LONGEST).await.map_err(|error| error.to_string())?;
        Ok(looked)
    }
}

/// The innermost cause: "connection refused", "invalid peer certificate".
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
