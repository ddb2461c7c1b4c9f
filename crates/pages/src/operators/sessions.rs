//! `GET /operators/sessions`: where one is signed in; owners see everybody's.

use kernel::Timestamp;

use crate::address::Address;
use crate::layout::Frame;
use crate::list::{ConfirmPage, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead, Tab, Tabs};
use crate::table::{Column, Empty, Paging, Row, Table};

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

/// The page; `tabs` says whether somebody who may see everybody's does.
pub fn page(frame: Frame, rows: &[SessionRow], tabs: Option<bool>, here: &Address, next: Option<&str>) -> ListPage {
    let everybody = tabs == Some(true);
    let lead = if everybody {
        "Where operators are signed in. End any session that nobody recognises."
    } else {
        "Where you are signed in. End any session that you do not recognise."
    };
    let mut head = PageHead::new("Sessions").crumb("Operators", "/operators").lead(lead);
    if !everybody && rows.iter().any(|row| !row.itself) {
        head = head.action(Action::ask("End all others", "/operators/sessions/end-others").danger());
    }
    let columns =
        ["Operator", "From", "Begun", "Last used", "Ends"].map(Column::new).into_iter().chain([Column::actions()]);
    let now = frame.now;
    let lines = rows.iter().map(|row| {
        let end = Action::post("End", format!("/operators/sessions/{}/end", row.id))
            .small()
            .about(format!("the session from {}", row.address));
        Row::new(vec![
            Cell::name(&row.operator, &row.agent),
            Cell::text(&row.address),
            Cell::ago(row.started, now),
            if row.itself { Cell::badge(Badge::accent("This one")) } else { Cell::ago(row.seen, now) },
            Cell::ago(row.expires, now),
            Cell::Actions(vec![end]),
        ])
    });
    let table = Table::new("sessions", "Sessions", columns.collect(), lines.collect())
        .paging(Paging::new(here, rows.len(), None, next))
        .empty(Empty::new("No sessions", ""));
    let page = ListPage::new(frame, head, table);
    match tabs {
        Some(everybody) => {
            let tabs =
                vec![Tab::new("Yours", "/operators/sessions"), Tab::new("Everybody's", "/operators/sessions?all=yes")];
            page.tabs(Tabs::new("Sessions", tabs, usize::from(everybody)))
        }
        None => page,
    }
}

/// The question before one's other sessions end.
pub fn ask_end_others(frame: Frame) -> ConfirmPage {
    ConfirmPage::new(frame, "End all your other sessions?", "End them", "/operators/sessions/end-others")
        .consequence("Only this one goes on.")
        .cancel("/operators/sessions")
        .danger()
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::{SessionRow, ask_end_others, page};
    use crate::address::Address;
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
        gallery.add(
            "sessions",
            &page(
                frame("Sessions", Section::Operators),
                &rows,
                Some(false),
                &Address::new("/operators/sessions"),
                None,
            ),
        );
        gallery.add("sessions-end", &ask_end_others(frame("Sessions", Section::Operators)));
    }
}
