//! `POST /theme`: light or dark, for browsers without scripts; with scripts the page does it itself.

use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::HeaderMap;
use http::header::{REFERER, SET_COOKIE};
use serde::Deserialize;
use web::{Form, Problem, Public};

/// What the form sends.
#[derive(Deserialize)]
pub struct Body {
    theme: String,
}

/// Keeps the choice for a year and goes back to where it was made.
pub async fn set_theme(_: Public, headers: HeaderMap, Form(body): Form<Body>) -> Result<Response, Problem> {
    let theme = match body.theme.as_str() {
        theme @ ("light" | "dark") => theme.to_owned(),
        _ => return Err(Problem::invalid("pages.no_such_theme", "the theme must be light or dark")),
    };
    let cookie = format!("theme={theme}; Path=/; Max-Age=31536000; SameSite=Lax");
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to(&back(&headers))).into_response())
}

/// The path of the page that asked; never another server.
fn back(headers: &HeaderMap) -> String {
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let uri: http::Uri = referer.parse().unwrap_or_default();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    web::caller::safe_next(Some(path)).to_owned()
}
