//! `GET /signals/audit`: who did what, when, why and from where; hash-chained.

use kernel::Timestamp;

use crate::address::Address;
use crate::form::{Choice, Field};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::{Filters, ListPage};
use crate::parts::{Action, Callout, Cell, PageHead, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// One line of the list.
#[derive(Debug, Clone)]
pub struct AuditRow {
    pub revision: u64,
    pub at: Timestamp,
    /// `user.updated`.
    pub event: String,
    /// In words.
    pub what: String,
    pub object: String,
    pub object_href: String,
    pub actor: String,
    pub address: String,
    pub cause: String,
}

/// What is known about the chain.
#[derive(Debug, Clone)]
pub enum Chain {
    /// Verified up to a revision at a time.
    Whole { revision: u64, at: Timestamp },
    /// Broken at a revision.
    Broken { revision: u64 },
    /// Not verified yet.
    Unknown,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    pub q: String,
    /// Whether that is words and not an object's id.
    pub words: bool,
    pub kind: String,
    pub actor: String,
    pub from: String,
    pub to: String,
}

/// The list.
pub static SHEET: Sheet<AuditRow> = Sheet {
    file: "audit",
    order: "-revision",
    given: true,
    finds: false,
    id: |row| row.revision.to_string(),
    fields: &[
        sheet::Field::new("revision", "No.", |row| Value::Number(row.revision)),
        sheet::Field::new("what", "What", |row| Value::text(&row.what)),
        sheet::Field::new("event", "Event", |row| Value::text(&row.event)),
        sheet::Field::new("object", "Object", |row| Value::text(&row.object)),
        sheet::Field::new("who", "Who", |row| Value::text(&row.actor)),
        sheet::Field::new("from", "From", |row| Value::text(&row.address)),
        sheet::Field::new("why", "Why", |row| Value::text(&row.cause)),
        sheet::Field::new("at", "When", |row| Value::Time(row.at)),
    ],
};

/// The page.
pub fn page(frame: Frame, listed: &Listed<AuditRow>, query: &AuditQuery, chain: &Chain, here: &Address) -> ListPage {
    let head = PageHead::new("Audit")
        .lead(
            "Every change to the directory and every act of an operator, in one order that nobody can rewrite unseen.",
        )
        .action(Action::post("Verify the chain", "/signals/audit/verify").icon(Icon::Shield));
    let columns = ["revision", "what", "object", "who", "why", "at"].map(|key| SHEET.column(key, here)).into();
    let (rows, now) = (&listed.rows, frame.now);
    let export = |format: &str| Sheet::<AuditRow>::export(&here.clone().with("format", format));
    let table = Table::new("audit", "Audit entries", columns, rows.iter().map(|row| line(row, now)).collect())
        .paging(Paging::new(here, rows.len(), None, listed.next()))
        .export("CSV", export("csv"))
        .empty(
            Empty::new("No entry matches", "Entries of other events, people or days are not shown.")
                .action(Action::go("Clear the filters", "/signals/audit")),
        );
    // The other files are written by the log, which does not look for words.
    let table =
        if query.words { table } else { table.export("JSON lines", export("jsonl")).export("CEF", export("cef")) };
    let page = ListPage::new(frame, head, table).callout(status(chain, now)).note(listed.note());
    page.filters(filters(query, here))
}

fn status(chain: &Chain, now: Timestamp) -> Callout {
    match chain {
        Chain::Whole { revision, at } => {
            let text = format!("Verified {} up to entry {}.", format::relative(*at, now), format::count(*revision));
            Callout::new(Tone::Ok, "The chain is whole", text)
        }
        Chain::Broken { revision } => {
            let text = format!(
                "Entry {} does not carry the hash it was written with: it, or one before it, was changed outside Vestibule.",
                format::count(*revision)
            );
            Callout::new(Tone::Bad, "The chain is broken", text)
        }
        Chain::Unknown => Callout::new(
            Tone::Info,
            "Entries are chained by hash",
            "Whoever changes or removes one outside Vestibule breaks the chain. Verify it whenever you like.",
        ),
    }
}

fn filters(query: &AuditQuery, here: &Address) -> Filters {
    let named = super::words::KINDS.iter().map(|(kind, name)| Choice::new(*kind, *name));
    let other = Some(&query.kind)
        .filter(|kind| !kind.is_empty() && !super::words::KINDS.iter().any(|(known, _)| known == *kind));
    let kinds = [Choice::new("", "All")].into_iter().chain(named).chain(other.map(|kind| Choice::new(kind, kind)));
    let fields = vec![
        Field::search("q", "Words or object id").value(&query.q).grow(),
        Field::select("kind", "Event", kinds.collect()).value(&query.kind),
        Field::text("actor", "Who").value(&query.actor),
        Field::date("since", "From").value(&query.from),
        Field::date("until", "To").value(&query.to),
    ];
    Filters::new("/signals/audit", fields).keep("sort", here.get("sort").unwrap_or_default())
}

fn line(row: &AuditRow, now: Timestamp) -> Row {
    let object =
        if row.object_href.is_empty() { Cell::text(&row.object) } else { Cell::link(&row.object, &row.object_href) };
    Row::new(vec![
        Cell::main(format::count(row.revision), format!("/signals/audit/{}", row.revision), ""),
        Cell::two(&row.what, &row.event),
        object,
        Cell::two(&row.actor, &row.address),
        Cell::text(&row.cause),
        Cell::ago(row.at, now),
    ])
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::{AuditQuery, AuditRow, Chain, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{Gallery, HOUR, MINUTE, ago, frame};

    fn row(revision: u64, event: &str, what: &str, object: &str, actor: &str, cause: &str) -> AuditRow {
        AuditRow {
            revision,
            at: ago(4 * MINUTE),
            event: event.into(),
            what: what.into(),
            object: object.into(),
            object_href: "/directory/users/u1".into(),
            actor: actor.into(),
            address: if actor.starts_with("operator") { "192.0.2.14".into() } else { String::new() },
            cause: cause.into(),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let (sync, ada) = ("system:scheduled sync", "operator:ada.lovelace");
        let rows = [
            row(18_204, "user.updated", "Person updated", "Adele Vance", sync, "Changed in source"),
            row(18_203, "dirsync.settings_changed", "Settings changed", "filter", ada, ""),
            row(18_202, "operators.signed_in", "Signed in", "ada.lovelace", ada, ""),
            row(18_201, "dirsync.plan_held", "Plan held", "Full compare", sync, "212 people over the limit of 25"),
        ];
        let here = Address::new("/signals/audit");
        let query = AuditQuery::default();
        let page = |rows: &[AuditRow], chain| {
            page(frame("Audit", Section::Audit), &Listed::of(rows.to_vec(), None), &query, &chain, &here)
        };
        gallery.add("audit", &page(&rows, Chain::Whole { revision: 18_190, at: ago(HOUR) }));
        gallery.add("audit-broken", &page(&rows, Chain::Broken { revision: 4_711 }));
        gallery.add("audit-empty", &page(&[], Chain::Unknown));
    }
}
