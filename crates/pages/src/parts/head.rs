//! The head of a page: where it stands, what it is, what can be done here.

use askama::Template;

use super::{Action, Badge};
use crate::doors::Offers;
use crate::icon::Icon;

/// Breadcrumbs, title, lead and actions.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/head.html")]
pub struct PageHead {
    title: String,
    lead: String,
    /// What is shown as it was sent, below the title.
    sent: String,
    crumbs: Vec<(String, String)>,
    badges: Vec<Badge>,
    actions: Vec<Action>,
}

impl PageHead {
    /// A head with a title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            lead: String::new(),
            sent: String::new(),
            crumbs: Vec::new(),
            badges: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// One or two sentences below the title.
    pub fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }

    /// A line as it was sent, below the title.
    pub fn sent(mut self, sent: impl Into<String>) -> Self {
        self.sent = sent.into();
        self
    }

    /// A page above this one.
    pub fn crumb(mut self, name: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push((name.into(), href.into()));
        self
    }

    /// A status beside the title.
    pub fn badge(mut self, badge: Badge) -> Self {
        self.badges.push(badge);
        self
    }

    /// Something to do with the whole page.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }
}

impl Offers for PageHead {
    fn only_for(mut self, role: Option<kernel::Role>) -> Self {
        self.actions.retain(|action| action.is_for(role));
        self
    }
}
