//! The portal as an app on a home screen (W3C Web Application Manifest): iPhones tell of sign-ins only there.
//!
//! Its scope is the whole server, as the page on which people agree to sign-ins lies beside the portal and not below it.

use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use serde_json::{Value, json};
use web::Public;

use super::texts::Texts;
use crate::assets::href;
use crate::layout::Theme;

/// The bar above a page: `--surface` of the style, light and dark.
const LIGHT: &str = "#ffffff";
const DARK: &str = "#191e1c";
/// Behind a page that is still to come: `--bg` of the style.
const BEHIND: &str = "#f6f6f3";

/// `GET /me/app.webmanifest`.
pub async fn manifest(_: Public, headers: HeaderMap) -> Response {
    let texts = Texts::of(&headers);
    let headers = [(CONTENT_TYPE, "application/manifest+json"), (CACHE_CONTROL, "no-cache"), (VARY, "accept-language")];
    (headers, described(texts).to_string()).into_response()
}

/// The colours of the bar above a page, each with when it is meant: always where that is empty.
pub fn bars(theme: Theme) -> &'static [(&'static str, &'static str)] {
    match theme {
        Theme::System => &[("(prefers-color-scheme: light)", LIGHT), ("(prefers-color-scheme: dark)", DARK)],
        Theme::Light => &[("", LIGHT)],
        Theme::Dark => &[("", DARK)],
    }
}

fn described(texts: &Texts) -> Value {
    let icon = |name: &str, sizes: &str, kind: &str, purpose: &str| json!({ "src": href(name), "sizes": sizes, "type": kind, "purpose": purpose });
    json!({
        "id": "/me",
        "name": texts.portal,
        "short_name": texts.portal,
        "lang": texts.tag,
        "start_url": "/me",
        "scope": "/",
        "display": "standalone",
        "theme_color": LIGHT,
        "background_color": BEHIND,
        "icons": [
            icon("mark.svg", "any", "image/svg+xml", "any"),
            icon("icon-192.png", "192x192", "image/png", "any"),
            icon("icon-512.png", "512x512", "image/png", "any"),
            icon("icon-512.png", "512x512", "image/png", "maskable"),
        ],
    })
}
