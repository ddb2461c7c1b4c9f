//! What is wrong with a filter, and where.

use kernel::{ErrorKind, Kinded};
use serde::Serialize;

/// A place in the filter's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Position {
    /// Bytes before it.
    pub byte: usize,
    /// The column, counted in characters from 1.
    pub column: usize,
}

impl Position {
    /// The place after `byte` bytes of `text`.
    pub(super) fn at(text: &str, byte: usize) -> Self {
        Self { byte, column: text.char_indices().take_while(|(place, _)| *place < byte).count() + 1 }
    }
}

/// The filter cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, utoipa::ToSchema)]
#[error("column {}: expected {expected}, found {found}{}", .position.column, advice(.hint.as_deref()))]
pub struct FilterError {
    /// Where.
    pub position: Position,
    /// What could stand there.
    pub expected: String,
    /// What stands there.
    pub found: String,
    /// What to do about it.
    pub hint: Option<String>,
}

fn advice(hint: Option<&str>) -> String {
    hint.map(|hint| format!("; {hint}")).unwrap_or_default()
}

impl Kinded for FilterError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
    fn code(&self) -> &'static str {
        "dirsync.filter"
    }
}
