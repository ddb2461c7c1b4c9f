//! `GET /second-factor/messages`: which codes were sent to whom, and what became of them.

use kernel::Timestamp;

use super::attempts::HERE as ATTEMPTS;
use super::words;
use crate::address::Address;
use crate::form::{Choice, Field};
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Badge, Callout, Cell, PageHead, Tone};
use crate::render::sentence;
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// Where the list is.
pub const HERE: &str = "/second-factor/messages";

/// One line of the list.
#[derive(Debug, Clone)]
pub struct MessageRow {
    pub id: String,
    pub at: Timestamp,
    pub way: &'static str,
    /// The address as the person was shown it.
    pub to: String,
    pub label: String,
    /// The person's page.
    pub account: String,
    pub state: &'static str,
    pub tone: Tone,
    pub detail: String,
    /// What the gateway calls it.
    pub reference: String,
    pub told: Option<Timestamp>,
    pub correlation_id: String,
    pub tenant: String,
}

/// The list; the room gives it newest first, and looks for words in user names.
pub static SHEET: Sheet<MessageRow> = Sheet {
    file: "second-factor-messages",
    order: "-at",
    given: true,
    finds: true,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("at", "When", |row| Value::Time(row.at)),
        sheet::Field::new("label", "Person", |row| Value::text(&row.label)),
        sheet::Field::new("way", "By", |row| Value::text(row.way)),
        sheet::Field::new("to", "To", |row| Value::text(&row.to)),
        sheet::Field::new("state", "Status", |row| Value::text(row.state)),
        sheet::Field::new("detail", "What was said of it", |row| Value::text(&row.detail)),
        sheet::Field::new("reference", "Gateway’s id", |row| Value::text(&row.reference)),
        sheet::Field::new("told", "Told", |row| Value::text(row.told.map(|at| at.to_string()).unwrap_or_default())),
        sheet::Field::new("correlation_id", "Correlation id", |row| Value::text(&row.correlation_id)),
        sheet::Field::new("tenant", "Tenant", |row| Value::text(&row.tenant)),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct MessageQuery {
    pub q: String,
    pub way: String,
    pub state: String,
    pub provider: String,
    pub correlation_id: String,
    pub account: String,
    pub since: String,
    pub until: String,
    /// `(id, name)` of the tenants that have a second factor.
    pub tenants: Vec<(String, String)>,
}

/// The page.
pub fn page(frame: Frame, listed: &Listed<MessageRow>, query: &MessageQuery, here: &Address) -> ListPage {
    let head = PageHead::new("Messages").crumb("Attempts", ATTEMPTS).lead(
        "Every code that was sent by mail, text message or call, and what became of it. Never a code, never a whole address.",
    );
    let head = if query.account.is_empty() { head } else { head.action(Action::go("Everybody’s messages", HERE)) };
    let columns = ["at", "label", "way", "to", "state", "reference"].map(|key| SHEET.column(key, here));
    let lines = listed.rows.iter().map(|row| line(row, frame.now)).collect();
    let table = Table::new("messages", "Messages", columns.into(), lines)
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<MessageRow>::export(here))
        .empty(empty(query));
    ListPage::new(frame, head, table).note(listed.note()).filters(filters(query, here))
}

fn filters(query: &MessageQuery, here: &Address) -> Filters {
    let choices = |all: &[(&'static str, &'static str)]| -> Vec<Choice> {
        all.iter().map(|(value, name)| Choice::new(*value, *name)).collect()
    };
    let ways = choices(&[("", "Any way"), ("email", "Mail"), ("sms", "Text message"), ("voice", "Call")]);
    let states = choices(&[
        ("", "Any status"),
        ("sending", "On its way"),
        ("taken", "Taken"),
        ("delivered", "Delivered"),
        ("failed", "Failed"),
    ]);
    let mut fields = vec![
        Field::search("q", "User name").value(&query.q).grow().attribute("autocomplete", "off"),
        Field::select("way", "By", ways).value(&query.way),
        Field::select("state", "Status", states).value(&query.state),
        Field::text("correlation_id", "Correlation id").value(&query.correlation_id).mono(),
    ];
    if let Some(tenants) = words::tenant_field(&query.tenants, &query.provider) {
        fields.push(tenants);
    }
    fields.push(Field::date("since", "From").value(&query.since));
    fields.push(Field::date("until", "Until").value(&query.until));
    Filters::new(HERE, fields).keep("sort", here.get("sort").unwrap_or_default()).keep("account", &query.account)
}

fn empty(query: &MessageQuery) -> Empty {
    let narrowed = [&query.q, &query.way, &query.state, &query.provider, &query.correlation_id, &query.account];
    if narrowed.into_iter().chain([&query.since, &query.until]).any(|text| !text.is_empty()) {
        return Empty::new(
            "No message matches",
            "Messages to other people, on other days or of other kinds are not shown.",
        )
        .action(Action::go("Clear the filters", HERE));
    }
    let text = "Codes are sent where reading addresses is granted and something delivers them: a mail server, or a gateway for \
                text messages and calls. A tenant’s settings say what is missing.";
    Empty::new("No code has been sent yet", text).action(Action::go("Second factor", "/second-factor"))
}

fn line(row: &MessageRow, now: Timestamp) -> Row {
    let state = Cell::badge(Badge::new(row.tone, row.state));
    let state =
        if row.detail.is_empty() { state } else { Cell::Lines(vec![state, Cell::Muted(sentence(&row.detail))]) };
    Row::new(vec![
        Cell::ago(row.at, now),
        Cell::main(&row.label, &row.account, &row.tenant),
        Cell::text(row.way),
        Cell::text(&row.to),
        state,
        Cell::Code(row.reference.clone()),
    ])
}

/// What became of the codes that a person waited for around an attempt; none where all arrived, as far as is known.
pub fn around(rows: &[MessageRow]) -> Option<Callout> {
    let lost: Vec<_> = rows.iter().filter(|row| row.tone == Tone::Bad).collect();
    let account = rows.first()?.account.rsplit('/').next().unwrap_or_default();
    let told = |row: &&MessageRow| format!("{} to {}: {}", row.way, row.to, row.detail);
    (!lost.is_empty()).then(|| {
        Callout::new(Tone::Bad, "A code did not arrive", "The person waited for a code that was not delivered:")
            .items(lost.iter().map(told).collect())
            .action(Action::go("Messages", format!("{HERE}?account={account}")))
    })
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::*;
    use crate::layout::Section;
    use crate::tests::{Gallery, MINUTE, ago, frame};

    pub fn row(way: &'static str, to: &str, state: &'static str, tone: Tone, detail: &str) -> MessageRow {
        MessageRow {
            id: format!("{way}-{state}"),
            at: ago(4 * MINUTE),
            way,
            to: to.into(),
            label: "mia.okafor@contoso.example".into(),
            account: "/second-factor/people/p1".into(),
            state,
            tone,
            detail: detail.into(),
            reference: if way == "Mail" || detail.is_empty() { String::new() } else { "SM8f3c0a51d2".into() },
            told: None,
            correlation_id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            tenant: "Contoso".into(),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let number = "+46 •••67";
        let rows = vec![
            row("Text message", number, "On its way", Tone::Busy, ""),
            row("Text message", number, "Delivered", Tone::Ok, "the gateway told delivered"),
            row("Text message", number, "Failed", Tone::Bad, "the gateway told undelivered, unknown subscriber"),
            row("Call", "+46 •••21", "Taken", Tone::Info, "the gateway answered 202"),
            row("Mail", "m•••@h•••.example", "Taken", Tone::Info, "the mail server has taken it"),
            row("Mail", "m•••@h•••.example", "Failed", Tone::Bad, "the mail server does not answer in time"),
        ];
        let here = Address::new(HERE);
        let framed = || frame("Messages", Section::Attempts);
        let page = |rows, next, query: &MessageQuery| page(framed(), &Listed::of(rows, next), query, &here);
        gallery.add("messages", &page(rows, Some("c1"), &MessageQuery::default()));
        gallery.add("messages-empty", &page(Vec::new(), None, &MessageQuery::default()));
        let failed = MessageQuery { state: "failed".into(), ..MessageQuery::default() };
        gallery.add("messages-none-match", &page(Vec::new(), None, &failed));
    }
}
