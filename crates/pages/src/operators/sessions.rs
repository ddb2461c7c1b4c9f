//! `GET /operators/sessions`: where one is signed in; owners see everybody's.

use kernel::Timestamp;

use crate::address::Address;
use crate::layout::Frame;
use crate::list::{ConfirmPage, ListPage};
use crate::parts::{Action, Badge, Cell, PageHead, Tab, Tabs};
use crate::sheet::{self, Listed, Sheet, Value};
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

/// The list.
pub static SHEET: Sheet<SessionRow> = Sheet {
    file: "sessions",
    order: "-begun",
    given: true,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("operator", "Operator", |row| Value::text(&row.operator)),
        sheet::Field::new("browser", "Browser", |row| Value::text(&row.agent)),
        sheet::Field::new("address", "From", |row| Value::text(&row.address)),
        sheet::Field::new("begun", "Begun", |row| Value::Time(row.started)),
        sheet::Field::new("seen", "Last used", |row| Value::Time(row.seen)),
        sheet::Field::new("ends", "Ends", |row| Value::Time(row.expires)),
    ],
};

/// The page; `tabs` says whether somebody who may see everybody's does.
pub fn page(frame: Frame, listed: &Listed<SessionRow>, tabs: Option<bool>, here: &Address) -> ListPage {
    let rows = &listed.rows;
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
    let columns = ["operator", "address", "begun", "seen", "ends"].map(|key| SHEET.column(key, here)).into_iter();
    let columns = columns.chain([Column::actions()]);
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
        .paging(Paging::new(here, rows.len(), None, listed.next()))
        .export("CSV", Sheet::<SessionRow>::export(here))
        .empty(Empty::new("No sessions", "Nobody is signed in."));
    let page = ListPage::new(frame, head, table).note(listed.note()).words(here);
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
    use crate::sheet::Listed;
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
        let rows = vec![row("Firefox on Linux", "192.0.2.14", true), row("Safari on iPhone", "198.51.100.7", false)];
        gallery.add(
            "sessions",
            &page(
                frame("Sessions", Section::Operators),
                &Listed::of(rows, None),
                Some(false),
                &Address::new("/operators/sessions"),
            ),
        );
        gallery.add("sessions-end", &ask_end_others(frame("Sessions", Section::Operators)));
    }
}
