//! Style, script and drawings, embedded in the binary and served under `/assets/<hash>/`.
//!
//! The hash is that of the content, so browsers keep a file for ever and never an old one.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Files;

/// The longest a browser may keep a file; RFC 8246 lets it skip asking.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For a hash that is not ours: a page of another release asks while nodes are being replaced.
const ASK_AGAIN: &str = "no-cache";

/// The address of a file.
pub fn href(name: &str) -> String {
    let hash = Files::get(name).map(|file| short_hash(&file.metadata.sha256_hash())).unwrap_or_default();
    format!("/assets/{hash}/{name}")
}

/// `GET /assets/{hash}/{name}`.
pub async fn get_asset(Path((hash, name)): Path<(String, String)>) -> Response {
    let Some(file) = Files::get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if short_hash(&file.metadata.sha256_hash()) == hash { FOR_EVER } else { ASK_AGAIN };
    let headers = [(CONTENT_TYPE, media_type(&name)), (CACHE_CONTROL, keep), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, file.data.into_owned()).into_response()
}

/// A file that keeps its address, which browsers ask for anew each time.
pub fn get_fresh(name: &str) -> Response {
    let Some(file) = Files::get(name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(CONTENT_TYPE, media_type(name)), (CACHE_CONTROL, ASK_AGAIN), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, file.data.into_owned()).into_response()
}

fn short_hash(hash: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    hash.iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
