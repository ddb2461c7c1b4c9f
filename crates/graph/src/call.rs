//! One call as data, and what may be done when it fails.

use std::time::Duration;

use oidc::claims::ClaimsChallenge;
use reqwest::Method;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use serde::Serialize;
use url::Url;

use crate::client::Client;
use crate::cost::Cost;
use crate::error::{GraphError, Refusal};

/// One call, ready to be sent any number of times.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) cost: Cost,
    pub(crate) advanced: bool,
    /// Doing it twice does no harm.
    pub(crate) repeatable: bool,
}

impl Call {
    pub(crate) fn new(client: &Client, method: Method, url: Url) -> Self {
        let cost = Cost::of(&method, client.root().below(&url), url.query().unwrap_or_default());
        let repeatable = method != Method::POST;
        Self { method, url, body: None, cost, advanced: false, repeatable }
    }

    pub(crate) fn get(client: &Client, url: Url) -> Self {
        Self::new(client, Method::GET, url)
    }

    /// Sends `ConsistencyLevel: eventual`. Graph forgets it from page to page, so every page says it again.
    pub(crate) fn advanced(mut self, advanced: bool) -> Self {
        self.advanced = advanced;
        self
    }

    pub(crate) fn json<B: Serialize + ?Sized>(mut self, body: &B) -> Self {
        self.body = Some(serde_json::to_vec(body).expect("invariant: a request body is plain data"));
        self
    }

    /// Says that doing it twice does no harm, or that it may.
    pub(crate) fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }

    pub(crate) fn costing(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }
}

/// What may be done about a failure.
pub(crate) enum Remedy {
    /// Tell the caller.
    None,
    /// Wait, then try again; everybody waits.
    Throttle(Option<Duration>),
    /// Wait, then try again.
    Repeat(Option<Duration>),
    /// Get another token.
    Token(Option<ClaimsChallenge>),
}

impl Remedy {
    /// What may be done about a refusal.
    pub(crate) fn of(call: &Call, refusal: &Refusal, asked: Option<Duration>, headers: &HeaderMap) -> Self {
        match refusal.status {
            401 => {
                let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
                Remedy::Token(ClaimsChallenge::from_headers(values))
            }
            429 => Remedy::Throttle(asked),
            503 if asked.is_some() && call.repeatable => Remedy::Throttle(asked),
            500 | 502 | 503 | 504 if call.repeatable => Remedy::Repeat(asked),
            409 if refusal.is("Directory_ConcurrencyViolation") => Remedy::Repeat(None),
            _ => Remedy::None,
        }
    }

    /// What may be done when there is no token.
    pub(crate) fn without_token(error: &GraphError) -> Self {
        if error.try_again() { Remedy::Repeat(kernel::Kinded::retry_after(error)) } else { Remedy::None }
    }
}
