//! Where a filter or a path stopped making sense.

use std::fmt;

use crate::text::shorten;
use crate::{ScimError, ScimType};

/// Why a text is no filter, or no path of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// The byte at which reading stopped; always at the beginning of a character or at the end.
    pub byte: usize,
    /// The same place for people: characters, counted from one.
    pub character: usize,
    /// What would have made sense there, or what is wrong.
    pub problem: String,
    /// `invalidFilter`, or `invalidPath` for the part of a patch's path outside its brackets.
    pub scim_type: ScimType,
}

impl FilterError {
    pub(super) fn new(text: &str, byte: usize, problem: impl Into<String>) -> Self {
        let byte = (0..=byte.min(text.len())).rev().find(|byte| text.is_char_boundary(*byte)).unwrap_or(0);
        let character = text[..byte].chars().count() + 1;
        Self { byte, character, problem: problem.into(), scim_type: ScimType::InvalidFilter }
    }

    /// What was expected, and what stands there instead.
    pub(super) fn expected(text: &str, byte: usize, expected: &str) -> Self {
        let mut error = Self::new(text, byte, "");
        let found = text[error.byte..]
            .split_whitespace()
            .next()
            .map_or_else(|| "it ends here".to_owned(), |found| format!("found {}", shorten(found)));
        error.problem = format!("expected {expected}, {found}");
        error
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.scim_type == ScimType::InvalidPath { "path" } else { "filter" };
        write!(f, "{what}, character {}: {}", self.character, self.problem)
    }
}

impl std::error::Error for FilterError {}

impl From<FilterError> for ScimError {
    fn from(error: FilterError) -> Self {
        Self::new(error.scim_type, error.to_string())
    }
}
