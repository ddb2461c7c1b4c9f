//! One timeline of migrations; every table has an owning room, and only that room's store names it.

use std::collections::BTreeMap;

use super::Breach;
use crate::repository::{Repository, crate_of};

/// Where the timeline is, whichever room a migration belongs to.
const FOLDER: &str = "migrations/";

/// Test tools and benchmarks look under the floor on purpose.
const FREE: &[&str] = &["testkit", "e2e", "xtask"];

/// Migrations with a wrong name, a number used twice, or a table of another name than the room's.
pub fn migrations(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut numbers: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, text) in timeline(repository) {
        let Some((number, room)) = number_and_room(path) else {
            breaches.push(Breach::new(path, "is not NNNN_<room>_<what>.sql"));
            continue;
        };
        if let Some(other) = numbers.insert(number, path) {
            breaches.push(Breach::new(path, format!("has the number of {other}")));
        }
        if !repository.crates().contains_key(room) {
            breaches.push(Breach::new(path, format!("there is no room {room}")));
        }
        for table in created_tables(text).filter(|table| !table.starts_with(&format!("{room}_"))) {
            breaches.push(Breach::new(path, format!("table {table} is not named {room}_…")));
        }
    }
    breaches
}

/// Tables that are named outside their room's store.
pub fn tables(repository: &Repository) -> Vec<Breach> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, text) in timeline(repository) {
        let room = number_and_room(path).map_or("", |(_, room)| room);
        owners.extend(created_tables(text).map(|table| (table, room)));
    }
    let mut breaches = Vec::new();
    for (path, text) in repository.rust() {
        let room = crate_of(path).unwrap_or_default();
        if FREE.contains(&room) || path.contains("/tests/") || path.ends_with("tests.rs") {
            continue;
        }
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for table in tables_named(line).filter(|table| owners.contains_key(table)) {
                let owner = owners[table];
                if owner != room {
                    breaches.push(Breach::new(path, format!("line {}: {table} belongs to {owner}", index + 1)));
                } else if !is_store(path, room) {
                    breaches.push(Breach::new(path, format!("line {}: SQL belongs in store.rs", index + 1)));
                }
            }
        }
    }
    breaches
}

/// The number after the last.
pub fn next_migration(repository: &Repository) -> u32 {
    let numbers = timeline(repository);
    let last = numbers.filter_map(|(path, _)| number_and_room(path)?.0.parse().ok()).max();
    last.map_or(1, |last: u32| last + 1)
}

fn timeline(repository: &Repository) -> impl Iterator<Item = (&str, &str)> {
    repository.ending("sql").filter(|(path, _)| path.starts_with(FOLDER))
}

/// `store` is the room of SQL: all of it is a store.
fn is_store(path: &str, room: &str) -> bool {
    room == "store" || path.ends_with("/store.rs") || path.contains("/store/")
}

fn number_and_room(path: &str) -> Option<(&str, &str)> {
    let name = path.rsplit('/').next()?.strip_suffix(".sql")?;
    let (number, rest) = name.split_once('_')?;
    let (room, what) = rest.split_once('_')?;
    let numbered = number.len() == 4 && number.bytes().all(|digit| digit.is_ascii_digit());
    let plain = what.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_');
    (numbered && plain && !what.is_empty()).then_some((number, room))
}

fn created_tables(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("--")).filter_map(|line| {
        let rest = line.trim_start().strip_prefix("CREATE TABLE ")?;
        let rest = rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest);
        words(rest).next()
    })
}

/// What follows FROM, JOIN, INTO and UPDATE on a line of SQL.
fn tables_named(line: &str) -> impl Iterator<Item = &str> {
    let mut before = "";
    words(line).filter_map(move |word| {
        let named = matches!(before, "FROM" | "JOIN" | "INTO" | "UPDATE").then_some(word);
        before = word;
        named
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}
