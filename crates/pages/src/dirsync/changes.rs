//! The changes of a run or a plan, as a list: what, why, what differs, what became of it.

use super::picks::Picks;
use crate::address::Address;
use crate::parts::{Action, Badge, Cell, Diff, Tone};
use crate::sheet::{self, Listed, Sheet, Value};
use crate::table::{Column, Elsewhere, Empty, Paging, Row, Table};

/// One change.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    pub id: String,
    pub name: String,
    pub sub: String,
    pub href: String,
    /// Create, update, disable, conflict, delete, restore, add member, remove member.
    pub what: String,
    pub tone: Tone,
    pub cause: String,
    pub diff: Diff,
    /// Where the change can be taken back; empty where it cannot.
    pub undo: String,
    /// Applied, skipped, held.
    pub outcome: Badge,
}

/// What the reader may do with changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Can<'a> {
    Look,
    /// Pick those that are allowed; these are picked already, on this page or another.
    Pick(&'a Picks),
    /// Take single ones back.
    Undo,
}

/// The list of changes. The room knows their names; their order is the plan's.
pub static CHANGES: Sheet<ChangeRow> = Sheet {
    file: "changes",
    order: "",
    given: true,
    finds: true,
    id: |row| row.id.clone(),
    fields: &[
        sheet::Field::new("name", "Object", |row| Value::text(&row.name)),
        sheet::Field::new("about", "About", |row| Value::text(&row.sub)),
        sheet::Field::new("what", "Change", |row| Value::text(&row.what)),
        sheet::Field::new("cause", "Cause", |row| Value::text(&row.cause)),
        sheet::Field::new("difference", "Difference", |row| Value::text(row.diff.line())),
        sheet::Field::new("outcome", "Outcome", |row| Value::text(row.outcome.word())),
    ],
};

/// One page of changes, each with what it changes; the same for a run and a held plan.
pub fn change_table(listed: &Listed<ChangeRow>, here: &Address, can: Can<'_>) -> Table {
    let rows = &listed.rows;
    let undo = can == Can::Undo && rows.iter().any(|row| !row.undo.is_empty());
    let columns = ["name", "what", "cause"].map(|key| CHANGES.column(key, here)).into_iter();
    let columns = columns.chain([Column::new("Difference"), CHANGES.column("outcome", here)]);
    let columns = columns.chain(undo.then(Column::actions)).collect();
    let lines = rows.iter().map(|row| {
        let mut cells = vec![
            Cell::main(&row.name, &row.href, &row.sub),
            Cell::badge(Badge::new(row.tone, &row.what)),
            Cell::text(&row.cause),
            Cell::Diff(row.diff.clone()),
            Cell::badge(row.outcome.clone()),
        ];
        if undo {
            let action = Action::ask("Undo…", &row.undo).small().about(&row.name);
            cells.push(if row.undo.is_empty() { Cell::Blank } else { Cell::Actions(vec![action]) });
        }
        let line = Row::new(cells);
        match can {
            Can::Pick(picks) => {
                line.pick(&row.id, &row.name).picked(row.id.parse().is_ok_and(|place| picks.has(place)))
            }
            Can::Look | Can::Undo => line,
        }
    });
    let paging = Paging::new(here, rows.len(), None, listed.next());
    let table = Table::new("changes", "Changes", columns, lines.collect())
        .export("CSV", Sheet::<ChangeRow>::export(here))
        .empty(no_changes(here));
    match can {
        Can::Pick(picks) => pickable(table, paging, rows, here, picks),
        Can::Look | Can::Undo => table.paging(paging),
    }
}

fn no_changes(here: &Address) -> Empty {
    let narrowed = ["q", "cause", "what"].iter().any(|name| here.get(name).is_some_and(|value| !value.is_empty()));
    if narrowed {
        let clear = Action::go("Clear the filters", here.path());
        return Empty::new("No change matches", "Changes of another kind or cause are not shown.").action(clear);
    }
    Empty::new("No changes", "The source and the directory agree.")
}

/// A list whose picks hold over its pages.
fn pickable(table: Table, paging: Paging, rows: &[ChangeRow], here: &Address, picks: &Picks) -> Table {
    let shown: Picks = rows.iter().filter_map(|row| row.id.parse().ok()).collect();
    let elsewhere = Elsewhere {
        picks: picks.to_string(),
        shown: shown.to_string(),
        count: picks.places().filter(|place| !shown.has(*place)).count() as u64,
        clear: here.clone().without(&["picks"]).into(),
    };
    let ask = |way: &str| Address::new(format!("{}/ask-part", here.path())).with("way", way);
    table
        .paging(paging.by_form(here, &format!("{}/turn", here.path())))
        .elsewhere(elsewhere)
        .bulk(Action::post("Allow these only…", ask("only")))
        .bulk(Action::post("Allow all but these…", ask("but")))
}
