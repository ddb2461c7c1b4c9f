//! `GET /provisioning/connections`: the applications that push, and a new one.

use askama::Template;
use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{FormPage, ListPage};
use crate::parts::{Action, Badge, Callout, Cell, Code, Facts, PageHead, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct ConnectionRow {
    pub id: String,
    pub name: String,
    /// The tenant that it pushes from; empty when it is bound to none.
    pub tenant: String,
    pub paused: bool,
    pub user_count: u64,
    pub group_count: u64,
    pub last_call: Option<Timestamp>,
    /// When its last cycle ended.
    pub last_cycle: Option<Timestamp>,
    /// What the last cycle did, in words.
    pub last_cycle_words: String,
    /// How many of its calls wait for a decision.
    pub held_count: u64,
}

impl ConnectionRow {
    fn state(&self) -> &'static str {
        match (self.paused, self.held_count > 0, self.last_call) {
            (true, ..) => "Paused",
            (false, true, _) => "Waits for a decision",
            (false, false, Some(_)) => "On",
            (false, false, None) => "Never called",
        }
    }

    fn badge(&self) -> Badge {
        match (self.paused, self.held_count > 0, self.last_call) {
            (true, ..) => Badge::off(self.state()),
            (false, true, _) => Badge::warn(self.state()),
            (false, false, Some(_)) => Badge::ok(self.state()),
            (false, false, None) => Badge::busy(self.state()),
        }
    }
}

/// The list.
pub static SHEET: Sheet<ConnectionRow> = Sheet {
    file: "connections",
    order: "name",
    given: false,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "Connection", |row| Value::text(&row.name)),
        sheet::Field::new("tenant", "Tenant", |row| Value::text(&row.tenant)),
        sheet::Field::new("state", "State", |row| Value::text(row.state())),
        sheet::Field::new("users", "Users", |row| Value::Number(row.user_count)),
        sheet::Field::new("groups", "Groups", |row| Value::Number(row.group_count)),
        sheet::Field::new("called", "Last call", |row| Value::time(row.last_call)),
        sheet::Field::new("cycle", "Last cycle", |row| Value::time(row.last_cycle)),
        sheet::Field::new("cycle_result", "What it did", |row| Value::text(&row.last_cycle_words)),
        sheet::Field::new("held", "Held calls", |row| Value::Number(row.held_count)),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// The page.
pub fn page(frame: Frame, listed: &Listed<ConnectionRow>, here: &Address) -> ListPage {
    let head = PageHead::new("Connections")
        .lead("Applications that push people and groups by SCIM: Entra's provisioning service, or any other client.")
        .action(new().icon(Icon::Plus));
    let columns = vec![
        SHEET.column("name", here),
        SHEET.column("state", here),
        SHEET.number("users", here),
        SHEET.number("groups", here),
        SHEET.column("called", here),
        SHEET.column("cycle", here),
        SHEET.number("held", here),
    ];
    let lines = listed.rows.iter().map(|row| line(row, frame.now)).collect();
    let table = Table::new("connections", "Connections", columns, lines)
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<ConnectionRow>::export(here))
        .empty(
            Empty::new(
                "Nothing pushes yet",
                "A connection gives an application an address and a key. Then Entra creates, changes and disables people \
                 and groups here by itself, about every 40 minutes.",
            )
            .action(new()),
        );
    ListPage::new(frame, head, table).note(listed.note()).words(here)
}

fn new() -> Action {
    Action::go("New connection", "/provisioning/connections/new").primary()
}

fn line(row: &ConnectionRow, now: Timestamp) -> Row {
    let href = format!("/provisioning/connections/{}", row.id);
    let cycle = match row.last_cycle {
        Some(at) if !row.last_cycle_words.is_empty() => {
            Cell::Lines(vec![Cell::ago(at, now), Cell::Muted(row.last_cycle_words.clone())])
        }
        other => Cell::ago_or(other, now, "No cycle yet"),
    };
    let held = if row.held_count > 0 {
        Cell::leads(row.held_count, format!("/provisioning/holds?connection={}", row.id))
    } else {
        Cell::Blank
    };
    let tenant = if row.tenant.is_empty() { "Bound to no tenant" } else { &row.tenant };
    Row::new(vec![
        Cell::main(&row.name, href, tenant),
        Cell::badge(row.badge()),
        Cell::count(row.user_count),
        Cell::count(row.group_count),
        Cell::ago_or(row.last_call, now, "Never"),
        cycle,
        held,
    ])
}

/// What the form for a new connection holds.
#[derive(Debug, Clone, Default)]
pub struct NewForm {
    pub name: String,
    pub tenant: String,
    /// `(id, name)` of the connected tenants.
    pub tenants: Vec<(String, String)>,
    pub days: String,
    pub error: String,
}

/// `GET /provisioning/connections/new`.
pub fn form(frame: Frame, form: &NewForm) -> FormPage {
    let head = PageHead::new("New connection")
        .crumb("Connections", "/provisioning/connections")
        .lead("Makes an address and a first key for one application that pushes.");
    let none = Choice::new("", "No tenant");
    let tenants = form.tenants.iter().map(|(id, name)| Choice::new(id, name));
    let spans = [("180", "180 days"), ("365", "A year"), ("730", "Two years"), ("", "Never: revoke it by hand")];
    FormPage::new(frame, head, "/provisioning/connections", "/provisioning/connections")
        .field(
            Field::text("name", "Name")
                .value(&form.name)
                .error(&form.error)
                .hint("As the enterprise application is called in Entra, so that it can be found there.")
                .attribute("required", "")
                .attribute("maxlength", "80"),
        )
        .field(
            Field::select("tenant", "Pushes from this tenant", [none].into_iter().chain(tenants).collect())
                .value(&form.tenant)
                .hint(
                    "With a tenant, whoever is pushed and whoever is read from that tenant is one person, by the object id \
                     in externalId; the job in Entra can be checked and started from here. Without one, people pushed here \
                     are people of their own. It cannot change once people were pushed.",
                ),
        )
        .field(
            Field::select("days", "The first key ends after", spans.map(|(value, name)| Choice::new(value, name)).into())
                .value(&form.days)
                .hint("A second key can work beside it, so that it is exchanged without a lost call."),
        )
        .submit("Make connection and key")
}

/// A new key, shown once, with where to put it.
#[derive(Debug, Template)]
#[template(path = "provisioning/key.html")]
pub struct KeyPage {
    frame: Frame,
    head: PageHead,
    callout: Callout,
    url: Code,
    token: Code,
    oauth: Facts,
    back: Action,
}

/// What a new key consists of.
#[derive(Debug, Clone)]
pub struct NewKeyView {
    pub connection: String,
    pub connection_id: String,
    pub label: String,
    pub url: String,
    pub key: String,
    pub secret: String,
}

impl KeyPage {
    /// The page after a key was made; `first` when the connection is new too.
    pub fn new(frame: Frame, new: &NewKeyView, first: bool) -> Self {
        let href = format!("/provisioning/connections/{}", new.connection_id);
        let title = if first { format!("{} is ready", new.connection) } else { format!("Key “{}”", new.label) };
        let head = PageHead::new(title)
            .crumb("Connections", "/provisioning/connections")
            .crumb(&new.connection, href.clone())
            .lead("Enter both in Entra, under Provisioning > Admin Credentials, then press Test Connection and Save.");
        let back =
            if first { Action::go("Go on: set up Entra", href) } else { Action::go("Done", format!("{href}/keys")) };
        Self {
            head,
            callout: Callout::new(
                Tone::Warn,
                "Copy the secret token now",
                "Only its hash is kept. It cannot be shown again.",
            ),
            url: Code::new("tenant-url", "Tenant URL", format!("{}/", new.url)).wrap(),
            token: Code::new("secret-token", "Secret token", format!("{}:{}", new.key, new.secret)).wrap(),
            oauth: Facts::new()
                .with("Token endpoint", Cell::Copy(format!("{}/oauth2/token", new.url)))
                .with("Client id", Cell::Copy(new.key.clone()))
                .text("Client secret", "What stands behind the colon of the secret token"),
            back: back.primary(),
            frame,
        }
    }
}

#[cfg(test)]
pub mod samples {
    //! What these pages look like.

    use super::{ConnectionRow, KeyPage, NewForm, NewKeyView, form, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{Gallery, HOUR, MINUTE, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, tenant: &str, users, held, called: Option<i64>| ConnectionRow {
            id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            name: name.into(),
            tenant: tenant.into(),
            paused: name == "Okta test",
            user_count: users,
            group_count: users / 30,
            last_call: called.map(ago),
            last_cycle: called.map(ago),
            last_cycle_words: called.map_or(String::new(), |_| "14 changes, 2 failed".into()),
            held_count: held,
        };
        let rows = vec![
            row("Vestibule", "Contoso", 1_962, 0, Some(4 * MINUTE)),
            row("Vestibule for partners", "Fabrikam", 210, 31, Some(HOUR)),
            row("Okta test", "", 12, 0, Some(30 * HOUR)),
            row("New", "", 0, 0, None),
        ];
        let here = Address::new("/provisioning/connections");
        let page = |rows| page(frame("Connections", Section::Connections), &Listed::of(rows, None), &here);
        gallery.add("connections", &page(rows));
        gallery.add("connections-empty", &page(Vec::new()));
        let new = NewForm {
            tenants: vec![("t1".into(), "Contoso".into())],
            days: "365".into(),
            error: "The name Vestibule is taken.".into(),
            ..NewForm::default()
        };
        gallery.add("connection-new", &form(frame("New connection", Section::Connections), &new));
        let key = NewKeyView {
            connection: "Vestibule".into(),
            connection_id: "c1".into(),
            label: "First key".into(),
            url: "https://vestibule.contoso.example/scim/orgs/0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            key: "vk_0198f0c26c1e7b539a0d3b1f44c8e1aa".into(),
            secret: "7Jt3QmXyZb2nVh5cQ8rTw4Lk9pDs6fGa1eHu0iOoNbM".into(),
        };
        gallery.add("connection-ready", &KeyPage::new(frame("Key", Section::Connections), &key, true));
        gallery.add("key-once", &KeyPage::new(frame("Key", Section::Connections), &key, false));
    }
}
