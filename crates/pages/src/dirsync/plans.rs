//! `GET /dirsync/plans`: plans that wait for a person's decision, and those that were decided.

use kernel::Timestamp;

use crate::layout::Frame;
use crate::list::ListPage;
use crate::parts::{Action, Badge, Cell, PageHead, Tab, Tabs};
use crate::table::{Column, Empty, Row, Table};

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
    /// As a badge.
    pub fn badge(&self) -> Badge {
        match self {
            Self::Waiting => Badge::warn("Waiting"),
            Self::Allowed => Badge::ok("Allowed"),
            Self::AllowedInPart => Badge::ok("Allowed in part"),
            Self::Rejected => Badge::bad("Rejected"),
            Self::Expired => Badge::off("Expired"),
            Self::Superseded => Badge::off("Overtaken"),
        }
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

/// The page.
pub fn page(frame: Frame, rows: &[PlanRow], waiting_count: u64, decided: bool) -> ListPage {
    let head = PageHead::new("Held plans")
        .lead("A run whose plan goes over a safety limit applies nothing. It waits here until somebody decides, and is rejected when nobody does.");
    let columns = ["Why it is held", "State"].map(Column::new).into_iter();
    let columns = columns.chain(["People", "Groups"].map(Column::number));
    let columns = columns.chain(["Held", if decided { "Decided by" } else { "Expires" }].map(Column::new));
    let now = frame.now;
    let lines = rows.iter().map(|row| {
        Row::new(vec![
            Cell::main(&row.reason, format!("/dirsync/plans/{}", row.id), &row.tenant),
            Cell::badge(row.state.badge()),
            Cell::count(row.user_count),
            Cell::count(row.group_count),
            Cell::ago(row.held, now),
            if decided { Cell::text(&row.decided_by) } else { Cell::ago_or(row.expires, now, "Never") },
        ])
    });
    let empty = if decided {
        Empty::new("Nothing was decided yet", "Decisions stay here with who took them and why.")
    } else {
        Empty::new("Nothing waits for a decision", "Plans that would remove more than the limits allow appear here.")
            .action(Action::go("Look at the limits", "/dirsync/settings#limits"))
    };
    let table = Table::new("plans", "Held plans", columns.collect(), lines.collect()).empty(empty);
    let tabs = vec![
        Tab::new("Waiting", "/dirsync/plans").count(waiting_count),
        Tab::new("Decided", "/dirsync/plans?state=decided"),
    ];
    ListPage::new(frame, head, table).tabs(Tabs::new("Held plans", tabs, usize::from(decided)))
}

#[cfg(test)]
pub mod samples {
    //! What the list looks like.

    use super::{PlanRow, PlanState, page};
    use crate::layout::Section;
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
        gallery.add("plans", &page(frame("Held plans", Section::Plans), &[waiting], 1, false));
        gallery.add("plans-decided", &page(frame("Held plans", Section::Plans), &[rejected], 1, true));
        gallery.add("plans-empty", &page(frame("Held plans", Section::Plans), &[], 0, false));
    }
}
