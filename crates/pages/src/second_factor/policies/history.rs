//! Everything that ever was in force, and the way back.

use kernel::Timestamp;

use super::{PolicyRow, TAB, Whose, table};
use crate::address::Address;
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::ListPage;
use crate::parts::{Action, Badge, Callout, Cell, Tone};
use crate::second_factor::provider::tabs;
use crate::table::{Column, Empty, Paging, Row, Table};

/// One revision.
#[derive(Debug, Clone)]
pub struct RevisionRow {
    pub revision: i64,
    pub at: Timestamp,
    pub by: String,
    pub reason: String,
    /// The revision that it gave back.
    pub restores: Option<i64>,
    pub policies: u64,
    pub loses_last: u64,
}

/// The list.
pub fn page(
    frame: Frame,
    whose: &Whose,
    (rows, in_force): (&[RevisionRow], i64),
    next: Option<&str>,
    here: &Address,
) -> ListPage {
    let now = frame.now;
    let lines = rows.iter().map(|row| line(whose, row, in_force, now)).collect();
    let columns = ["Revision", "In force since", "By", "Reason"].map(Column::new).into_iter();
    let columns = columns.chain([Column::number("Policies"), Column::number("Lost their last"), Column::actions()]);
    let empty = Empty::new("Nothing was ever in force", "A draft that is applied shows here, with the way back.")
        .action(Action::go("Policies", whose.at("")));
    let table = Table::new("policy-history", "Revisions", columns.collect(), lines)
        .paging(Paging::new(here, rows.len(), None, next))
        .empty(empty);
    let head = whose.head("History").crumb("Policies", whose.at(""));
    let head = head.lead("Going back puts what was in force then in force again, as a revision of its own.");
    let page = ListPage::new(frame, head, table).tabs(tabs(&whose.id, &whose.tenant, TAB));
    if in_force == 0 { page } else { page.callout(all_away(whose)) }
}

fn all_away(whose: &Whose) -> Callout {
    let text = "Without any policy the settings are for everybody, as before the first revision.";
    let act = Action::post("Preview it", whose.at("/preview?revision=0"));
    Callout::new(Tone::Info, "Back to no policies at all", text).action(act)
}

fn line(whose: &Whose, row: &RevisionRow, in_force: i64, now: Timestamp) -> Row {
    let back = Action::post("Preview going back", whose.at(&format!("/preview?revision={}", row.revision)));
    let acts = if row.revision == in_force { Cell::Blank } else { Cell::Actions(vec![back.small().icon(Icon::Undo)]) };
    let note = row.restores.map(|restores| match restores {
        0 => "Gives back no policies at all".to_owned(),
        restores => format!("Gives back revision {restores}"),
    });
    let name = Cell::main(
        format!("Revision {}", row.revision),
        whose.at(&format!("/history/{}", row.revision)),
        note.unwrap_or_default(),
    );
    let state = (row.revision == in_force).then(|| Cell::badge(Badge::ok("In force")));
    Row::new(vec![
        state.map_or_else(|| name.clone(), |state| Cell::Lines(vec![name.clone(), state])),
        Cell::ago(row.at, now),
        Cell::text(format::who(&row.by)),
        Cell::text(&row.reason),
        Cell::count(row.policies),
        Cell::count(row.loses_last),
        acts,
    ])
}

/// One revision with its policies.
pub fn revision(frame: Frame, whose: &Whose, row: &RevisionRow, policies: &[PolicyRow], in_force: i64) -> ListPage {
    let now = frame.now;
    let head = whose.head(&format!("Revision {}", row.revision)).crumb("Policies", whose.at(""));
    let head = head.crumb("History", whose.at("/history"));
    let since = format!("Put in force {} by {}", format::relative(row.at, now), format::who(&row.by));
    let reason = if row.reason.is_empty() { "No reason was given.".to_owned() } else { row.reason.clone() };
    let callout = Callout::new(Tone::Info, since, reason);
    let back = Action::post("Preview going back", whose.at(&format!("/preview?revision={}", row.revision)));
    let callout = if row.revision == in_force { callout } else { callout.action(back.icon(Icon::Undo)) };
    ListPage::new(frame, head, table(whose, policies, None)).callout(callout)
}
