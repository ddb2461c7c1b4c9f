//! External MFA: the conversation with a provider of second factors (Entra: external authentication method provider reference).
//!
//! | file | what it is for |
//! |---|---|
//! | `metadata` | the provider's discovery document and keys, kept for a day |
//! | `request` | what is posted to the provider: the hint and its company |
//! | `hand_over` | the browser takes it there |
//! | `control` | the same for custom controls, which are retiring |
//! | `answer` | the browser brings the answer back |
//! | `verify` | whether the answer is good; pure |
//! | `vocabulary` | `acr` and `amr`, and which goes with which |
//! | `quirks` | requests spoilt on purpose |
//! | `mint` | requests without a sign-in, for tests of a provider |
//!
//! Deliberately trusts nothing but the cached keys: no refetch on an unknown key unless a switch says so.

pub mod answer;
pub mod control;
pub mod hand_over;
pub mod metadata;
pub mod mint;
pub mod quirks;
pub mod request;
pub mod verify;
pub mod vocabulary;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use kernel::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::World;
use crate::access::control::Control;
use crate::kept::{Kept, Passing};
use metadata::Provider;
use quirks::Quirks;

/// How many answers are remembered.
const KEPT: usize = 500;
/// How long a request without an answer is, which may come late.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// What is remembered of conversations. Nothing of it outlives the process.
#[derive(Debug, Default)]
pub struct External {
    memory: Mutex<Memory>,
    client: OnceLock<reqwest::Client>,
    /// Requests spoilt on purpose.
    pub quirks: Quirks,
}

/// The memory itself.
#[derive(Debug, Default)]
pub struct Memory {
    /// Providers by discovery address.
    pub providers: HashMap<String, Arc<Provider>>,
    /// Requests without an answer, by `state`.
    pub pending: Kept<Pending>,
    /// Answers, youngest first.
    pub answers: VecDeque<Answered>,
    /// The last hint and nonce, for replays.
    pub last: Option<(String, String)>,
}

/// A request without an answer.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The sign-in it belongs to; none for one that was minted.
    pub flow: Option<String>,
    /// The session that the browser left with.
    pub session: Option<String>,
    /// The tenant.
    pub tenant: Uuid,
    /// The person.
    pub user: Uuid,
    /// The method.
    pub configuration: Uuid,
    /// The method's name.
    pub name: String,
    /// Where the provider describes itself.
    pub discovery_url: String,
    /// The issuer it must name.
    pub issuer: String,
    /// The audience it must name.
    pub client_id: String,
    /// Echoed in the token.
    pub nonce: String,
    /// Echoed in the token.
    pub subject: String,
    /// One of these must be reached.
    pub acr: Vec<String>,
    /// By one of these.
    pub amr: Vec<String>,
    /// When the browser left.
    pub since: Timestamp,
    /// The person registers the method with it.
    pub registering: bool,
    /// The custom control that it is for; none for a second factor.
    pub control: Option<Control>,
}

impl Passing for Pending {
    fn gone(&self) -> Timestamp {
        self.since.plus(KEPT_FOR)
    }
}

/// An answer that came.
#[derive(Debug, Clone, Serialize)]
pub struct Answered {
    /// When.
    pub at: Timestamp,
    /// The `state` that came with it.
    pub state: Option<String>,
    /// The tenant, when the state is known.
    pub tenant: Option<Uuid>,
    /// The person.
    pub user: Option<Uuid>,
    /// The method's name.
    pub method: Option<String>,
    /// 0, or the AADSTS number.
    pub code: u32,
    /// The text of the number.
    pub reason: Option<String>,
    /// How it was proved.
    pub amr: Option<String>,
    /// What was reached.
    pub acr: Option<String>,
    /// The `error` that came instead of a token.
    pub error: Option<String>,
}

impl External {
    /// The memory, to read and change. Do not hold it across an `await`.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client for providers. It accepts any certificate: the provider is a developer's. It takes no compressed
    /// answers, which would hide how long they are.
    pub fn client(&self) -> reqwest::Client {
        let build = || {
            let builder = reqwest::Client::builder().no_proxy().no_gzip().tls_danger_accept_invalid_certs(true);
            let builder = builder.timeout(Duration::from_secs(10)).redirect(reqwest::redirect::Policy::none());
            builder.build().unwrap_or_default()
        };
        self.client.get_or_init(build).clone()
    }

    /// Remembers an answer.
    pub fn note(&self, answered: Answered) {
        let mut memory = self.memory();
        memory.answers.truncate(KEPT - 1);
        memory.answers.push_front(answered);
    }
}

/// Where answers are posted to.
pub const RETURN_PATH: &str = "/common/federation/externalauthprovider";

/// Every route of the conversation.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route(RETURN_PATH, post(answer::receive))
        .route(control::RETURN_PATH, post(answer::receive_control))
        .route("/{tenant}/method", post(hand_over::pick))
        .route("/{tenant}/control", post(control::leave))
}
