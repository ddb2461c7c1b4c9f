//! `tables.md`: from the migrations.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{NOTICE, fresh};

#[test]
fn fresh_tables() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut rooms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        for statement in statements(&fs::read_to_string(&file).unwrap()) {
            if let Some(gone) = statement.trim().strip_prefix("DROP TABLE ") {
                let line = format!("| `{gone}` |");
                for lines in rooms.values_mut() {
                    lines.retain(|kept| !kept.starts_with(&line));
                }
            }
            let Some((table, columns)) = table(&statement) else { continue };
            let room = table.split('_').next().unwrap().to_owned();
            rooms.entry(room).or_default().push(format!("| `{table}` | {} |\n", columns.join(", ")));
        }
    }
    let mut page = format!(
        "{NOTICE}# Tables\n\nFor looking, never for writing: rooms change their tables from release to release.\n"
    );
    for (room, lines) in rooms {
        write!(page, "\n## {room}\n\n| table | columns |\n|---|---|\n{}", lines.concat()).unwrap();
    }
    fresh("tables.md", &page);
}

fn statements(text: &str) -> Vec<String> {
    let bare: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    bare.join("\n").split(';').map(str::to_owned).collect()
}

/// The name and the columns of a `CREATE TABLE`.
fn table(statement: &str) -> Option<(String, Vec<String>)> {
    let rest = statement.trim().strip_prefix("CREATE TABLE ")?;
    let (name, body) = rest.split_once('(')?;
    let lines = body.lines().map(str::trim).filter_map(|line| line.split_whitespace().next());
    let columns = lines.filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
    Some((name.trim().to_owned(), columns.map(|column| format!("`{column}`")).collect()))
}
