//! Views of one thing, each with an address of its own.

use askama::Template;

use crate::format;

/// One view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    name: String,
    href: String,
    count: Option<String>,
}

impl Tab {
    /// A view.
    pub fn new(name: impl Into<String>, href: impl Into<String>) -> Self {
        Self { name: name.into(), href: href.into(), count: None }
    }

    /// With how many things are in it.
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(format::count(count));
        self
    }
}

/// The views and which one is open.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = r#"<nav class="tabs" aria-label="{{ label }}">{% for tab in list %}<a href="{{ tab.href }}"{% if loop.index0 == current %} aria-current="page"{% endif %}>{{ tab.name }}{% if let Some(count) = tab.count %} <span class="count">{{ count }}</span>{% endif %}</a>{% endfor %}</nav>"#
)]
pub struct Tabs {
    label: String,
    list: Vec<Tab>,
    current: usize,
}

impl Tabs {
    /// Views, the open one counted from zero.
    pub fn new(label: impl Into<String>, tabs: Vec<Tab>, current: usize) -> Self {
        Self { label: label.into(), list: tabs, current }
    }
}
