//! Why Entra gave no token.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use kernel::{ErrorKind, Kinded};
use serde::Deserialize;

use crate::explain;

/// What a caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenErrorKind {
    /// Entra is busy; wait.
    Throttled {
        /// How long, where Entra said.
        retry_after: Option<Duration>,
    },
    /// Entra refused; somebody has to mend something.
    Rejected {
        /// The AADSTS number, for people. `0` when Entra gave none.
        code: u32,
    },
    /// No answer came.
    Unreachable,
    /// An answer came that makes no sense.
    Broken,
}

/// Why there is no token.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no token: {description}")]
pub struct TokenError {
    /// What a caller can do about it.
    pub kind: TokenErrorKind,
    /// The OAuth `error`, such as `invalid_client`.
    pub error: Option<Box<str>>,
    /// The first line of Entra's description, or what happened.
    pub description: String,
    /// Entra's id of the exchange.
    pub correlation_id: Option<Box<str>>,
    /// Entra's id of the answer.
    pub trace_id: Option<Box<str>>,
    /// What went wrong below.
    #[source]
    pub cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl TokenError {
    /// No answer came.
    pub fn unreachable(cause: reqwest::Error) -> Self {
        let description = if cause.is_timeout() {
            "the sign-in service did not answer in time"
        } else if cause.is_connect() {
            "no connection to the sign-in service"
        } else {
            "the exchange with the sign-in service failed"
        };
        let kind = TokenErrorKind::Unreachable;
        Self { cause: Some(Arc::new(cause.without_url())), ..Self::plain(kind, description) }
    }

    /// An answer came that makes no sense.
    pub fn broken(what: impl Into<String>) -> Self {
        Self::plain(TokenErrorKind::Broken, what)
    }

    /// Refused before anything was sent: the credential itself cannot be used.
    pub fn unusable(cause: impl Error + Send + Sync + 'static) -> Self {
        let kind = TokenErrorKind::Rejected { code: 0 };
        Self::plain(kind, format!("the credential cannot be used: {cause}"))
    }

    fn plain(kind: TokenErrorKind, description: impl Into<String>) -> Self {
        let description = description.into();
        Self { kind, error: None, description, correlation_id: None, trace_id: None, cause: None }
    }

    /// Makes sense of an answer that is not a token.
    pub(crate) fn from_answer(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Self {
        let refusal: Option<Refusal> = serde_json::from_slice(body).ok();
        let code = refusal.as_ref().and_then(Refusal::code).unwrap_or(0);
        let busy = BUSY.contains(&code)
            || matches!(status, 429 | 500 | 502 | 503 | 504)
            || refusal.as_ref().is_some_and(|refusal| &*refusal.error == "temporarily_unavailable");
        let kind = match (&refusal, busy) {
            (_, true) => TokenErrorKind::Throttled { retry_after },
            (Some(_), false) => TokenErrorKind::Rejected { code },
            (None, false) => TokenErrorKind::Broken,
        };
        let Some(refusal) = refusal else {
            return Self::plain(kind, format!("the sign-in service answered {status} without saying why"));
        };
        Self {
            kind,
            description: first_line(&refusal.error_description, &refusal.error),
            error: Some(refusal.error),
            correlation_id: refusal.correlation_id,
            trace_id: refusal.trace_id,
            cause: None,
        }
    }

    /// The AADSTS number, where there is one.
    pub fn aadsts(&self) -> Option<u32> {
        match self.kind {
            TokenErrorKind::Rejected { code } if code != 0 => Some(code),
            _ => None,
        }
    }

    /// Whether the same request may succeed later without anybody mending anything.
    pub fn try_again(&self) -> bool {
        !matches!(self.kind, TokenErrorKind::Rejected { .. })
    }

    /// Whether Entra refused this very credential, so that another one may be tried.
    ///
    /// Wrong secret, expired secret, certificate not registered, credential unusable on our side.
    pub fn credential_refused(&self) -> bool {
        match self.kind {
            TokenErrorKind::Rejected { code: 0 } => self.error.as_deref().is_none_or(|error| error == "invalid_client"),
            TokenErrorKind::Rejected { code } => matches!(code, 7_000_215 | 7_000_222 | 700_027 | 50_012),
            _ => false,
        }
    }

    /// What it means and what an administrator should do.
    pub fn explanation(&self) -> (&'static str, &'static str) {
        match self.kind {
            TokenErrorKind::Rejected { code } => explain(code),
            TokenErrorKind::Throttled { .. } => explain(90_033),
            TokenErrorKind::Unreachable => (
                "the sign-in service cannot be reached",
                "check the network, the proxy and the trusted certificate authorities of this server",
            ),
            TokenErrorKind::Broken => (
                "something between this server and Entra answered in Entra's place",
                "look for a proxy or a captive portal on the way, and check the login base URL",
            ),
        }
    }
}

impl Kinded for TokenError {
    fn kind(&self) -> ErrorKind {
        match self.kind {
            TokenErrorKind::Throttled { .. } | TokenErrorKind::Unreachable | TokenErrorKind::Broken => {
                ErrorKind::Unavailable
            }
            TokenErrorKind::Rejected { .. } => ErrorKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self.kind {
            TokenErrorKind::Throttled { .. } => "oidc.throttled",
            TokenErrorKind::Rejected { .. } => "oidc.rejected",
            TokenErrorKind::Unreachable => "oidc.unreachable",
            TokenErrorKind::Broken => "oidc.broken",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            TokenErrorKind::Throttled { retry_after } => retry_after,
            _ => None,
        }
    }
}

/// Codes that Entra answers when it is busy, whatever the status.
const BUSY: [u32; 5] = [90_055, 90_033, 90_090, 90_006, 90_024];

#[derive(Deserialize)]
struct Refusal {
    error: Box<str>,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    error_codes: Vec<u32>,
    #[serde(default)]
    correlation_id: Option<Box<str>>,
    #[serde(default)]
    trace_id: Option<Box<str>>,
}

impl Refusal {
    fn code(&self) -> Option<u32> {
        self.error_codes.first().copied().or_else(|| aadsts_in(&self.error_description))
    }
}

/// The number in a text such as `AADSTS7000215: Invalid client secret provided.`
pub fn aadsts_in(text: &str) -> Option<u32> {
    let digits = text.split_once("AADSTS")?.1;
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// The part before the ids, which follow after a line break (older) or a space (newer).
pub(crate) fn first_line<'a>(description: &'a str, otherwise: &'a str) -> String {
    let line = description.split(['\r', '\n']).next().unwrap_or_default();
    let line = line.split(" Trace ID:").next().unwrap_or_default().trim();
    let line = if line.is_empty() { otherwise } else { line };
    line.chars().filter(|letter| !letter.is_control()).take(500).collect()
}
