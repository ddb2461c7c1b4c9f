//! What commands print: tables and sentences for people, JSON for programs.

use std::io::{self, Write as _};

use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};
use serde_json::Value;

/// Prints a text and ends the line. A reader that has gone away is no failure of ours.
pub fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints a note for the person at the terminal, apart from the data.
pub fn note(text: &str) {
    // There is nowhere left to complain to.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A value as indented JSON.
pub fn json(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A table with headings.
pub fn table(headings: &[String], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headings.iter().map(|heading| Cell::new(heading.to_uppercase()).add_attribute(Attribute::Bold)));
    table.add_rows(rows);
    trimmed(&table)
}

/// Names and values below each other.
pub fn facts(rows: Vec<(String, String)>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.add_rows(
        rows.into_iter().map(|(name, value)| [Cell::new(name).add_attribute(Attribute::Bold), Cell::new(value)]),
    );
    trimmed(&table)
}

fn trimmed(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
