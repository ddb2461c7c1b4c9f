//! People sign in: the authorize endpoint, the password page, sessions, codes and the tokens made of them.
//!
//! | file | what it is for |
//! |---|---|
//! | `ask` | what the application asks for, checked |
//! | `authorize`, `password` | the endpoint and the page's form |
//! | `advance` | what comes next in a sign-in: password, consent, done |
//! | `deliver` | how the answer goes back: query, fragment, form post, or our own page |
//! | `flow`, `session`, `grants` | what is remembered between requests |
//! | `redeem` | codes and refresh tokens at the token endpoint |
//! | `scopes`, `claims` | which API a token is for; what the tokens say |
//! | `judge` | what Conditional Access says |
//! | `log`, `log_graph`, `agent` | the sign-in log, as Graph tells it, with which browser |
//! | `logout`, `userinfo` | leaving; who am I |
//! | `visit`, `page`, `person` | one request of a browser, the pages, whom it is about |
//!
//! Deliberately keeps one account per browser and asks nobody to stay signed in.

pub mod advance;
pub mod agent;
pub mod ask;
pub mod authorize;
pub mod claims;
pub mod deliver;
pub mod flow;
pub mod grants;
pub mod judge;
pub mod log;
pub mod log_graph;
pub mod logout;
pub mod page;
pub mod password;
pub mod person;
pub mod redeem;
pub mod scopes;
pub mod session;
pub mod userinfo;
pub mod visit;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{get, post};
use uuid::Uuid;

use crate::World;
use crate::kept::Kept;
use flow::Flow;
use grants::{Code, Refresh};
use log::Log;
use session::{Failures, Session};

/// What sign-in remembers between requests. Nothing of it outlives the process.
#[derive(Debug, Default)]
pub struct SignIns {
    memory: Mutex<Memory>,
}

/// The memory itself.
#[derive(Debug, Default)]
pub struct Memory {
    /// Sign-ins that are not over.
    pub flows: Kept<Flow>,
    /// Browsers with somebody in them.
    pub sessions: Kept<Session>,
    /// Codes, used ones too.
    pub codes: Kept<Code>,
    /// Refresh tokens.
    pub refreshes: Kept<Refresh>,
    /// The sign-in log.
    pub log: Log,
    /// Wrong passwords by tenant and user.
    pub failures: HashMap<(Uuid, Uuid), Failures>,
}

impl SignIns {
    /// The memory, to read and change. Do not hold it across an `await`.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every session of a user and every refresh token, as a revocation does.
    pub fn revoke(&self, tenant: Uuid, user: Uuid) {
        let mut memory = self.memory();
        memory.sessions.retain(|_, session| (session.tenant, session.user) != (tenant, user));
        for refresh in memory.refreshes.values_mut() {
            refresh.revoked |= (refresh.tenant, refresh.user) == (tenant, user);
        }
    }
}

/// Every route of sign-in.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::by_query).post(authorize::by_form))
        .route("/{tenant}/oauth2/authorize", get(authorize::by_query).post(authorize::by_form))
        .route("/{tenant}/login", post(password::answer))
        .route("/{tenant}/consent", post(password::consent))
        .route("/{tenant}/oauth2/v2.0/logout", get(logout::leave).post(logout::leave))
        .route("/{tenant}/oauth2/logout", get(logout::leave).post(logout::leave))
        .route("/oidc/userinfo", get(userinfo::read).post(userinfo::read))
}
