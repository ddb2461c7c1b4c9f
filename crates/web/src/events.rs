//! Server-sent events (HTML Standard §9.2): for progress, not for truth; what matters is read again afterwards.
//!
//! A stream ends when the server closes, and after a while in any case, so that a revoked session does not keep
//! listening; browsers come back by themselves and are asked again who they are.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt as _};
use http::{HeaderName, HeaderValue};
use serde::Serialize;

use crate::RequestContext;

pub use axum::response::sse::Event;

/// The longest one stream lasts.
const LONGEST: Duration = Duration::from_mins(15);
/// How often a quiet stream shows that it is alive; proxies give up after a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Answers with a stream of events.
pub fn sse(stream: impl Stream<Item = Event> + Send + 'static) -> Response {
    answer(stream, KEEP_ALIVE, LONGEST)
}

fn answer(stream: impl Stream<Item = Event> + Send + 'static, sign_of_life: Duration, longest: Duration) -> Response {
    let closing = RequestContext::current().map(|context| context.closing).unwrap_or_default();
    let end = tokio::time::timeout(longest, closing.cancelled_owned());
    let stream = stream.map(Ok::<_, Infallible>).take_until(Box::pin(end));
    let keep_alive = KeepAlive::new().interval(sign_of_life);
    let mut response = Sse::new(stream).keep_alive(keep_alive).into_response();
    // Some proxies hold answers back until they are whole unless told otherwise.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// An event with a name and a JSON value.
pub fn json(name: &str, value: &impl Serialize) -> Event {
    // Plain data serialises; a value that does not becomes an event without data rather than a broken stream.
    let text = serde_json::to_string(value).unwrap_or_default();
    Event::default().event(name).data(text)
}

#[cfg(test)]
mod tests;
