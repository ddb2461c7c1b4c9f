//! Filters (RFC 7644 §3.4.2.2), the whole grammar.
//!
//! ```text
//! text ──parse──► Filter ──matches──► in or out
//!                   ├─────lookup──► what an index can answer, and whether that is all
//!                   └─────Display─► canonical text, which parses to the same filter
//! ```
//!
//! | rule | what holds |
//! |---|---|
//! | binding | brackets and parentheses, then `not`, `and`, `or` |
//! | letters' case | of names, URNs, operators and `true false null` never matters; of values as the schema says |
//! | several values | true when one satisfies it; `emails` stands for `emails.value` |
//! | no value | only `ne` and `eq null` are true |
//! | moments | compared as instants, whatever their offset |
//! | types | a value that cannot fit the attribute is refused; `"True"` and `"False"` fit a boolean, as Entra sends them |
//! | secrets | what is never returned cannot be asked for |
//! | bounds | [`MOST_BYTES`] of text, [`MOST_DEPTH`] levels, [`MOST_TERMS`] conditions |
//!
//! Deliberately fetches nothing: the caller says what a resource holds.

use std::fmt;

pub use among::Among;
pub use error::FilterError;
pub use lookup::{Key, Lookup};
pub use syntax::{Comparison, Expression, Literal, Operator};

use crate::Object;
use crate::schema::{Attribute, ResourceType};

mod among;
mod error;
mod evaluate;
mod lexer;
mod lookup;
mod parser;
mod syntax;

#[cfg(test)]
mod tests;

pub(crate) use evaluate::{element_matches, is_assigned};
pub(crate) use parser::{ParsedPath, parse_path};

/// The longest filter text.
pub const MOST_BYTES: usize = 8 * 1024;
/// The deepest nesting of parentheses, brackets and `not`.
pub const MOST_DEPTH: usize = 50;
/// The most conditions.
pub const MOST_TERMS: usize = 200;

/// A filter on one kind of resource. Equal filters say the same in the same order, however they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    root: Expression,
}

impl Filter {
    /// Reads a filter; the error says where it stopped making sense.
    pub fn parse(kind: &'static ResourceType, text: &str) -> Result<Self, FilterError> {
        parser::parse(kind, &[], text).map(|root| Self { root })
    }

    /// Reads a filter that is asked of several kinds of resource at once, for one of them.
    pub fn parse_among(
        kind: &'static ResourceType,
        others: &'static [&'static ResourceType],
        text: &str,
    ) -> Result<Among, FilterError> {
        parser::parse(kind, others, text).map(|root| among::among(kind, root))
    }

    /// Whether the filter is true for a normalised resource. Computed attributes (`id`, `meta`, `members`) count as far
    /// as the caller has put them in.
    pub fn matches(&self, resource: &Object) -> bool {
        evaluate::matches(&self.root, resource)
    }

    /// What an index can answer.
    pub fn lookup(&self) -> Lookup<'_> {
        lookup::lookup(&self.root)
    }

    /// The tree.
    pub fn expression(&self) -> &Expression {
        &self.root
    }

    /// Whether the filter reads an attribute, such as `members`, by its canonical name.
    pub fn reads(&self, name: &str) -> bool {
        fn reads(expression: &Expression, wanted: &dyn Fn(&Attribute) -> bool) -> bool {
            match expression {
                Expression::And(parts) | Expression::Or(parts) => parts.iter().any(|part| reads(part, wanted)),
                Expression::Not(inner) => reads(inner, wanted),
                Expression::Present(path) | Expression::Element { path, .. } => wanted(path.attribute),
                Expression::Compare(comparison) => wanted(comparison.path.attribute),
            }
        }
        reads(&self.root, &|attribute| attribute.name == name)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}
