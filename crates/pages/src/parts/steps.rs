//! The steps of a wizard and where the reader is.

use askama::Template;

/// Named steps; the current one is marked.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = r#"<ol class="steps" aria-label="Steps">{% for name in names %}<li{% if loop.index0 < current %} class="done"{% endif %}{% if loop.index0 == current %} aria-current="step"{% endif %}><span>{{ name }}{% if loop.index0 < current %}<span class="sr"> (done)</span>{% endif %}</span></li>{% endfor %}</ol>"#
)]
pub struct Steps {
    names: &'static [&'static str],
    current: usize,
}

impl Steps {
    /// Steps, counted from zero.
    pub fn new(names: &'static [&'static str], current: usize) -> Self {
        Self { names, current }
    }
}
