//! `GET /dirsync/plans`: plans that wait for a person's decision, and those that were decided.

use kernel::Timestamp;

use crate::address::Address;
use crate::format;
use crate::layout::Frame;
use crate::list::ListPage;
use crate::parts::{Action, Badge, Cell, PageHead, Tab, Tabs, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Empty, Paging, Row, Table};

/// How a held plan stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanState {
    Waiting,
    Allowed,
    AllowedInPart,
    Rejected,
    Expired,
    /// Overtaken by a newer run.
    Superseded,
}

impl PlanState {
    fn look(&self) -> (Tone, &'static str) {
        match self {
            Self::Waiting => (Tone::Warn, "Waiting"),
            Self::Allowed => (Tone::Ok, "Allowed"),
            Self::AllowedInPart => (Tone::Ok, "Allowed in part"),
            Self::Rejected => (Tone::Bad, "Rejected"),
            Self::Expired => (Tone::Off, "Expired"),
            Self::Superseded => (Tone::Off, "Overtaken"),
        }
    }

    /// As a badge.
    pub fn badge(&self) -> Badge {
        let (tone, word) = self.look();
        Badge::new(tone, word)
    }
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct PlanRow {
    pub id: String,
    /// Which limit it goes over, in a sentence.
    pub reason: String,
    pub tenant: String,
    pub state: PlanState,
    pub user_count: u64,
    pub group_count: u64,
    pub held: Timestamp,
    pub expires: Option<Timestamp>,
    /// Who decided.
    pub decided_by: String,
}

/// The list.
pub static SHEET: Sheet<PlanRow> = Sheet {
    file: "held-plans",
    order: "-held",
    given: false,
    finds: false,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("reason", "Why it is held", |row| Value::text(&row.reason)),
        sheet::Field::new("tenant", "Tenant", |row| Value::text(&row.tenant)),
        sheet::Field::new("state", "State", |row| Value::text(row.state.look().1)),
        sheet::Field::new("people", "People", |row| Value::Number(row.user_count)),
        sheet::Field::new("groups", "Groups", |row| Value::Number(row.group_count)),
        sheet::Field::new("held", "Held", |row| Value::Time(row.held)),
        sheet::Field::new("expires", "Expires", |row| Value::time(row.expires)),
        sheet::Field::new("decided_by", "Decided by", |row| Value::text(&row.decided_by)),
        sheet::Field::new("id", "Run", |row| Value::text(&row.id)),
    ],
};

/// The page.
pub fn page(frame: Frame, listed: &Listed<PlanRow>, waiting_count: u64, decided: bool, here: &Address) -> ListPage {
    let head = PageHead::new("Held plans")
        .lead("A run whose plan goes over a safety limit applies nothing. It waits here until somebody decides, and is rejected when nobody does.");
    let last = if decided { "decided_by" } else { "expires" };
    let columns = ["reason", "state"].map(|key| SHEET.column(key, here)).into_iter();
    let columns = columns.chain(["people", "groups"].map(|key| SHEET.number(key, here)));
    let columns = columns.chain(["held", last].map(|key| SHEET.column(key, here)));
    let (rows, now) = (&listed.rows, frame.now);
    let lines = rows.iter().map(|row| {
        Row::new(vec![
            Cell::main(&row.reason, format!("/dirsync/plans/{}", row.id), &row.tenant),
            Cell::badge(row.state.badge()),
            Cell::count(row.user_count),
            Cell::count(row.group_count),
            Cell::ago(row.held, now),
            if decided { Cell::text(format::who(&row.decided_by)) } else { Cell::ago_or(row.expires, now, "Never") },
        ])
    });
    let empty = if decided {
        Empty::new("Nothing was decided yet", "Decisions stay here with who took them and why.")
    } else {
        Empty::new("Nothing waits for a decision", "Plans that would remove more than the limits allow appear here.")
            .action(Action::go("Look at the limits", "/dirsync/settings#limits"))
    };
    let table = Table::new("plans", "Held plans", columns.collect(), lines.collect())
        .paging(Paging::new(here, rows.len(), None, listed.next()))
        .export("CSV", Sheet::<PlanRow>::export(here))
        .empty(empty);
    let tabs = vec![
        Tab::new("Waiting", "/dirsync/plans").count(waiting_count),
        Tab::new("Decided", "/dirsync/plans?state=decided"),
    ];
    ListPage::new(frame, head, table).note(listed.note()).words(here).tabs(Tabs::new(
        "Held plans",
        tabs,
        usize::from(decided),
    ))
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::{PlanRow, PlanState, page};
    use crate::address::Address;
    use crate::layout::Section;
    use crate::sheet::Listed;
    use crate::tests::{DAY, Gallery, HOUR, ago, ahead, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |reason: &str, state, users, held, expires, by: &str| PlanRow {
            id: "p1".into(),
            reason: reason.into(),
            tenant: "Contoso".into(),
            state,
            user_count: users,
            group_count: 6,
            held: ago(held),
            expires: Some(ahead(expires)),
            decided_by: by.into(),
        };
        let waiting = row(
            "212 people would become conflicts; the limit is 25 or 5 %",
            PlanState::Waiting,
            212,
            2 * HOUR,
            70 * HOUR,
            "",
        );
        let rejected = row(
            "VPN users would lose 41 % of its members; the limit is 30 %",
            PlanState::Rejected,
            0,
            9 * DAY,
            -6 * DAY,
            "operator:grace",
        );
        let here = Address::new("/dirsync/plans");
        let page = |rows, count, decided| {
            page(frame("Held plans", Section::Plans), &Listed::of(rows, None), count, decided, &here)
        };
        gallery.add("plans", &page(vec![waiting], 1, false));
        gallery.add("plans-decided", &page(vec![rejected], 1, true));
        gallery.add("plans-empty", &page(Vec::new(), 0, false));
    }
}
