//! How a membership comes about: A via B via C.

use askama::Template;

use crate::icon::Icon;

/// From the object to the group, hop by hop.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = r#"<span class="path">{% for (name, href) in hops %}{% if !loop.first %}{{ Icon::Right }}<span class="sr"> in </span>{% endif %}{% if href.is_empty() %}<span class="hop">{{ name }}</span>{% else %}<a class="hop" href="{{ href }}">{{ name }}</a>{% endif %}{% endfor %}</span>"#
)]
pub struct Path {
    hops: Vec<(String, String)>,
}

impl Path {
    /// The hops with their links; an empty link shows the bare name.
    pub fn new(hops: Vec<(String, String)>) -> Self {
        Self { hops }
    }
}
