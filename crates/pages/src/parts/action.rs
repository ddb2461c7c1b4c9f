//! Something the reader can do: a link that goes there, or a button that does it.
//!
//! Buttons belong to the page's one empty form (`#act` in the frame), which carries the CSRF token; so any part can
//! hold a button without knowing the session.

use askama::Template;

use kernel::Role;

use crate::doors;
use crate::icon::Icon;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Go,
    /// A link whose page asks before anything happens; opens as a dialog where scripts run.
    Ask,
    Post,
}

/// A link or button.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/action.html")]
pub struct Action {
    label: String,
    href: String,
    way: Way,
    class: String,
    icon: Option<Icon>,
    about: Option<String>,
}

impl Action {
    fn new(way: Way, label: impl Into<String>, href: impl Into<String>) -> Self {
        let (label, href) = (label.into(), href.into());
        Self { label, href, way, class: "button".to_owned(), icon: None, about: None }
    }

    /// Goes to a page.
    pub fn go(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self::new(Way::Go, label, href)
    }

    /// Goes to a page that asks for confirmation.
    pub fn ask(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self::new(Way::Ask, label, href)
    }

    /// Does it at once, with POST.
    pub fn post(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self::new(Way::Post, label, href)
    }

    /// The one thing most readers came for.
    pub fn primary(self) -> Self {
        self.class("primary")
    }

    /// Destroys or cuts off something.
    pub fn danger(self) -> Self {
        self.class("danger")
    }

    /// Fits into a table row.
    pub fn small(self) -> Self {
        self.class("small")
    }

    /// Whether a role may do it.
    pub fn is_for(&self, role: Option<Role>) -> bool {
        role.is_none_or(|role| doors::opens(role, &self.href))
    }

    fn class(mut self, class: &str) -> Self {
        self.class.push(' ');
        self.class.push_str(class);
        self
    }

    /// With an icon before the words.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// What it acts on, for readers who hear only the button: "Delete" + "Ada Lovelace".
    pub fn about(mut self, what: impl Into<String>) -> Self {
        self.about = Some(what.into());
        self
    }
}
