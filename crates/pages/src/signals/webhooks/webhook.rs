//! `GET /signals/webhooks/{id}`: one webhook: how it does, and what was sent to it.

use askama::Template;
use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Badge, Callout, Cell, Code, Facts, PageHead, Tab, Tabs, Tile, Tiles, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Empty, Paging, Row, Table};

/// What every tab shows.
#[derive(Debug, Clone)]
pub struct WebhookView {
    pub id: String,
    pub name: String,
    pub description: String,
    pub url: String,
    pub events: Vec<String>,
    pub status: Badge,
    pub enabled: bool,
    /// Why it is off, or does not do well: a title and a sentence.
    pub trouble: Option<(Tone, String, String)>,
    pub in_flight: u32,
    pub tell: Vec<String>,
    pub revision: u64,
    pub newest: u64,
    pub waiting: u64,
    pub dead: u64,
    pub last_success: Option<Timestamp>,
    pub last_failure: Option<Timestamp>,
    pub retry_at: Option<Timestamp>,
    pub secret_made: Timestamp,
    pub former_secret_until: Option<Timestamp>,
    pub made: Timestamp,
    pub made_by: String,
    pub may_change: bool,
}

impl WebhookView {
    pub(super) fn at(&self, tail: &str) -> String {
        format!("/signals/webhooks/{}{tail}", self.id)
    }

    pub(super) fn head(&self) -> PageHead {
        let head =
            PageHead::new(&self.name).crumb("Webhooks", "/signals/webhooks").lead(&self.url).badge(self.status.clone());
        if !self.may_change {
            return head;
        }
        let (label, icon) = if self.enabled { ("Switch off", Icon::Stop) } else { ("Switch on", Icon::Play) };
        head.action(Action::post("Send a test", self.at("/test")).icon(Icon::Pulse))
            .action(Action::go("Send again…", self.at("/replay")).icon(Icon::Undo))
            .action(Action::go("Change", self.at("/edit")).icon(Icon::Edit))
            .action(Action::post(label, self.at(if self.enabled { "/disable" } else { "/enable" })).icon(icon))
    }

    fn tabs(&self, current: usize) -> Tabs {
        let tabs = vec![
            Tab::new("How it does", self.at("")),
            Tab::new("Sent", self.at("/deliveries")),
            Tab::new("Waiting", self.at("/deliveries?state=waiting")).count(self.waiting),
            Tab::new("Dead letters", self.at("/deliveries?state=dead")).count(self.dead),
        ];
        Tabs::new(format!("About {}", self.name), tabs, current)
    }

    fn callout(&self) -> Option<Callout> {
        let (tone, title, text) = self.trouble.clone()?;
        Some(Callout::new(tone, title, text))
    }
}

/// How it does.
#[derive(Debug, Template)]
#[template(path = "signals/webhook.html")]
pub struct WebhookPage {
    frame: Frame,
    head: PageHead,
    tabs: Tabs,
    callout: Option<Callout>,
    tiles: Tiles,
    facts: Facts,
    secret: Facts,
    verify: Code,
    webhook: WebhookView,
}

impl WebhookPage {
    /// One webhook.
    pub fn new(frame: Frame, webhook: WebhookView) -> Self {
        let now = frame.now;
        Self {
            head: webhook.head(),
            tabs: webhook.tabs(0),
            callout: webhook.callout(),
            tiles: tiles(&webhook, now),
            facts: facts(&webhook, now),
            secret: Facts::new().with("Made", Cell::ago(webhook.secret_made, now)).with(
                "Former one signs until",
                webhook.former_secret_until.map_or(Cell::Muted("There is none".into()), Cell::at),
            ),
            verify: Code::new("verify", "How a receiver checks a call", VERIFY),
            frame,
            webhook,
        }
    }
}

/// Python, because it needs nothing but itself.
const VERIFY: &str = r#"import base64, hmac, hashlib, time

def verify(secret, headers, body):
    """secret: "whsec_…"; body: the bytes as they came"""
    sent = headers["webhook-timestamp"]
    if abs(time.time() - int(sent)) > 300:
        raise ValueError("too old")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{sent}.".encode() + body
    ours = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    for one in headers["webhook-signature"].split():
        version, _, theirs = one.partition(",")
        if version == "v1" and hmac.compare_digest(ours, theirs.encode()):
            return
    raise ValueError("not signed by Vestibule")"#;

fn tiles(webhook: &WebhookView, now: Timestamp) -> Tiles {
    let behind = webhook.newest.saturating_sub(webhook.revision);
    let arrived = webhook.last_success.map_or_else(|| "Never".to_owned(), |at| format::relative(at, now));
    let tone = |count: u64, tone: Tone| if count == 0 { Tone::Ok } else { tone };
    Tiles::new(vec![
        Tile::new("Last arrived", arrived),
        Tile::count("Waiting", webhook.waiting)
            .note("Sent again by itself")
            .href(webhook.at("/deliveries?state=waiting"))
            .tone(tone(webhook.waiting, Tone::Warn)),
        Tile::count("Dead letters", webhook.dead)
            .note("Given up after nine attempts")
            .href(webhook.at("/deliveries?state=dead"))
            .tone(tone(webhook.dead, Tone::Bad)),
        Tile::count("Behind the log", behind).note(format!("At revision {}", format::count(webhook.revision))),
    ])
}

fn facts(webhook: &WebhookView, now: Timestamp) -> Facts {
    let events = webhook.events.iter().map(|event| Cell::Code(event.clone())).collect();
    let order = match webhook.in_flight {
        1 => "One, in the order of the log".to_owned(),
        many => format!("{many} side by side; in order for each person and group"),
    };
    let mut facts = Facts::new()
        .with("Address", Cell::Copy(webhook.url.clone()))
        .text("What it is for", &webhook.description)
        .with("Events", Cell::Lines(events))
        .text("Calls at once", order)
        .with("Told when it is switched off", Cell::Lines(webhook.tell.iter().map(Cell::text).collect()))
        .with("Last failed", Cell::ago_or(webhook.last_failure, now, "Never"));
    if let Some(at) = webhook.retry_at {
        facts = facts.with("Left alone until", Cell::at(at));
    }
    facts
        .with("Id", Cell::Copy(webhook.id.clone()))
        .with("Made", Cell::ago(webhook.made, now))
        .text("Made by", format::who(&webhook.made_by))
}

/// One line of what was sent.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    pub id: String,
    pub revision: u64,
    pub event: String,
    pub what: String,
    pub object: String,
    pub status: Badge,
    pub state: String,
    pub attempts: u32,
    /// The status and the reason, in short.
    pub answer: String,
    pub at: Timestamp,
    pub next: Option<Timestamp>,
    pub may_retry: bool,
}

/// The list of what was sent.
pub static SHEET: Sheet<DeliveryRow> = Sheet {
    file: "deliveries",
    order: "-at",
    given: true,
    finds: true,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("revision", "Revision", |row| Value::Number(row.revision)),
        sheet::Field::new("event", "Event", |row| Value::text(&row.event)),
        sheet::Field::new("object", "Object", |row| Value::text(&row.object)),
        sheet::Field::new("state", "State", |row| Value::text(&row.state)),
        sheet::Field::new("attempts", "Attempts", |row| Value::Number(row.attempts.into())),
        sheet::Field::new("answer", "Answer", |row| Value::text(&row.answer)),
        sheet::Field::new("at", "Sent", |row| Value::Time(row.at)),
        sheet::Field::new("next", "Next attempt", |row| Value::time(row.next)),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// What the filters above the list hold.
#[derive(Debug, Clone, Default)]
pub struct DeliveryQuery {
    pub q: String,
    pub event: String,
    pub state: String,
}

/// What was sent, or is to be.
pub fn deliveries(
    frame: Frame,
    webhook: &WebhookView,
    listed: &Listed<DeliveryRow>,
    query: &DeliveryQuery,
    here: &Address,
) -> ListPage {
    let current = match query.state.as_str() {
        "waiting" => 2,
        "dead" => 3,
        _ => 1,
    };
    let now = frame.now;
    let columns = vec![
        SHEET.column("event", here),
        SHEET.column("object", here),
        SHEET.column("state", here),
        SHEET.number("attempts", here),
        SHEET.column("answer", here),
        SHEET.column("at", here),
        Column::actions(),
    ];
    let rows = &listed.rows;
    let lines = rows.iter().map(|row| line(webhook, row, now)).collect();
    let table = Table::new("deliveries", "What was sent", columns, lines)
        .paging(Paging::new(here, rows.len(), None, listed.next()))
        .export("CSV", Sheet::<DeliveryRow>::export(here))
        .empty(empty(&query.state));
    let mut head = webhook.head();
    if webhook.may_change && webhook.dead > 0 && current == 3 {
        head = head.action(Action::ask("Send all again", webhook.at("/retry-dead")).primary());
    }
    let page = ListPage::new(frame, head, table).tabs(webhook.tabs(current)).filters(filters(webhook, query));
    webhook.callout().into_iter().fold(page.note(listed.note()), ListPage::callout)
}

fn filters(webhook: &WebhookView, query: &DeliveryQuery) -> Filters {
    let mut events = vec![Choice::new("", "All")];
    events.extend(super::words::EVENTS.iter().map(|(name, label)| Choice::new(*name, *label)));
    if !query.event.is_empty() && !super::words::EVENTS.iter().any(|(name, _)| *name == query.event) {
        events.push(Choice::new(&query.event, &query.event));
    }
    let fields = vec![
        Field::search("q", "Name, revision or object id").value(&query.q).grow(),
        Field::select("event", "Event", events).value(&query.event),
    ];
    Filters::new(webhook.at("/deliveries"), fields).keep("state", &query.state)
}

fn empty(state: &str) -> Empty {
    match state {
        "waiting" => Empty::new("Nothing waits", "Everything that was sent has arrived."),
        "dead" => Empty::new("No dead letters", "Nothing was given up."),
        _ => Empty::new("Nothing was sent", "What is sent from now on is shown here for a while."),
    }
}

fn line(webhook: &WebhookView, row: &DeliveryRow, now: Timestamp) -> Row {
    let at = webhook.at(&format!("/deliveries/{}", row.id));
    let again = Action::post("Send again", format!("{at}/retry")).small().about(&row.event);
    let revision =
        if row.revision == 0 { "A test".to_owned() } else { format!("Revision {}", format::count(row.revision)) };
    Row::new(vec![
        Cell::main(&row.what, at, revision),
        Cell::text(&row.object),
        Cell::badge(row.status.clone()),
        Cell::count(row.attempts.into()),
        Cell::text(&row.answer),
        Cell::ago(row.at, now),
        Cell::Actions(if webhook.may_change && row.may_retry { vec![again] } else { Vec::new() }),
    ])
}

#[cfg(test)]
pub mod samples {
    //! What a webhook looks like.

    use super::{DeliveryQuery, DeliveryRow, WebhookPage, WebhookView, deliveries};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::parts::{Badge, Tone};
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, ahead, frame};

    pub fn webhook() -> WebhookView {
        WebhookView {
            id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            name: "Warehouse".into(),
            description: "Keeps the badge printers in step".into(),
            url: "https://warehouse.contoso.example/hooks/vestibule".into(),
            events: vec!["group.*".into(), "user.*".into()],
            status: Badge::ok("Arriving"),
            enabled: true,
            trouble: None,
            in_flight: 1,
            tell: vec!["ada@contoso.example".into()],
            revision: 18_204,
            newest: 18_204,
            waiting: 0,
            dead: 0,
            last_success: Some(ago(2 * MINUTE)),
            last_failure: None,
            retry_at: None,
            secret_made: ago(30 * DAY),
            former_secret_until: None,
            made: ago(30 * DAY),
            made_by: "operator:ada.lovelace".into(),
            may_change: true,
        }
    }

    fn failing() -> WebhookView {
        WebhookView {
            status: Badge::bad("Failing"),
            trouble: Some((
                Tone::Bad,
                "Every call since yesterday has failed".into(),
                "The last one: answered 502 Bad Gateway. It is tried now and then; no event is lost.".into(),
            )),
            revision: 17_204,
            waiting: 25,
            dead: 3,
            last_failure: Some(ago(4 * MINUTE)),
            retry_at: Some(ahead(10 * MINUTE)),
            former_secret_until: Some(ahead(20 * HOUR)),
            in_flight: 4,
            ..webhook()
        }
    }

    fn row(revision: u64, event: &str, object: &str, status: Badge, answer: &str) -> DeliveryRow {
        DeliveryRow {
            id: revision.to_string(),
            revision,
            event: event.into(),
            what: crate::signals::words::event(event),
            object: object.into(),
            status,
            state: "Arrived".into(),
            attempts: 1,
            answer: answer.into(),
            at: ago(2 * MINUTE),
            next: None,
            may_retry: revision > 0,
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let page = |webhook| WebhookPage::new(frame("Warehouse", Section::Webhooks), webhook);
        gallery.add("webhook", &page(webhook()));
        gallery.add("webhook-failing", &page(failing()));
        let rows = vec![
            row(18_204, "user.updated", "Adele Vance", Badge::ok("Arrived"), "204 in 12 ms"),
            row(18_203, "group.members_changed", "Sales", Badge::warn("Waiting"), "502: answered 502 Bad Gateway"),
            row(18_201, "user.created", "Alex Wilber", Badge::bad("Dead letter"), "No connection: refused"),
            row(0, "webhook.test", "", Badge::ok("Arrived"), "200 in 40 ms"),
        ];
        let here = Address::new("/signals/webhooks/w1/deliveries");
        let list = |webhook: &WebhookView, rows, state: &str| {
            let query = DeliveryQuery { state: state.into(), ..DeliveryQuery::default() };
            deliveries(frame("Warehouse", Section::Webhooks), webhook, &Listed::of(rows, Some("c1")), &query, &here)
        };
        gallery.add("webhook-deliveries", &list(&webhook(), rows.clone(), ""));
        gallery.add("webhook-dead", &list(&failing(), rows, "dead"));
        gallery.add("webhook-deliveries-empty", &list(&webhook(), Vec::new(), "waiting"));
    }
}
