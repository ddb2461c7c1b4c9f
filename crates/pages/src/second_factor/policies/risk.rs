//! `GET /second-factor/providers/{tenant}/risk`: who is at risk, as Entra says, and whether that is known.

use kernel::Timestamp;

use super::{TAB, Whose};
use crate::address::Address;
use crate::form::{Choice, Field};
use crate::format::{self, plural};
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Badge, Callout, Cell, Tone};
use crate::render::sentence;
use crate::second_factor::provider::{href, tabs};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// Somebody at risk.
#[derive(Debug, Clone)]
pub struct RiskyRow {
    pub object_id: String,
    pub name: String,
    pub upn: String,
    /// The level, as it travels; empty where Entra hides it.
    pub level: &'static str,
    pub compromised: bool,
    /// Entra's word for why.
    pub detail: String,
    pub changed: Option<Timestamp>,
    pub seen: Timestamp,
    /// The person's page here; empty where they were never asked.
    pub href: String,
}

/// Those people.
pub static PEOPLE: Sheet<RiskyRow> = Sheet {
    file: "at-risk",
    order: "object_id",
    given: true,
    finds: false,
    id: |row| row.object_id.clone(),
    fields: &[
        sheet::Field::new("object_id", "Object id", |row| Value::text(&row.object_id)),
        sheet::Field::new("name", "Person", |row| Value::text(&row.name)),
        sheet::Field::new("upn", "User name", |row| Value::text(&row.upn)),
        sheet::Field::new("level", "Risk", |row| Value::text(level(row.level))),
        sheet::Field::new("state", "What Entra says", |row| Value::text(state(row))),
        sheet::Field::new("detail", "Why", |row| Value::text(&row.detail)),
        sheet::Field::new("changed", "Changed in Entra", |row| Value::time(row.changed)),
        sheet::Field::new("seen", "Known here since", |row| Value::Time(row.seen)),
    ],
};

/// A level in words.
fn level(word: &str) -> &'static str {
    match word {
        "low" => "Low",
        "medium" => "Medium",
        "high" => "High",
        _ => "Not told",
    }
}

fn state(row: &RiskyRow) -> &'static str {
    if row.compromised { "Confirmed by an administrator" } else { "At risk" }
}

/// How the reading stands.
#[derive(Debug, Clone)]
pub struct RiskStanding {
    pub whose: Whose,
    /// Why it is not known who is at risk, and what to do.
    pub unknown: Option<(&'static str, String)>,
    /// What Graph said; empty where it said nothing.
    pub detail: String,
    pub consent_url: String,
    pub read: Option<Timestamp>,
    /// Low, medium, high, not told.
    pub counts: [u64; 4],
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct RiskQuery {
    pub words: String,
    pub least: String,
}

/// The page.
pub fn page(
    frame: Frame,
    view: &RiskStanding,
    listed: &Listed<RiskyRow>,
    (query, here): (&RiskQuery, &Address),
) -> ListPage {
    let (whose, now) = (&view.whose, frame.now);
    let lead =
        "As Entra ID Protection says. Policies can ask for it; who is newly at high risk loses remembered browsers.";
    let head = whose.head("Risk").crumb("Policies", whose.at("")).lead(lead);
    let lines = listed.rows.iter().map(|row| line(row, now));
    let columns = ["name", "level", "state", "detail", "changed", "seen"].map(|key| PEOPLE.column(key, here));
    let table = Table::new("risky", "People at risk", columns.into(), lines.collect())
        .paging(Paging::new(here, listed.rows.len(), None, listed.next()))
        .export("CSV", Sheet::<RiskyRow>::export(here))
        .empty(empty(view, query));
    let levels = [("", "Any"), ("low", "Low, or higher"), ("medium", "Medium, or higher"), ("high", "High")];
    let levels = levels.map(|(word, name)| Choice::new(word, name));
    let fields = vec![
        Field::search("q", "Search people").value(&query.words).grow().attribute("autocomplete", "off"),
        Field::select("least", "Risk", levels.into()).value(&query.least),
    ];
    ListPage::new(frame, head, table)
        .tabs(tabs(&whose.id, &whose.tenant, TAB))
        .callout(standing(view, now))
        .note(listed.note())
        .filters(Filters::new(href(&whose.id, "/risk"), fields))
}

fn empty(view: &RiskStanding, query: &RiskQuery) -> Empty {
    if !query.words.is_empty() || !query.least.is_empty() {
        return Empty::new("Nobody matches", "No such person is known to be at risk.");
    }
    match &view.unknown {
        None => Empty::new("Nobody is at risk", "Entra says so of everybody of the tenant."),
        Some((_, mend)) => Empty::new("Not known", sentence(mend)),
    }
}

fn line(row: &RiskyRow, now: Timestamp) -> Row {
    let tone = match row.level {
        "high" => Tone::Bad,
        "medium" => Tone::Warn,
        _ => Tone::Info,
    };
    let name = if row.name.is_empty() { &row.object_id } else { &row.name };
    Row::new(vec![
        Cell::main(name, &row.href, &row.upn),
        Cell::badge(Badge::new(tone, level(row.level))),
        Cell::text(state(row)),
        Cell::text(spoken(&row.detail)),
        Cell::ago_or(row.changed, now, "Not told"),
        Cell::ago(row.seen, now),
    ])
}

/// Graph's word (`riskDetail`) as people read it: `adminConfirmedUserCompromised` is “Admin confirmed user compromised”.
fn spoken(detail: &str) -> String {
    let mut words = String::with_capacity(detail.len() + 8);
    for letter in detail.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        let first = words.is_empty();
        words.push(if first { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() });
    }
    words
}

fn standing(view: &RiskStanding, now: Timestamp) -> Callout {
    let [low, medium, high, hidden] = view.counts;
    let people = plural(high, "person is", "people are");
    let figures = format!("{people} at high risk, {} at medium, {} at low.", format::count(medium), format::count(low));
    let hidden = (hidden > 0).then(|| format!("Of {} Entra does not say how high it is.", format::count(hidden)));
    let read = view.read.map(|at| format!("Last read {}.", format::relative(at, now)));
    let Some((why, mend)) = &view.unknown else {
        let text = format!("{figures} What changed is read every five minutes, everybody once a day.");
        let title = read.unwrap_or_else(|| "It is read".to_owned());
        return Callout::new(Tone::Ok, title.trim_end_matches('.'), text).items(hidden.into_iter().collect());
    };
    let text = format!(
        "{} {figures} Those stay so until Entra says otherwise; of the others it is not known, and each policy says what \
         counts then.",
        sentence(why)
    );
    let said = (!view.detail.is_empty()).then(|| format!("Graph said: {}", sentence(&view.detail)));
    let items = [Some(sentence(mend)), said, read, hidden].into_iter().flatten().collect();
    Callout::new(Tone::Warn, "It is not known who is at risk", text)
        .items(items)
        .action(Action::go("Consent in Entra", &view.consent_url))
        .action(Action::go("The tenant", format!("/tenants/{}", view.whose.id)))
}

#[cfg(test)]
pub mod samples {
    //! What risks look like.

    use super::*;
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, MINUTE, ago, frame};

    fn view() -> RiskStanding {
        RiskStanding {
            whose: Whose { id: "t1".into(), tenant: "Contoso".into() },
            unknown: None,
            detail: String::new(),
            consent_url: "https://login.microsoftonline.com/t1/adminconsent".into(),
            read: Some(ago(3 * MINUTE)),
            counts: [4, 2, 1, 1],
        }
    }

    fn row(name: &str, level: &'static str, detail: &str) -> RiskyRow {
        RiskyRow {
            object_id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            name: name.into(),
            upn: if name.is_empty() { String::new() } else { "somebody@contoso.example".into() },
            level,
            compromised: level == "high",
            detail: detail.into(),
            changed: (level != "low").then(|| ago(2 * DAY)),
            seen: ago(2 * DAY),
            href: if level == "high" { "/second-factor/people/a1".into() } else { String::new() },
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let here = Address::new("/second-factor/providers/t1/risk");
        let query = RiskQuery::default();
        let page = |view: &RiskStanding, rows| {
            let listed = Listed::of(rows, None);
            page(frame("Risk", Section::SecondFactor), view, &listed, (&query, &here))
        };
        let rows = vec![
            row("Jon Bell", "high", "adminConfirmedUserCompromised"),
            row("Mia Okafor", "medium", ""),
            row("", "low", ""),
            row("Zoe Marsh", "", ""),
        ];
        gallery.add("risk", &page(&view(), rows));
        let unknown = Some(("Graph does not answer as it should", "look at the tenant's status".to_owned()));
        let detail = "An error occurred".to_owned();
        gallery
            .add("risk-unknown", &page(&RiskStanding { unknown, detail, ..view() }, vec![row("Jon Bell", "high", "")]));
        let unknown =
            Some(("reading risks is not granted in Entra", "add the permission to the application".to_owned()));
        let never = RiskStanding { unknown, read: None, counts: [0; 4], ..view() };
        gallery.add("risk-not-granted", &page(&never, Vec::new()));
        gallery.add("risk-empty", &page(&RiskStanding { counts: [0; 4], ..view() }, Vec::new()));
    }
}
