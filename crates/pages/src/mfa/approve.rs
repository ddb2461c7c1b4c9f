//! What a person sees in the browser in which they agree to sign-ins elsewhere, and beside the number there.

use askama::Template;
use kernel::Timestamp;
use mfa::push::web::WebPush;
use mfa::push::{Asked, PushState};
use mfa::{AccountId, TransactionId};

use super::browser::told_browser;
use super::prove::base;
use super::texts::Texts;
use crate::layout::Frame;
use crate::parts::when::When;

/// `GET /mfa/prove/{transaction}/push`: the number, until the person has answered elsewhere.
#[derive(Debug, Template)]
#[template(path = "mfa/push.html")]
pub struct PushPage {
    pub frame: Frame,
    pub texts: &'static Texts,
    pub transaction: TransactionId,
    pub until: Timestamp,
    /// The person's account: what the browser keeps its key under.
    pub account: AccountId,
    pub state: PushState,
    pub number: String,
    /// Where the other browser finds its page.
    pub address: String,
}

impl PushPage {
    fn left(&self) -> i64 {
        self.until.seconds() - self.frame.now.seconds()
    }

    fn base(&self) -> String {
        base(self.transaction)
    }

    fn is_waiting(&self) -> bool {
        self.state == PushState::Waiting
    }

    fn is_approved(&self) -> bool {
        self.state == PushState::Approved
    }

    /// Digit by digit, for who listens.
    fn spoken(&self) -> String {
        self.number.chars().map(String::from).collect::<Vec<_>>().join(" ")
    }
}

/// `GET /mfa/approve` in a browser whose page is open.
#[derive(Debug, Template)]
#[template(path = "mfa/approve.html")]
pub struct ApprovePage {
    pub frame: Frame,
    pub texts: &'static Texts,
    /// The person's account: what the browser keeps its key under.
    pub account: AccountId,
    /// What the person is called.
    pub label: String,
    pub asked: Vec<Asked>,
    /// What came of the last answer, and how it is painted.
    pub told: Option<(&'static str, &'static str)>,
    /// How it stands with being told while the page is closed; nothing where nobody is.
    pub closed: Option<WebPush>,
}

impl ApprovePage {
    /// What is asked about, so that the page can tell when it is something else.
    fn ids(&self) -> String {
        ids(&self.asked)
    }

    fn is_told(&self) -> bool {
        self.closed.as_ref().is_some_and(|closed| closed.on)
    }

    fn role(&self) -> &'static str {
        if self.is_wrong() { "alert" } else { "status" }
    }

    /// Whether the last answer was not taken.
    fn is_wrong(&self) -> bool {
        self.told.is_some_and(|(_, kind)| kind != "ok")
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn when(&self, asked: &Asked) -> When {
        When::exact(asked.at)
    }

    fn address(&self, asked: &Asked) -> String {
        asked.origin.address.clone().unwrap_or_else(|| self.texts.approve_nobody_knows.to_owned())
    }

    fn browser(&self, asked: &Asked) -> String {
        let told = asked.origin.user_agent.as_deref().map(told_browser).filter(|told| !told.is_empty());
        told.unwrap_or_else(|| self.texts.approve_nobody_knows.to_owned())
    }
}

/// What is asked about, in one text.
pub fn ids(asked: &[Asked]) -> String {
    asked.iter().map(|one| one.id.to_string()).collect::<Vec<_>>().join(" ")
}

/// `GET /mfa/approve` in a browser whose key is still to be asked for.
#[derive(Debug, Template)]
#[template(path = "mfa/approve_start.html")]
pub struct ApproveStartPage {
    pub frame: Frame,
    pub texts: &'static Texts,
}
