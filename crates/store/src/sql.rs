//! Statements put together at run time, out of literal text and bound values only.

use std::fmt::Write as _;

use kernel::{Scalar, Stored};

use crate::Backend;

/// Stands for a placeholder until the database is known; no statement has it otherwise.
const PLACE: char = '\u{1}';

/// A statement in the making. Text is literal, values are bound: nothing a caller sent becomes SQL.
#[derive(Debug, Default)]
pub struct Sql {
    text: String,
    args: Vec<Scalar>,
}

impl Sql {
    /// Begins with literal text.
    pub fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), args: Vec::new() }
    }

    /// Adds literal text.
    #[must_use]
    pub fn push(mut self, text: &'static str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds a value: its placeholder goes into the text.
    #[must_use]
    pub fn bind(mut self, value: impl Stored) -> Self {
        self.place(value.to_scalar());
        self
    }

    /// Adds `(v1, v2, …)`; an empty list becomes `(NULL)`, which matches nothing.
    #[must_use]
    pub fn bind_list(mut self, values: impl IntoIterator<Item = impl Stored>) -> Self {
        self.text.push('(');
        let mut first = true;
        for value in values {
            if !first {
                self.text.push_str(", ");
            }
            first = false;
            self.place(value.to_scalar());
        }
        self.text.push_str(if first { "NULL)" } else { ")" });
        self
    }

    /// Adds `(a, b), (c, d), …`, the body of a multi-row insert. The rows must not be empty.
    #[must_use]
    pub fn bind_rows(mut self, rows: impl IntoIterator<Item = Vec<Scalar>>) -> Self {
        for (index, row) in rows.into_iter().enumerate() {
            self.text.push_str(if index == 0 { "(" } else { ", (" });
            for (column, value) in row.into_iter().enumerate() {
                if column > 0 {
                    self.text.push(',');
                }
                self.place(value);
            }
            self.text.push(')');
        }
        self
    }

    fn place(&mut self, value: Scalar) {
        self.args.push(value);
        self.text.push(PLACE);
    }

    /// The text as the database wants it. SQLite takes `$1` for a name and compares it with every name before it, which
    /// makes a statement of ten thousand values take a second; a bare `?` has no name.
    pub(crate) fn into_parts(self, backend: Backend) -> (String, Vec<Scalar>) {
        let mut text = String::with_capacity(self.text.len() + 5 * self.args.len());
        for (index, part) in self.text.split(PLACE).enumerate() {
            if index > 0 {
                match backend {
                    Backend::Sqlite => text.push('?'),
                    Backend::Postgres => {
                        write!(text, "${index}").expect("invariant: writing to a string cannot fail");
                    }
                }
            }
            text.push_str(part);
        }
        (text, self.args)
    }
}

#[cfg(test)]
mod tests;
