//! Pages about the sync: settings, runs, and what waits for a decision.

pub mod additions;
pub mod changes;
pub mod conflicts;
pub mod exceptions;
pub mod picks;
pub mod plan;
pub mod plans;
pub mod preview;
pub mod routes;
pub mod run;
pub mod runs;
pub mod settings;
pub mod undo;
pub mod words;

use crate::form::{Choice, Field};

/// The choice of a source, as `(id, name)`.
pub fn source_field(sources: &[(String, String)], value: &str) -> Field {
    let value = if value.is_empty() { sources.first().map_or("", |(id, _)| id) } else { value };
    let choices = sources.iter().map(|(id, name)| Choice::new(id, name)).collect();
    Field::select("source", "Tenant", choices).value(value)
}
