//! The house rules, in one table. Each is a pure function from the repository to its breaches.
//!
//! Deliberately reads text, not syntax: rules stay a page long, and code is formatted anyway.

mod arrows;
mod crates;
mod docs;
mod lengths;
mod names;
mod sql;
mod templates;
mod words;

pub use sql::next_migration;

use anyhow::Result;

use crate::exceptions::{self, Exceptions};
use crate::repository::Repository;

/// One house rule.
pub struct Rule {
    /// The word for it in `exceptions.toml`.
    pub name: &'static str,
    /// The rule in one sentence.
    pub says: &'static str,
    check: fn(&Repository) -> Vec<Breach>,
}

/// All of them.
pub const RULES: &[Rule] = &[
    Rule { name: "arrows", says: "crates import only from the floors below", check: arrows::shipped },
    Rule { name: "test-arrows", says: "tests import only what their floor may", check: arrows::tests },
    Rule { name: "addresses", says: "a heavy dependency lives at one address", check: arrows::addresses },
    Rule { name: "crates", says: "crates look alike: name, description, lints, README", check: crates::check },
    Rule { name: "names", says: "a module is named after what is in it", check: names::modules },
    Rule { name: "headers", says: "//! opens every module", check: names::headers },
    Rule {
        name: "tests",
        says: "tests are sentences, live beside the code, and are never ignored",
        check: names::tests,
    },
    Rule { name: "length", says: "a file has at most 500 lines", check: lengths::files },
    Rule { name: "functions", says: "a function has at most 60 lines", check: lengths::functions },
    Rule {
        name: "migrations",
        says: "NNNN_<room>_<what>.sql, numbered once, tables named after the room",
        check: sql::migrations,
    },
    Rule { name: "tables", says: "a room's tables are named in its own store alone", check: sql::tables },
    Rule { name: "templates", says: "every template belongs to a page", check: templates::check },
    Rule { name: "links", says: "links between documents lead somewhere", check: docs::links },
    Rule { name: "decisions", says: "docs/decisions/NNNN-title.md, numbered once", check: docs::decisions },
    Rule { name: "words", says: "the repository speaks of Vestibule alone", check: words::check },
];

/// One breach: `key` is what an exception would name.
#[derive(Debug, PartialEq, Eq)]
pub struct Breach {
    /// The path or pair it is about.
    pub key: String,
    /// What is wrong, and the cure where it is not plain.
    pub text: String,
}

impl Breach {
    /// Says that `key` is wrong in the way of `text`.
    pub fn new(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: key.into(), text: text.into() }
    }
}

/// Every complaint about the repository, one line each; empty when the house is in order.
pub fn complaints(repository: &Repository) -> Result<Vec<String>> {
    let exceptions = Exceptions::read(repository)?;
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    let mut complaints: Vec<String> =
        exceptions.unknown(&names).map(|rule| format!("{}: no rule is called {rule}", exceptions::PATH)).collect();
    for rule in RULES {
        let left = exceptions.judge(rule.name, (rule.check)(repository));
        complaints.extend(left.into_iter().map(|complaint| format!("[{}] {complaint} ({})", rule.name, rule.says)));
    }
    Ok(complaints)
}

#[cfg(test)]
mod tests;
