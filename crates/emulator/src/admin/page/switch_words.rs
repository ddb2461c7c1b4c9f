//! The switches as rows of a form.

use serde_json::Value;

use crate::switches::Switches;

/// One switch in the form.
pub struct SwitchRow {
    /// Its name on the wire.
    pub name: String,
    /// The name in words.
    pub label: String,
    /// It is a box to tick.
    pub is_flag: bool,
    /// It is ticked.
    pub on: bool,
    /// Its number otherwise.
    pub value: String,
    /// It is not as it usually is.
    pub changed: bool,
}

/// Every switch, in the order of the struct.
pub fn switch_rows(switches: &Switches) -> Vec<SwitchRow> {
    let usual = serde_json::to_value(Switches::default()).unwrap_or_default();
    let Ok(Value::Object(members)) = serde_json::to_value(switches) else { return Vec::new() };
    members
        .into_iter()
        .map(|(name, value)| SwitchRow {
            label: label(&name),
            is_flag: value.is_boolean(),
            on: value == Value::Bool(true),
            changed: usual[&name] != value,
            value: value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            name,
        })
        .collect()
}

fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
