//! `GET /operators/sessions`: where one is signed in; owners see everybody's.

use kernel::Timestamp;

use crate::layout::Frame;
use crate::list::ListPage;
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::table::{Column, Empty, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct SessionRow {
    pub id: String,
    pub operator: String,
    pub agent: String,
    pub address: String,
    pub started: Timestamp,
    pub seen: Timestamp,
    pub expires: Timestamp,
    pub itself: bool,
}

/// The page.
pub fn page(frame: Frame, rows: &[SessionRow], everybody: bool) -> ListPage {
    let lead = if everybody { "Where operators are signed in. End any session that nobody recognises." } else { "Where you are signed in. End any session that you do not recognise." };
    let mut head = PageHead::new("Sessions").crumb("Operators", "/operators").lead(lead);
    if rows.iter().any(|row| !row.itself) {
        head = head.action(Action::ask("End all others", "/operators/sessions/end-others").danger());
    }
    let columns = ["Operator", "From", "Begun", "Last used", "Ends"].map(Column::new).into_iter().chain([Column::actions()]);
    let now = frame.now;
    let lines = rows.iter().map(|row| {
        let end = Action::post("End", format!("/operators/sessions/{}/end", row.id)).small().about(format!("the session from {}", row.address));
        Row::new(vec![
            Cell::name(&row.operator, &row.agent),
            Cell::text(&row.address),
            Cell::ago(row.started, now),
            if row.itself { Cell::badge(Badge::accent("This one")) } else { Cell::ago(row.seen, now) },
            Cell::ago(row.expires, now),
            Cell::Actions(vec![end]),
        ])
    });
    let table = Table::new("sessions", "Sessions", columns.collect(), lines.collect()).empty(Empty::new("No sessions", ""));
    ListPage::new(frame, head, table)
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::{SessionRow, page};
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |agent: &str, address: &str, itself| SessionRow {
            id: address.into(),
            operator: "ada.lovelace".into(),
            agent: agent.into(),
            address: address.into(),
            started: ago(DAY),
            seen: ago(20 * MINUTE),
            expires: ahead(7 * HOUR),
            itself,
        };
        let rows = [row("Firefox on Linux", "192.0.2.14", true), row("Safari on iPhone", "198.51.100.7", false)];
        gallery.add("sessions", &page(frame("Sessions", Section::Operators), &rows, false));
    }
}
