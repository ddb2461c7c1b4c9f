//! The browsers of a person, on their page: remembered ones, and those in which they agree to sign-ins elsewhere.

use kernel::Timestamp;
use mfa::devices::{BrowserPurpose, BrowserView};

use super::people::HERE;
use crate::layout::Frame;
use crate::list::ConfirmPage;
use crate::parts::{Action, Badge, Cell};
use crate::table::{Column, Empty, Row, Table};

/// A browser.
#[derive(Debug, Clone)]
pub struct BrowserRow {
    pub id: String,
    pub name: String,
    /// Whether the person agrees in it to sign-ins elsewhere; else it is remembered.
    pub approves: bool,
    pub since: Timestamp,
    pub last_used: Timestamp,
    pub expires: Option<Timestamp>,
    /// Whether it is told also while its page is closed.
    pub told_when_closed: bool,
}

/// A browser as a line.
pub fn row(browser: &BrowserView) -> BrowserRow {
    BrowserRow {
        id: browser.id.to_string(),
        name: browser.name.clone(),
        approves: browser.purpose == BrowserPurpose::Approves,
        since: browser.created_at,
        last_used: browser.last_used_at,
        expires: browser.expires_at,
        told_when_closed: browser.web_push_since.is_some(),
    }
}

/// The list on the page of a person.
pub fn table(person: &str, browsers: &[BrowserRow], now: Timestamp) -> Table {
    let lines = browsers.iter().map(|browser| line(person, browser, now)).collect();
    let columns = ["Browser", "Kept for", "Until", "Last used", "Since"].map(Column::new).into_iter();
    Table::new("browsers", "Browsers", columns.chain([Column::actions()]).collect(), lines).empty(Empty::new(
        "No browser is kept",
        "While they prove that it is them, people may have their browser remembered, or be asked in it about sign-ins elsewhere.",
    ))
}

fn line(person: &str, browser: &BrowserRow, now: Timestamp) -> Row {
    let remove = format!("{HERE}/{person}/browsers/{}/remove", browser.id);
    let purpose = match (browser.approves, browser.told_when_closed) {
        (true, true) => "Agrees to sign-ins, told by web push",
        (true, false) => "Agrees to sign-ins",
        (false, _) => "Is remembered",
    };
    let until = browser.expires.map(|expires| Cell::ago(expires, now));
    Row::new(vec![
        Cell::text(&browser.name),
        Cell::badge(Badge::label(purpose)),
        until.unwrap_or_else(|| Cell::Muted("For good".to_owned())),
        Cell::ago(browser.last_used, now),
        Cell::ago(browser.since, now),
        Cell::Actions(vec![Action::ask("Remove", remove).small().danger().about(&browser.name)]),
    ])
}

/// The question before a browser is taken.
pub fn ask_remove(frame: Frame, person: &str, browser: &BrowserRow, last: bool) -> ConfirmPage {
    let action = format!("{HERE}/{person}/browsers/{}/remove", browser.id);
    let consequence = if browser.approves {
        "They are asked in it no more. They choose it again while they prove themselves there by another way."
    } else {
        "It proves nothing any more: at the next sign-in there they are asked again."
    };
    let page = ConfirmPage::new(frame, format!("Remove the browser “{}”?", browser.name), "Remove", action)
        .consequence(consequence)
        .cancel(format!("{HERE}/{person}"))
        .reason()
        .danger();
    if last {
        page.also("It is all that they prove themselves with: they need a temporary code to get in.")
    } else {
        page
    }
}

#[cfg(test)]
pub mod samples {
    //! What browsers look like.

    use super::*;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, ago, ahead, frame};

    pub fn rows() -> Vec<BrowserRow> {
        let row = |id: &str, name: &str, approves| BrowserRow {
            id: id.into(),
            name: name.into(),
            approves,
            since: ago(30 * DAY),
            last_used: ago(2 * HOUR),
            expires: (!approves).then(|| ahead(335 * DAY)),
            told_when_closed: approves,
        };
        vec![row("b1", "Windows", false), row("b2", "iPhone", true)]
    }

    pub fn add(gallery: &mut Gallery) {
        let frame_of = || frame("Remove", Section::SecondFactorPeople);
        gallery.add("second-factor-browser-remove", &ask_remove(frame_of(), "p1", &rows()[1], true));
        gallery.add("second-factor-browser-forget", &ask_remove(frame_of(), "p1", &rows()[0], false));
    }
}
