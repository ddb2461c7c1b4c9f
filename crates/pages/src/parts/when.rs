//! A moment: UTC from the server, made local by the browser.

use askama::Template;
use kernel::Timestamp;

use crate::format;

/// A moment in a sentence or a cell.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = r#"<time datetime="{{ at }}" title="{{ exact }}" data-time="{{ kind }}">{{ text }}</time>"#
)]
pub struct When {
    at: Timestamp,
    exact: String,
    text: String,
    kind: &'static str,
}

impl When {
    /// `3 min ago`, with the exact moment on hover.
    pub fn relative(at: Timestamp, now: Timestamp) -> Self {
        Self { at, exact: format::moment(at), text: format::relative(at, now), kind: "relative" }
    }

    /// `21 Nov 2026, 23:02 UTC`.
    pub fn exact(at: Timestamp) -> Self {
        Self { at, exact: format::moment(at), text: format::moment(at), kind: "exact" }
    }
}
