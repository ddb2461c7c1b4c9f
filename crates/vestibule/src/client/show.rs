//! An answer as a person reads it: lists as tables, one thing as facts.

use serde_json::Value;

use super::Operation;
use crate::output;

/// The most columns of a table that nobody chose columns for.
const MOST_COLUMNS: usize = 7;
/// The longest text in a table's cell.
const LONGEST: usize = 60;

/// The answer as text.
pub(super) fn text(operation: &Operation, value: &Value) -> String {
    match list(value) {
        Some(items) if items.is_empty() => "none".to_owned(),
        Some(items) if items.iter().all(Value::is_object) => table(operation, items),
        Some(items) => items.iter().map(cell).collect::<Vec<_>>().join("\n"),
        None => facts(operation, value),
    }
}

/// Whether a run has come to an end, or waits for a person.
pub(super) fn has_ended(value: &Value) -> bool {
    let under_way = ["queued", "collecting", "planning", "applying", "verifying"];
    value["state"].as_str().is_none_or(|state| !under_way.contains(&state))
}

/// The list that an answer is about: the answer itself, or its only list of things.
fn list(value: &Value) -> Option<&Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        Value::Object(members) => {
            ["items", "events", "lines"].iter().find_map(|name| members.get(*name)).and_then(Value::as_array)
        }
        _ => None,
    }
}

fn table(operation: &Operation, items: &[Value]) -> String {
    let columns: Vec<String> = if operation.columns.is_empty() {
        let first = items.first().and_then(Value::as_object);
        let plain = first.into_iter().flatten().filter(|(_, value)| !value.is_object() && !value.is_array());
        plain.map(|(name, _)| name.clone()).take(MOST_COLUMNS).collect()
    } else {
        operation.columns.iter().map(|column| (*column).to_owned()).collect()
    };
    let rows = items.iter().map(|item| columns.iter().map(|column| short(&cell(at(item, column)))).collect()).collect();
    output::table(&headings(&columns), rows)
}

/// The last part of each column's path, or all of it where that would say two things.
fn headings(columns: &[String]) -> Vec<String> {
    let last = |column: &str| column.rsplit('.').next().unwrap_or_default().to_owned();
    let is_one = |name: &str| columns.iter().filter(|column| last(column) == name).count() == 1;
    let heading = |column: &String| if is_one(&last(column)) { last(column) } else { column.replace('.', " ") };
    columns.iter().map(|column| heading(column).replace('_', " ")).collect()
}

/// One thing: its facts, and below them the lists within it as tables, where columns were chosen for those.
fn facts(operation: &Operation, value: &Value) -> String {
    let (mut rows, mut lists) = (Vec::new(), Vec::new());
    let with_tables = (!operation.columns.is_empty()).then_some(&mut lists);
    flatten("", value, &mut rows, with_tables);
    let columns = operation.columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>();
    let table = |(name, items): (String, &Vec<Value>)| {
        let rows = items.iter().map(|item| columns.iter().map(|column| cell(at(item, column))).collect()).collect();
        format!("\n\n{name}\n{}", output::table(&headings(&columns), rows))
    };
    lists.into_iter().fold(output::facts(rows), |text, list| text + &table(list))
}

type Lists<'a> = Vec<(String, &'a Vec<Value>)>;

fn flatten<'a>(name: &str, value: &'a Value, rows: &mut Vec<(String, String)>, mut lists: Option<&mut Lists<'a>>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flatten(&name, value, rows, lists.as_deref_mut());
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => match lists {
            Some(lists) => lists.push((name.to_owned(), items)),
            None => {
                for (index, item) in items.iter().enumerate() {
                    flatten(&format!("{name}.{}", index + 1), item, rows, None);
                }
            }
        },
        Value::Null => {}
        other => rows.push((name.to_owned(), cell(other))),
    }
}

/// The member at a path with dots.
fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, name| &value[name])
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => moment(text).unwrap_or_else(|| text.clone()),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A moment without the fractions nobody reads: `2026-03-02 09:00:00Z`.
fn moment(text: &str) -> Option<String> {
    let looks_like = text.len() >= 20 && text.as_bytes().get(10) == Some(&b'T') && text.ends_with('Z');
    if !looks_like || kernel::Timestamp::parse(text).is_err() {
        return None;
    }
    Some(format!("{} {}Z", text.get(..10)?, text.get(11..19)?))
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
