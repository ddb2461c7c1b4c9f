//! `GET /signals/webhooks`: where events are sent, and how each does.

use kernel::Timestamp;

use crate::address::Address;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::ListPage;
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct WebhookRow {
    pub id: String,
    pub name: String,
    pub url: String,
    pub events: String,
    pub status: Badge,
    /// The status in words.
    pub state: String,
    /// Events of the log that were not looked at yet.
    pub behind: u64,
    pub waiting: u64,
    pub dead: u64,
    pub last_success: Option<Timestamp>,
    pub made: Timestamp,
}

/// The list.
pub static SHEET: Sheet<WebhookRow> = Sheet {
    file: "webhooks",
    order: "made",
    given: true,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "Webhook", |row| Value::text(&row.name)),
        sheet::Field::new("url", "Address", |row| Value::text(&row.url)),
        sheet::Field::new("events", "Events", |row| Value::text(&row.events)),
        sheet::Field::new("state", "State", |row| Value::text(&row.state)),
        sheet::Field::new("behind", "Behind", |row| Value::Number(row.behind)),
        sheet::Field::new("waiting", "Waiting", |row| Value::Number(row.waiting)),
        sheet::Field::new("dead", "Dead letters", |row| Value::Number(row.dead)),
        sheet::Field::new("success", "Last arrived", |row| Value::time(row.last_success)),
        sheet::Field::new("made", "Made", |row| Value::Time(row.made)),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

const NEW: &str = "/signals/webhooks/new";

/// The page.
pub fn page(frame: Frame, listed: &Listed<WebhookRow>, here: &Address) -> ListPage {
    let head = PageHead::new("Webhooks")
        .lead("Each sends chosen events of the log to an address, signed, until they have arrived.")
        .action(Action::go("Make a webhook", NEW).primary().icon(Icon::Plus));
    let columns = vec![
        SHEET.column("name", here),
        SHEET.column("state", here),
        SHEET.column("events", here),
        SHEET.number("waiting", here),
        SHEET.number("dead", here),
        SHEET.column("success", here),
    ];
    let empty =
        Empty::new("No webhooks", "Programs that need no address of their own can follow the events API instead.")
            .action(Action::go("Make a webhook", NEW).primary());
    let (rows, now) = (&listed.rows, frame.now);
    let table = Table::new("webhooks", "Webhooks", columns, rows.iter().map(|row| line(row, now)).collect())
        .paging(Paging::new(here, rows.len(), None, listed.next()))
        .export("CSV", Sheet::<WebhookRow>::export(here))
        .empty(empty);
    ListPage::new(frame, head, table).note(listed.note()).words(here)
}

fn line(row: &WebhookRow, now: Timestamp) -> Row {
    let at = format!("/signals/webhooks/{}", row.id);
    Row::new(vec![
        Cell::main(&row.name, &at, &row.url),
        Cell::badge(row.status.clone()),
        Cell::text(&row.events),
        Cell::count(row.waiting),
        Cell::count(row.dead),
        Cell::ago_or(row.last_success, now, "Never"),
    ])
}

/// A column of a table that has no order.
pub(super) fn plain(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| Column::new(*name)).collect()
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::{WebhookRow, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::parts::Badge;
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, MINUTE, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, status: Badge, state: &str, waiting, dead, last_success| WebhookRow {
            id: name.into(),
            name: name.into(),
            url: format!("https://{}.contoso.example/hooks/vestibule", name.to_lowercase()),
            events: "user.*, group.*".into(),
            status,
            state: state.into(),
            behind: 0,
            waiting,
            dead,
            last_success,
            made: ago(30 * DAY),
        };
        let rows = vec![
            row("Warehouse", Badge::ok("Arriving"), "Arriving", 0, 0, Some(ago(2 * MINUTE))),
            row("Payroll", Badge::bad("Failing"), "Failing", 1_000, 3, Some(ago(2 * DAY))),
            row("Badges", Badge::off("Switched off"), "Switched off", 0, 12, Some(ago(9 * DAY))),
            row("Archive", Badge::busy("New"), "New", 0, 0, None),
        ];
        let here = Address::new("/signals/webhooks");
        let page = |rows| page(frame("Webhooks", Section::Webhooks), &Listed::of(rows, None), &here);
        gallery.add("webhooks", &page(rows));
        gallery.add("webhooks-empty", &page(Vec::new()));
    }
}
