//! Which attribute in Entra fills which one here.

use super::ConnectionPage;
use crate::parts::{Badge, Cell, Code};
use crate::table::{Column, Row, Table};

/// One mapping: Entra's attribute, ours, what it is for.
#[derive(Debug, Clone)]
pub struct MappingRow {
    pub kind: &'static str,
    pub source: String,
    pub target: String,
    pub must: bool,
    pub matching: bool,
    pub without: String,
}

impl ConnectionPage {
    pub(super) fn mapping(rows: &[MappingRow], kind: &str) -> Table {
        let lines = rows.iter().filter(|row| row.kind == kind).map(|row| {
            let mut badges = vec![if row.must { Badge::accent("Needed") } else { Badge::label("Good to have") }];
            if row.matching {
                badges.push(Badge::label("Matches by it"));
            }
            Row::new(vec![
                Cell::Copy(row.source.clone()),
                Cell::Code(row.target.clone()),
                Cell::Badges(badges),
                Cell::Muted(row.without.clone()),
            ])
        });
        let columns = ["In Entra", "Here", "Need", "Without it"].map(Column::new).into();
        Table::new(format!("mapping-{kind}"), format!("Mapping of {kind}"), columns, lines.collect())
    }

    pub(super) fn schema(json: &str) -> Code {
        Code::new("mapping-json", "synchronizationSchema", json)
    }
}
