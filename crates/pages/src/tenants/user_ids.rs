//! What another User ID attribute would do, shown before it is chosen.

use crate::parts::{Badge, Cell, Tile, Tiles, Tone};
use crate::table::{Column, Empty, Row, Table};

/// What a User ID attribute would do.
#[derive(Debug, Clone)]
pub struct UserIds {
    pub attribute: String,
    pub users: u64,
    pub without: u64,
    pub colliding: u64,
    pub changed: u64,
    pub rows: Vec<UserIdRow>,
}

/// Somebody to whom it would do something.
#[derive(Debug, Clone)]
pub struct UserIdRow {
    pub id: String,
    pub name: String,
    /// Without an id, the same id as others, another id than now.
    pub what: Badge,
    pub before: String,
    pub after: String,
}

impl UserIds {
    /// The figures.
    pub fn tiles(&self) -> Tiles {
        let bad = |name: &str, count: u64, note: &str| {
            let tile = Tile::count(name, count).note(note);
            if count > 0 { tile.tone(Tone::Warn) } else { tile.tone(Tone::Ok) }
        };
        Tiles::new(vec![
            Tile::count("People", self.users).note(format!("looked at with {}", self.attribute)),
            bad("Without an id", self.without, "nothing stands in the attribute"),
            bad("With the id of another", self.colliding, "looked up, they are refused"),
            Tile::count("With another id than now", self.changed),
        ])
    }

    /// The sample.
    pub fn table(&self) -> Table {
        let rows = self.rows.iter().map(|row| {
            Row::new(vec![
                Cell::main(&row.name, format!("/directory/users/{}", row.id), ""),
                Cell::badge(row.what.clone()),
                Cell::text(&row.before),
                Cell::text(&row.after),
            ])
        });
        let columns = ["Person", "What", "Id now", "Id then"].map(Column::new);
        Table::new("user-ids", "A sample by name", columns.into(), rows.collect())
            .empty(Empty::new("Nobody is touched", "Everybody has an id of their own, the same as now."))
    }
}

#[cfg(test)]
pub mod samples {
    //! What it looks like.

    use super::{UserIdRow, UserIds};
    use crate::parts::Badge;

    pub fn user_ids() -> UserIds {
        let row = |name: &str, what, before: &str, after: &str| UserIdRow {
            id: "u1".into(),
            name: name.into(),
            what,
            before: before.into(),
            after: after.into(),
        };
        let rows = vec![
            row("Adele Vance", Badge::label("Another id"), "adele.vance@contoso.example", "100442"),
            row("Scanner", Badge::warn("No id"), "", ""),
        ];
        UserIds { attribute: "employeeId".into(), users: 1_962, without: 1, colliding: 0, changed: 1_961, rows }
    }
}
