//! Every SQL statement of the directory, by noun.

pub(crate) mod conflicts;
pub(crate) mod counts;
pub(crate) mod groups;
pub(crate) mod listing;
pub(crate) mod members;
pub(crate) mod snapshot;
pub(crate) mod users;

use store::{Row, StoreError};

use crate::model::Source;
use crate::state::{State, StateName};

/// Reads the state back from its columns.
pub(crate) fn state_of(row: &Row) -> Result<State, StoreError> {
    let name: StateName = row.get("state")?;
    match name {
        StateName::Active => Ok(State::Active),
        StateName::Disabled => Ok(State::Disabled),
        StateName::Conflict | StateName::Deleted | StateName::Excluded => row.json("state_detail"),
    }
}

/// The detail column: empty where the name says it all.
pub(crate) fn detail_of(state: &State) -> Option<String> {
    match state {
        State::Active | State::Disabled => None,
        other => Some(serde_json::to_string(other).expect("invariant: a state is plain data")),
    }
}

pub(crate) fn source_of(row: &Row) -> Result<Source, StoreError> {
    Ok(Source { organisation: row.get("organisation")?, kind: row.get("source")?, id: row.get("source_id")? })
}
