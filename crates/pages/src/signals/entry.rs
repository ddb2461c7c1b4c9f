//! `GET /signals/audit/{revision}`: one entry whole, with before, after, and its place in the chain.

use askama::Template;

use super::audit::AuditRow;
use crate::format;
use crate::layout::Frame;
use crate::parts::{Action, Cell, Code, Diff, Facts, PageHead};

/// One entry.
#[derive(Debug, Clone)]
pub struct EntryView {
    pub row: AuditRow,
    pub request_id: String,
    pub reason: String,
    pub hash: String,
    pub previous_hash: String,
    pub diff: Diff,
    /// The entry as it is exported.
    pub json: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "signals/entry.html")]
pub struct EntryPage {
    frame: Frame,
    head: PageHead,
    facts: Facts,
    chain: Facts,
    diff: Diff,
    json: Code,
}

impl EntryPage {
    /// One entry.
    pub fn new(frame: Frame, entry: EntryView) -> Self {
        let row = &entry.row;
        let object = if row.object_href.is_empty() {
            Cell::text(&row.object)
        } else {
            Cell::link(&row.object, &row.object_href)
        };
        let facts = Facts::new()
            .with("Event", Cell::Code(row.event.clone()))
            .with("Object", object)
            .with("When", Cell::at(row.at))
            .text("Who", &row.actor)
            .text("From", &row.address)
            .with("Why", said(&row.cause))
            .with("Reason given", said(&entry.reason))
            .with("Request id", Cell::Copy(entry.request_id.clone()));
        let chain = Facts::new()
            .with("Hash", Cell::Copy(entry.hash.clone()))
            .with("Hash before", Cell::Copy(entry.previous_hash.clone()));
        let mut head = PageHead::new(format!("{}: {}", row.what, row.object))
            .crumb("Audit", "/signals/audit")
            .lead(format!("Entry {}", format::count(row.revision)))
            .action(Action::go("Next", format!("/signals/audit/{}", row.revision + 1)));
        if row.revision > 1 {
            head = head.action(Action::go("Previous", format!("/signals/audit/{}", row.revision - 1)));
        }
        Self {
            frame,
            head,
            facts,
            chain,
            diff: entry.diff,
            json: Code::new("entry-json", "The entry as JSON", entry.json),
        }
    }
}

/// A text as it was written down: with an id in it, it is something to copy rather than to read.
fn said(text: &str) -> Cell {
    if format::holds_id(text) { Cell::Code(text.to_owned()) } else { Cell::text(text) }
}

#[cfg(test)]
pub mod samples {
    //! What an entry looks like.

    use super::{AuditRow, EntryPage, EntryView};
    use crate::layout::Section;
    use crate::parts::Diff;
    use crate::tests::{Gallery, MINUTE, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = AuditRow {
            revision: 18_204,
            at: ago(4 * MINUTE),
            event: "user.updated".into(),
            what: "Person updated".into(),
            object: "Adele Vance".into(),
            object_href: "/directory/users/u1".into(),
            actor: "system:scheduled sync".into(),
            address: String::new(),
            cause: "attributes changed in the source".into(),
        };
        let entry = EntryView {
            row,
            request_id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
            reason: String::new(),
            hash: "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de".into(),
            previous_hash: "1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f".into(),
            diff: Diff::new().changed("department", "Sales", "Retail"),
            json: "{\n  \"revision\": 18204,\n  \"event\": \"user.updated\"\n}".into(),
        };
        gallery.add("audit-entry", &EntryPage::new(frame("Audit entry", Section::Audit), entry));
    }
}
