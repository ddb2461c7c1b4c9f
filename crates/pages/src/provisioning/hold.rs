//! `GET /provisioning/holds/{id}`: one hold: what would be lost, who asked for it, and the decision.

use askama::Template;
use kernel::Timestamp;

use super::holds::{HERE, HoldState};
use crate::address::Address;
use crate::doors::Offers as _;
use crate::form::Field;
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{ConfirmPage, Filters};
use crate::parts::{Action, Badge, Callout, Cell, Facts, Meter, PageHead, Tone, When};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// One hold.
#[derive(Debug, Clone)]
pub struct HoldView {
    pub id: String,
    pub connection: String,
    pub connection_href: String,
    pub state: HoldState,
    /// The limit that was reached, in a sentence.
    pub breach: String,
    /// `people`, `groups`, `members`.
    pub of_what: &'static str,
    pub lost: u64,
    pub of: u64,
    pub limit: Option<u64>,
    pub limit_percent: u64,
    pub since: Timestamp,
    pub expires: Timestamp,
    pub waiting: u64,
    pub at_stake: u64,
    pub done: u64,
    pub failed: u64,
    pub dropped: u64,
    pub decided: Option<Timestamp>,
    pub decided_by: String,
    pub reason: String,
    /// What must be typed to allow all of it; empty when nothing must.
    pub confirmation: String,
}

/// One held call.
#[derive(Debug, Clone)]
pub struct HeldRow {
    pub id: String,
    pub name: String,
    /// The user or group in the directory; empty when it has no page.
    pub href: String,
    /// In words: `Disable`, `Delete`, `Remove 3 members`.
    pub what: String,
    /// What would be lost.
    pub loss: String,
    pub asked: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    /// `Waits`, `Allowed`, `Done`…
    pub state: String,
    pub tone: Tone,
    pub outcome: String,
    /// Whether it can still be decided.
    pub waits: bool,
}

/// The list of held calls.
pub static SHEET: Sheet<HeldRow> = Sheet {
    file: "held-calls",
    order: "first",
    given: true,
    finds: true,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "Who or what", |row| Value::text(&row.name)),
        sheet::Field::new("what", "Call", |row| Value::text(&row.what)),
        sheet::Field::new("loss", "What would be lost", |row| Value::text(&row.loss)),
        sheet::Field::new("asked", "Asked", |row| Value::Number(row.asked)),
        sheet::Field::new("first", "First", |row| Value::Time(row.first)),
        sheet::Field::new("last", "Last", |row| Value::Time(row.last)),
        sheet::Field::new("state", "State", |row| Value::text(&row.state)),
        sheet::Field::new("outcome", "Outcome", |row| Value::text(&row.outcome)),
        sheet::Field::new("id", "Id", |row| Value::text(&row.id)),
    ],
};

/// The page.
#[derive(Debug, Template)]
#[template(path = "provisioning/hold.html")]
pub struct HoldPage {
    frame: Frame,
    head: PageHead,
    callouts: Vec<Callout>,
    hold: HoldView,
    filters: Filters,
    table: Table,
}

impl HoldPage {
    /// One hold with one page of its calls.
    pub fn new(frame: Frame, hold: HoldView, listed: &Listed<HeldRow>, q: &str, here: &Address) -> Self {
        let (head, callouts) = (head(&hold).only_for(frame.role()), callouts(&hold, frame.now));
        let path = format!("{HERE}/{}", hold.id);
        let filters = Filters::new(&path, vec![Field::search("q", "Name").value(q).grow()])
            .keep("sort", here.get("sort").unwrap_or_default());
        let table = table(&hold, listed, frame.now, here).only_for(frame.role());
        let callouts = callouts.into_iter().chain(listed.note()).collect();
        Self { frame, head, callouts, hold, filters, table }
    }

    fn meters(&self) -> Vec<Meter> {
        let hold = &self.hold;
        let mut meters = Vec::new();
        if let Some(limit) = hold.limit {
            meters.push(Meter::new(
                Tone::Bad,
                format!("{} in 24 hours, against the limit", capital(hold.of_what)),
                hold.lost,
                limit,
            ));
        }
        let most = hold.of.saturating_mul(hold.limit_percent) / 100;
        let name = format!("Against {} % of all {}", hold.limit_percent, hold.of_what);
        let tone = if hold.lost >= most { Tone::Bad } else { Tone::Ok };
        meters.push(Meter::new(tone, name, hold.lost, most));
        meters
    }

    fn about(&self) -> Facts {
        let hold = &self.hold;
        let decided = match hold.decided {
            Some(at) => Cell::Lines(vec![Cell::When(When::exact(at)), Cell::Muted(format::who(&hold.decided_by))]),
            None => Cell::Blank,
        };
        Facts::new()
            .with("Connection", Cell::link(&hold.connection, &hold.connection_href))
            .with("Since", Cell::at(hold.since))
            .with(
                "Rejected by itself",
                if hold.state == HoldState::Open { Cell::at(hold.expires) } else { Cell::Blank },
            )
            .text("Wait", format::count(hold.waiting))
            .text("Carried out", format::count(hold.done))
            .text("Could not be carried out", format::count(hold.failed))
            .text("No longer wanted", format::count(hold.dropped))
            .with("Decided", decided)
            .text("Reason", &hold.reason)
    }
}

fn capital(word: &str) -> String {
    crate::render::sentence(word).trim_end_matches('.').to_owned()
}

fn head(hold: &HoldView) -> PageHead {
    let at = |verb: &str| format!("{HERE}/{}/{verb}", hold.id);
    let head = PageHead::new("Held push")
        .crumb("Held pushes", HERE)
        .badge(hold.state.badge())
        .lead(crate::render::sentence(&hold.breach));
    if hold.state != HoldState::Open {
        return head;
    }
    head.action(Action::ask("Reject", at("reject")).danger())
        .action(Action::ask("Allow all once", at("allow")).primary().icon(Icon::Decision))
}

fn callouts(hold: &HoldView, now: Timestamp) -> Vec<Callout> {
    if hold.state != HoldState::Open {
        return Vec::new();
    }
    let text = format!(
        "Nothing has been done. The client is answered 503 and asks again. Without a decision all of it is rejected {}.",
        format::relative(hold.expires, now)
    );
    vec![Callout::new(Tone::Warn, "Waits for a decision", text)]
}

fn table(hold: &HoldView, listed: &Listed<HeldRow>, now: Timestamp, here: &Address) -> Table {
    let columns = vec![
        SHEET.column("name", here),
        SHEET.column("what", here),
        SHEET.number("asked", here),
        SHEET.column("first", here),
        SHEET.column("last", here),
        SHEET.column("state", here),
    ];
    let lines = listed.rows.iter().map(|row| line(row, now));
    let path = format!("{HERE}/{}", hold.id);
    let table = Table::new("held", "Held calls", columns, lines.collect())
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<HeldRow>::export(here))
        .empty(
            Empty::new("No call matches", "Calls that the search leaves out are not shown.")
                .action(Action::go("All calls", &path)),
        );
    if hold.state != HoldState::Open {
        return table;
    }
    table
        .bulk(Action::post("Allow these…", format!("{path}/ask-allow-these")))
        .bulk(Action::post("Allow all but these…", format!("{path}/ask-allow-others")))
}

fn line(row: &HeldRow, now: Timestamp) -> Row {
    let state = Badge::new(row.tone, &row.state);
    let state = if row.outcome.is_empty() {
        Cell::badge(state)
    } else {
        Cell::Lines(vec![Cell::badge(state), Cell::Muted(row.outcome.clone())])
    };
    let line = Row::new(vec![
        Cell::main(&row.name, &row.href, ""),
        Cell::two(&row.what, &row.loss),
        Cell::count(row.asked),
        Cell::ago(row.first, now),
        Cell::ago(row.last, now),
        state,
    ]);
    if row.waits { line.pick(&row.id, &row.name) } else { line }
}

/// The decision that is asked about.
#[derive(Debug)]
pub enum Verb {
    Allow,
    /// These calls only, or all but these.
    Part {
        ids: Vec<String>,
        only: bool,
    },
    Reject,
}

/// The question before a decision.
pub fn decide(frame: Frame, hold: &HoldView, verb: Verb, names: Vec<String>) -> ConfirmPage {
    let path = format!("{HERE}/{}", hold.id);
    let shown = u64::try_from(names.len()).unwrap_or(0);
    let calls = |count: u64| format::plural(count, "call", "calls");
    let allows = !matches!(verb, Verb::Reject) && !hold.confirmation.is_empty();
    let page = match verb {
        Verb::Allow => {
            ConfirmPage::new(frame, format!("Allow all {}, once?", calls(hold.waiting)), "Allow once", format!("{path}/allow"))
                .consequence(format!(
                    "They are carried out in the order in which they came: {} {} would be lost. The limits stay as they are.",
                    format::count(hold.at_stake),
                    hold.of_what
                ))
                .danger()
                .affected(names, hold.waiting.saturating_sub(shown))
        }
        Verb::Part { ids, only } => {
            let count = u64::try_from(ids.len()).unwrap_or(0);
            let rest = calls(hold.waiting.saturating_sub(count));
            let (question, submit, then) = if only {
                (format!("Allow {} and reject the rest?", calls(count)), "Allow these", format!("The other {rest} are refused."))
            } else {
                (format!("Reject {} and allow the rest?", calls(count)), "Allow the rest", format!("The other {rest} are carried out."))
            };
            let page = ConfirmPage::new(frame, question, submit, format!("{path}/allow-part"))
                .consequence(then)
                .danger()
                .affected(names, count.saturating_sub(shown))
                .hidden("way", if only { "only" } else { "but" });
            ids.into_iter().fold(page, |page, id| page.hidden("id", id))
        }
        Verb::Reject => ConfirmPage::new(frame, "Reject all of it?", "Reject", format!("{path}/reject"))
            .consequence("Nothing is changed. The same calls are refused for a time when they come again; mend the cause in Entra.")
            .affected(names, hold.waiting.saturating_sub(shown)),
    };
    let page = if allows {
        let hint =
            format!("More than a fifth of all people would be taken away. Type {} to confirm.", hold.confirmation);
        let field = Field::text("confirmation", "Name of the connection").hint(hint);
        page.field(field.attribute("required", "").attribute("autocomplete", "off"))
    } else {
        page
    };
    page.reason().cancel(path)
}

#[cfg(test)]
pub mod samples {
    //! What a hold looks like.

    use super::*;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, ahead, frame};

    pub fn hold(state: HoldState) -> HoldView {
        HoldView {
            id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            connection: "Vestibule".into(),
            connection_href: "/provisioning/connections/c1".into(),
            state,
            breach: "56 of 1962 users would be disabled or deleted within 24 hours; the limit is 25 or 5 %".into(),
            of_what: "people",
            lost: 56,
            of: 1_962,
            limit: Some(25),
            limit_percent: 5,
            since: ago(3 * HOUR),
            expires: ahead(2 * DAY),
            waiting: 31,
            at_stake: 31,
            done: 0,
            failed: 0,
            dropped: 2,
            decided: (state != HoldState::Open).then(|| ago(HOUR)),
            decided_by: if state == HoldState::Open { String::new() } else { "ada.lovelace".into() },
            reason: String::new(),
            confirmation: "Vestibule".into(),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, what: &str, waits| HeldRow {
            id: name.into(),
            name: name.into(),
            href: "/directory/users/u1".into(),
            what: what.into(),
            loss: if what.starts_with("Remove") { "3 of 141 members".into() } else { String::new() },
            asked: 5,
            first: ago(3 * HOUR),
            last: ago(20 * MINUTE),
            state: if waits { "Waits".into() } else { "Dropped".into() },
            tone: if waits { Tone::Warn } else { Tone::Off },
            outcome: if waits { String::new() } else { "the user is wanted again".into() },
            waits,
        };
        let rows = || {
            vec![
                row("Adele Vance", "Disable", true),
                row("Alex Wilber", "Delete", true),
                row("Engineering", "Remove 3 members", true),
                row("Debra Berger", "Disable", false),
            ]
        };
        let here = Address::new(HERE);
        let frame_of = || frame("Held push", Section::Holds);
        let page = |state| HoldPage::new(frame_of(), hold(state), &Listed::of(rows(), None), "", &here);
        gallery.add("hold", &page(HoldState::Open));
        gallery.add("hold-allowed", &page(HoldState::Allowed));
        let names = || vec!["Adele Vance: disable".to_owned(), "Alex Wilber: delete".to_owned()];
        gallery.add("hold-allow", &decide(frame_of(), &hold(HoldState::Open), Verb::Allow, names()));
        let part = Verb::Part { ids: vec!["1".into(), "2".into()], only: true };
        gallery.add("hold-allow-part", &decide(frame_of(), &hold(HoldState::Open), part, names()));
        gallery.add("hold-reject", &decide(frame_of(), &hold(HoldState::Open), Verb::Reject, names()));
    }
}
