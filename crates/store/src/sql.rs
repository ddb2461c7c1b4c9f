//! Statements put together at run time, out of literal text and bound values only.

use std::fmt::Write as _;

use kernel::{Scalar, Stored};

use crate::Backend;

/// Stands for a placeholder until the database is known; no statement has it otherwise.
const PLACE: char = '\u{1}';

/// Stands before a column that is to choose no index until the database is known.
const UNINDEXED: char = '\u{2}';

const WRITES: &str = "invariant: writing to a string cannot fail";

/// A statement in the making. Text is literal, values are bound: nothing a caller sent becomes SQL.
#[derive(Debug, Default)]
pub struct Sql {
    text: String,
    args: Vec<Bound>,
}

/// What a placeholder stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bound {
    /// A value.
    One(Scalar),
    /// A parenthesised list of values of one kind; never empty.
    List(Vec<Scalar>),
    /// The rows of an insert, all of the same kinds; never empty.
    Rows(Vec<Vec<Scalar>>),
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

    /// Adds the condition `column = value`, by which no index is to be chosen, because another condition finds few rows.
    /// SQLite has no figures of its tables: it takes every equality for one that leaves ten rows, and would rather read
    /// everything that an organisation has than look up the thirty ids that are asked for.
    #[must_use]
    pub fn among(mut self, column: &'static str, value: impl Stored) -> Self {
        self.text.push(UNINDEXED);
        self.push(column).push(" = ").bind(value)
    }

    /// Adds ` LIKE …` behind what is in lower case: finds a text anywhere in it, whatever its letters' case. Nothing in the
    /// text is a wildcard. Control characters are left out: nobody can type them, and PostgreSQL takes no NUL.
    #[must_use]
    pub fn has(self, text: &str) -> Self {
        let plain: String = text.chars().filter(|letter| !letter.is_control()).collect();
        self.like(format!("%{}%", literal(&plain.to_lowercase())))
    }

    /// Adds ` LIKE …` behind a list with bars around each item, `|a|b|`: finds an item of it. Nothing in the item is a
    /// wildcard.
    #[must_use]
    pub fn has_item(self, item: &str) -> Self {
        self.like(format!("%|{}|%", literal(item)))
    }

    fn like(self, pattern: String) -> Self {
        self.push(" LIKE ").bind(pattern).push(" ESCAPE '\\'")
    }

    /// Adds `(v1, v2, …)` for use behind `IN`; an empty list becomes `(NULL)`, which matches nothing.
    #[must_use]
    pub fn bind_list(mut self, values: impl IntoIterator<Item = impl Stored>) -> Self {
        let values: Vec<_> = values.into_iter().map(Stored::to_scalar).collect();
        if values.is_empty() {
            self.text.push_str("(NULL)");
        } else {
            self.args.push(Bound::List(values));
            self.text.push(PLACE);
        }
        self
    }

    /// Adds `(a, b), (c, d), …` behind `VALUES `, the body of an insert of many rows. The rows must not be empty, and their
    /// values of the same kinds.
    #[must_use]
    pub fn bind_rows(mut self, rows: impl IntoIterator<Item = Vec<Scalar>>) -> Self {
        self.args.push(Bound::Rows(rows.into_iter().collect()));
        self.text.push(PLACE);
        self
    }

    fn place(&mut self, value: Scalar) {
        self.args.push(Bound::One(value));
        self.text.push(PLACE);
    }

    /// The text as the database wants it, and what to bind.
    ///
    /// SQLite takes `$1` for a name and compares it with every name before it, which makes a statement of ten thousand
    /// values take a second; a bare `?` has no name. PostgreSQL gets a list as one array, `= ANY($1)` for
    /// `IN`: the statement is the same however long the list is, and the values are looked up in an index even where the
    /// statistics are of yesterday. Rows it gets as one array per column, for the same reason.
    pub(crate) fn into_parts(self, backend: Backend) -> (String, Vec<Bound>) {
        let mut text = String::with_capacity(self.text.len() + 5 * self.args.len());
        let mut bound = Vec::with_capacity(self.args.len());
        let mut parts = self.text.split(PLACE);
        text.push_str(parts.next().unwrap_or_default());
        for (arg, part) in self.args.into_iter().zip(parts) {
            match (backend, arg) {
                (Backend::Sqlite, Bound::One(value)) => {
                    text.push('?');
                    bound.push(Bound::One(value));
                }
                (Backend::Sqlite, Bound::List(mut values)) => {
                    // Repeated to an even length: statements of few lengths stay prepared, those of any would not.
                    let last = values[values.len() - 1].clone();
                    values.resize(values.len().next_power_of_two(), last);
                    text.push('(');
                    text.push_str(&vec!["?"; values.len()].join(", "));
                    text.push(')');
                    bound.extend(values.into_iter().map(Bound::One));
                }
                (Backend::Postgres, Bound::List(values)) => {
                    let kind = array_type(&values[0]);
                    bound.push(Bound::List(values));
                    text.truncate(text.trim_end_matches("IN ").len());
                    write!(text, "= ANY(${}::{kind})", bound.len()).expect(WRITES);
                }
                (Backend::Postgres, Bound::Rows(rows)) if rows.len() > 1 => {
                    text.truncate(text.trim_end_matches("VALUES ").len());
                    text.push_str("SELECT * FROM UNNEST(");
                    for (index, column) in columns(rows).into_iter().enumerate() {
                        let kind = array_type(&column[0]);
                        bound.push(Bound::List(column));
                        let comma = if index == 0 { "" } else { ", " };
                        write!(text, "{comma}${}::{kind}", bound.len()).expect(WRITES);
                    }
                    text.push(')');
                }
                (_, Bound::Rows(rows)) => write_rows(&mut text, &mut bound, rows, backend),
                (Backend::Postgres, one) => {
                    bound.push(one);
                    write!(text, "${}", bound.len()).expect(WRITES);
                }
            }
            text.push_str(part);
        }
        if text.contains(UNINDEXED) {
            text = text.replace(UNINDEXED, if backend == Backend::Sqlite { "+" } else { "" });
        }
        (text, bound)
    }
}

/// A text in a pattern, in which it stands for itself.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Rows one behind the other, each value with its placeholder.
fn write_rows(text: &mut String, bound: &mut Vec<Bound>, rows: Vec<Vec<Scalar>>, backend: Backend) {
    for (index, row) in rows.into_iter().enumerate() {
        text.push_str(if index == 0 { "(" } else { ", (" });
        for (column, value) in row.into_iter().enumerate() {
            text.push_str(if column == 0 { "" } else { "," });
            bound.push(Bound::One(value));
            match backend {
                Backend::Sqlite => text.push('?'),
                Backend::Postgres => write!(text, "${}", bound.len()).expect(WRITES),
            }
        }
        text.push(')');
    }
}

fn columns(rows: Vec<Vec<Scalar>>) -> Vec<Vec<Scalar>> {
    let mut columns = vec![Vec::with_capacity(rows.len()); rows.first().map_or(0, Vec::len)];
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns
}

/// PostgreSQL's name of an array of such values.
const fn array_type(value: &Scalar) -> &'static str {
    match value {
        Scalar::Bool(_) => "bool[]",
        Scalar::Int(_) => "int8[]",
        Scalar::Float(_) => "float8[]",
        Scalar::Text(_) => "text[]",
        Scalar::Bytes(_) => "bytea[]",
        Scalar::Uuid(_) => "uuid[]",
    }
}

#[cfg(test)]
mod tests;
