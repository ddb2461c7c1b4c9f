//! Filters in Microsoft Graph's `$filter` syntax (OData 4.01 URL conventions §5.1.1), read and answered here.
//!
//! ```text
//! text ──parse──► Filter ──matches──► in or out
//!                   ├─────explain──► every clause with the user's value: why in, why out
//!                   ├─────Display──► canonical text, which parses to the same filter
//!                   └─────to_graph─► whether Graph itself could run it, and with which parameters
//! ```
//!
//! | rule | what holds |
//! |---|---|
//! | properties | what the directory keeps of a user, by Graph's names ([`properties`]); letters' case does not matter |
//! | text | compared without regard to case, as Entra does |
//! | null | equals only null; greater and less are false; text functions give *unknown*, and so does their `not` |
//! | *unknown* | is not in: a filter lets in only those it is true for |
//! | bounds | [`MOST_BYTES`] of text, [`MOST_DEPTH`] levels, [`MOST_NODES`] conditions and values |
//!
//! What it deliberately does not do: ask Graph, know settings, allocate while it matches.

use std::fmt;
use std::str::FromStr;

pub use error::{FilterError, Position};
pub use evaluate::Truth;
pub use explain::{Explanation, Reading};
pub use graph::GraphQuery;
pub use property::{Property, properties};
pub use syntax::Span;
pub use value::{Attributes, Value};

use syntax::Expr;

mod error;
mod evaluate;
mod explain;
mod fold;
mod graph;
mod lexer;
mod parser;
mod property;
mod syntax;
mod value;

#[cfg(test)]
mod tests;

/// The longest filter text, written and canonical.
pub const MOST_BYTES: usize = 8 * 1024;
/// The deepest nesting of parentheses, `not` and `any`.
pub const MOST_DEPTH: usize = 32;
/// The most conditions, connectives and listed values.
pub const MOST_NODES: usize = 512;

/// A filter on users. Two filters are equal when they say the same in the same order, however they were written.
#[derive(Debug, Clone)]
pub struct Filter {
    source: String,
    root: Expr,
}

impl Filter {
    /// Reads a filter; the error says where and what was expected.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parser::check_length(text, text)?;
        let filter = Self { source: text.to_owned(), root: parser::parse(text)? };
        parser::check_length(text, &filter.to_string())?;
        Ok(filter)
    }

    /// The text as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the filter is true for a user.
    pub fn matches(&self, user: &impl Attributes) -> bool {
        evaluate::evaluate(&self.root, user) == Truth::True
    }

    /// Why the filter is true for a user or is not, clause by clause.
    pub fn explain(&self, user: &impl Attributes) -> Explanation {
        explain::explain(&self.root, &self.source, user)
    }

    /// Whether Graph could run the filter, and what it would need.
    pub fn to_graph(&self) -> GraphQuery {
        graph::query(&self.root, self.to_string())
    }

    /// The properties that the filter reads, each once, by path.
    pub fn reads(&self) -> Vec<&'static str> {
        let mut paths = Vec::new();
        self.root.visit(&mut |expr| paths.extend(expr.node.property().map(|property| property.path)));
        paths.sort_unstable();
        paths.dedup();
        paths
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl FromStr for Filter {
    type Err = FilterError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}
