//! `GET /me/devices`: remembered browsers, and where somebody is signed in to the portal.

use askama::Template;
use mfa::portal::{Browsers, SessionView};

use super::Shell;
use super::words::{Moment, browser};
use crate::layout::Frame;

/// `GET /me/devices`.
#[derive(Debug, Template)]
#[template(path = "me/devices.html")]
pub struct DevicesPage {
    pub frame: Frame,
    pub shell: Shell,
    pub browsers: Browsers,
}

impl DevicesPage {
    fn has_others(&self) -> bool {
        self.browsers.sessions.iter().any(|session| !session.is_own)
    }

    fn browser(&self, session: &SessionView) -> String {
        browser(session.user_agent.as_deref(), self.shell.texts)
    }

    fn place(&self, session: &SessionView) -> String {
        session.address.clone().unwrap_or_else(|| self.shell.texts.unknown_place.to_owned())
    }
}
