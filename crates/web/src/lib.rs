//! Axum kit: caller, permission proof, problem answers, paging, cookies, limits.
//!
//! A handler takes a [`Caller`] (or says [`Public`]), asks it for leave, calls a service and answers with a
//! [`Json`], a [`PageBody`] or a [`Problem`]. The binary wraps the whole router in [`layers`] and hands it to
//! [`serve`]. Knows no room: who calls is learnt through [`Authenticate`].

pub mod address;
pub mod answer;
pub mod caller;
pub mod config;
pub mod context;
pub mod cookie;
pub mod coverage;
pub mod csrf;
pub mod csv;
mod describe;
pub mod events;
pub mod extract;
pub mod gate;
pub mod health;
pub mod layers;
pub mod measure;
pub mod paging;
pub mod problem;
pub mod server;
#[cfg(test)]
mod testing;

pub use address::{Network, Peer, TrustedProxies};
pub use answer::{Accepted, Created, NoContent};
pub use caller::{Caller, PageCaller, Public};
pub use config::Config;
pub use context::RequestContext;
pub use cookie::{SessionCookie, SessionToken};
pub use csrf::{CsrfKey, CsrfToken};
pub use describe::describe;
pub use extract::{Form, Json, Path, Query};
pub use gate::{Authenticate, AuthenticateError, Credentials, Gate};
pub use health::Checks;
pub use layers::limits::{self, RateLimit};
pub use layers::{Looker, Protocol, Settings, Uncompressed, layers};
pub use measure::Exposure;
pub use paging::{PageBody, PageQuery};
pub use problem::{FieldError, Problem, ProblemBody, Problems};
pub use server::{Certificates, ServeError, ServeSettings, Server, TlsError, TlsFiles, serve};
