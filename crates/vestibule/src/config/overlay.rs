//! What the environment and the flags lay over the file.
//!
//! A value's type is that of the key's default; keys without a default are text. Lists are written with commas, or as
//! TOML: `["a", "b"]`.

use serde::Deserialize as _;
use toml::{Table, Value};

use super::{Config, ConfigError, Sources};

/// One value laid over a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Overlay {
    /// The variable or the flag, for messages.
    from: String,
    section: String,
    key: String,
    text: String,
}

const PREFIX: &str = "VESTIBULE_";

/// Every overlay, the strongest last.
pub(super) fn all(sources: &Sources) -> Result<Vec<Overlay>, ConfigError> {
    let mut overlays: Vec<Overlay> = sources.environment.iter().filter_map(variable).collect();
    overlays.sort_by(|a, b| a.from.cmp(&b.from));
    for (name, text) in &sources.flags {
        let from = format!("--set {name}");
        let Some((section, key)) = name.split_once('.') else {
            return Err(ConfigError::BadOverlay { from, text: "write --set section.key=value".to_owned() });
        };
        overlays.push(Overlay { from, section: section.to_owned(), key: key.to_owned(), text: text.clone() });
    }
    Ok(overlays)
}

/// Two underscores part section and key, so that `VESTIBULE_URL` and its like stay what they are.
fn variable((name, text): &(String, String)) -> Option<Overlay> {
    let (section, key) = name.strip_prefix(PREFIX)?.split_once("__")?;
    let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
    Some(Overlay { from: name.clone(), section, key, text: text.clone() })
}

/// Lays one value over the table; refuses what the configuration does not know.
pub(super) fn apply(table: &mut Table, overlay: &Overlay) -> Result<(), ConfigError> {
    let refuse = |text: String| ConfigError::BadOverlay { from: overlay.from.clone(), text };
    let defaults = Table::try_from(Config::default()).map_err(|error| refuse(error.to_string()))?;
    let section = defaults.get(&overlay.section).and_then(Value::as_table);
    let section = section.ok_or_else(|| refuse(format!("there is no section [{}]", overlay.section)))?;
    let value = value_like(section.get(&overlay.key), &overlay.key, &overlay.text);
    let place = table.entry(&overlay.section).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(place) = place {
        place.insert(overlay.key.clone(), value);
    }
    typed(table).map(drop).map_err(refuse)
}

/// The table as the configuration.
pub(super) fn typed(table: &Table) -> Result<Config, String> {
    Config::deserialize(table.clone()).map_err(|error| error.message().to_owned())
}

fn value_like(usual: Option<&Value>, key: &str, text: &str) -> Value {
    let text_value = || Value::String(text.to_owned());
    match usual {
        Some(Value::Integer(_)) => text.trim().parse().map_or_else(|_| text_value(), Value::Integer),
        Some(Value::Boolean(_)) => text.trim().parse().map_or_else(|_| text_value(), Value::Boolean),
        Some(Value::Array(_)) => list(text),
        // Secrets have no default to look at.
        None if key.ends_with("_keys") => list(text),
        _ => text_value(),
    }
}

fn list(text: &str) -> Value {
    if text.trim_start().starts_with('[')
        && let Ok(mut table) = format!("list = {text}").parse::<Table>()
        && let Some(list) = table.remove("list")
    {
        return list;
    }
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
}
