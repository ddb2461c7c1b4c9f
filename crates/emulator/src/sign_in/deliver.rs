//! How an answer goes back to the application: query, fragment, or a form that posts itself (OAuth 2.0 Form Post Response Mode).

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use url::form_urlencoded;

use super::ask::{Back, Mode};
use super::page;
use super::visit::Visit;
use crate::identity::aadsts::AadError;

/// Sends an error back.
pub fn error(visit: &Visit, back: &Back, error: &AadError) -> Response {
    let mut pairs = vec![("error", error.error.to_owned()), ("error_description", visit.trace.description(error))];
    if error.has_page {
        pairs.push(("error_uri", format!("https://login.microsoftonline.com/error?code={}", error.code)));
    }
    if let Some(suberror) = error.suberror {
        pairs.push(("suberror", suberror.to_owned()));
    }
    send(visit, back, pairs)
}

/// Sends an answer back, with the state as it came.
pub fn send(visit: &Visit, back: &Back, mut pairs: Vec<(&'static str, String)>) -> Response {
    if let Some(state) = &back.state {
        pairs.push(("state", state.clone()));
    }
    if back.mode == Mode::FormPost {
        return page::posting(visit, &back.redirect, &pairs);
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&pairs);
    let address = with(&back.redirect, back.mode, &query.finish());
    if visit.by_page {
        return page::going_on(visit, &address);
    }
    visit.trace.marked((StatusCode::FOUND, [(LOCATION, address)]).into_response())
}

/// The address with the answer, otherwise exactly as registered; but one without a path gets a slash (Entra: redirect URI
/// restrictions).
fn with(redirect: &str, mode: Mode, query: &str) -> String {
    let on_web = redirect.strip_prefix("https://").or_else(|| redirect.strip_prefix("http://"));
    let redirect = match on_web {
        Some(rest) if !rest.contains(['/', '?', '#']) => &format!("{redirect}/"),
        _ => redirect,
    };
    match mode {
        Mode::Fragment => format!("{redirect}#{query}"),
        _ if redirect.contains('?') => format!("{redirect}&{query}"),
        _ => format!("{redirect}?{query}"),
    }
}
