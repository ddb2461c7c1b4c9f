//! Axum kit: caller, permission proof, problem answers, paging, cookies, limits.
//!
//! A handler takes a [`Caller`] (or says [`Public`]), asks it for leave, calls a service and answers with a
//! [`Json`], a [`PageBody`] or a [`Problem`]. The binary wraps the whole router in [`layers`] and hands it to
//! [`serve`]. Knows no room: who calls is learnt through [`Authenticate`].

pub mod answer;
pub mod caller;
pub mod context;
pub mod cookie;
pub mod csrf;
pub mod extract;
pub mod gate;
pub mod paging;
pub mod problem;

pub use answer::{Accepted, Created, NoContent};
pub use caller::{Caller, PageCaller, Public};
pub use context::RequestContext;
pub use cookie::{SessionCookie, SessionToken};
pub use csrf::{CsrfKey, CsrfToken};
pub use extract::{Form, Json, Path, Query};
pub use gate::{Authenticate, AuthenticateError, Credentials, Gate};
pub use paging::{PageBody, PageQuery};
pub use problem::{FieldError, Problem, ProblemBody, Problems};
