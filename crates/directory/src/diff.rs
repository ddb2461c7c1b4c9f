//! What is different between two moments of a user or a group, field by field. Pure.

use serde::Serialize;
use serde_json::{Map, Value};
use signals::{Json, Logged};

use crate::state::State;
use crate::views::FieldChange;

/// A user or a group at one moment.
#[derive(Debug)]
pub struct Moment<'a, A> {
    /// Its state.
    pub state: &'a State,
    /// What the source reports of it; none where only the state is looked at.
    pub attributes: Option<&'a A>,
}

/// What an entry of the log changed, the state first, then the attributes by name.
pub fn of_entry(entry: &Logged) -> Vec<FieldChange> {
    let side = |json: &Json| serde_json::from_str(json.get()).unwrap_or_default();
    differences(fields(entry.before.as_ref().map(side)), fields(entry.after.as_ref().map(side)))
}

/// What is different between two moments; none is before it was there, or after it is gone.
pub fn between<A: Serialize>(before: Option<&Moment<'_, A>>, after: Option<&Moment<'_, A>>) -> Vec<FieldChange> {
    differences(fields(before.map(whole)), fields(after.map(whole)))
}

fn whole<A: Serialize>(moment: &Moment<'_, A>) -> Value {
    let attributes = serde_json::to_value(moment.attributes).unwrap_or_default();
    serde_json::json!({ "state": moment.state, "attributes": attributes })
}

fn differences(mut old: Map<String, Value>, mut new: Map<String, Value>) -> Vec<FieldChange> {
    let mut names: Vec<String> = old.keys().chain(new.keys()).cloned().collect();
    names.sort_unstable_by_key(|name| (name != "state", name.clone()));
    names.dedup();
    let changes = names.into_iter().map(|field| {
        let (before, after) = (old.remove(&field).unwrap_or_default(), new.remove(&field).unwrap_or_default());
        FieldChange { field, before, after }
    });
    changes.filter(|change| change.before != change.after).collect()
}

/// The attributes, and the state in words. A whole object has its state's parts beside the attributes; a changed part
/// has them inside `state`.
fn fields(side: Option<Value>) -> Map<String, Value> {
    let Some(Value::Object(mut side)) = side else { return Map::new() };
    let mut fields = match side.remove("attributes") {
        Some(Value::Object(attributes)) => attributes,
        _ => Map::new(),
    };
    let state = match side.get("state") {
        Some(Value::Object(state)) => in_words(state),
        Some(Value::String(_)) => in_words(&side),
        _ => None,
    };
    // An attribute of this name, the address's state, keeps its own.
    if let Some(state) = state
        && let Some(address) = fields.insert("state".to_owned(), state)
    {
        fields.insert("address.state".to_owned(), address);
    }
    fields
}

fn in_words(state: &Map<String, Value>) -> Option<Value> {
    let name = state.get("state")?.as_str()?;
    let details = ["cause", "because", "decision", "due", "purge_at"];
    let details: Vec<&str> = details.iter().filter_map(|detail| state.get(*detail)?.as_str()).collect();
    Some(if details.is_empty() { name.into() } else { format!("{name} ({})", details.join(", ")).into() })
}
