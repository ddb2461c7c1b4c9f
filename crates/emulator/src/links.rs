//! The emulator's own address as the client sees it: links in answers must lead back to where the request came in.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::HOST;
use http::request::Parts;

use crate::World;

/// The scheme and host of one request. Extract it in a handler, or make it from the headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    base: String,
}

impl Links {
    /// From a request's `Host` header; the world's own address when there is none.
    pub fn of(world: &World, headers: &HeaderMap) -> Self {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).filter(|host| plausible(host));
        Self { base: host.map_or_else(|| world.base_url(), |host| format!("{}://{host}", world.scheme())) }
    }

    /// `http://127.0.0.1:8081`: scheme and host, no slash at the end. Graph's version root is `{base}/v1.0`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `{base}/{version}{path}`, for `@odata.nextLink` and kin. `path` begins with a slash.
    pub fn graph(&self, version: &str, path: &str) -> String {
        format!("{}/{version}{path}", self.base)
    }

    /// `{base}/{tenant}`: the authority.
    pub fn authority(&self, tenant: &str) -> String {
        format!("{}/{tenant}", self.base)
    }
}

/// A host name or address with an optional port; anything else would end up inside our links.
fn plausible(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte))
}

impl FromRequestParts<Arc<World>> for Links {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, Infallible> {
        Ok(Self::of(world, &parts.headers))
    }
}
