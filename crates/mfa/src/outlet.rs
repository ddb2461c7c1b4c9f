//! The way out to addresses that somebody made up: push services of browsers, gateways.

use std::sync::Arc;

use reqwest::Client;
use signals::webhooks::Guard;

/// A client that follows no redirects, and where it may go.
#[derive(Debug, Clone)]
pub struct Outlet {
    pub(crate) http: Client,
    pub(crate) guard: Arc<Guard>,
}

impl Outlet {
    /// The way out by a client that looks names up under the same guard.
    pub fn new(http: Client, guard: Arc<Guard>) -> Self {
        Self { http, guard }
    }
}
