//! A statement and what is bound to it, as SQLite takes them.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use kernel::Scalar;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, Error, Result};

use super::row::{Columns, SqliteRow};
use crate::sql::Bound;

/// A text and its values.
pub(crate) struct Statement {
    text: Cow<'static, str>,
    hash: u64,
    values: Vec<Scalar>,
}

impl Statement {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>, bound: Vec<Bound>) -> Self {
        let mut values = Vec::with_capacity(bound.len());
        for bound in bound {
            match bound {
                Bound::One(value) => values.push(value),
                Bound::List(list) => values.extend(list),
                Bound::Rows(rows) => values.extend(rows.into_iter().flatten()),
            }
        }
        let (text, mut hasher) = (text.into(), DefaultHasher::new());
        match &text {
            // What stands in the program is told by where, however long it is.
            Cow::Borrowed(text) => (text.as_ptr(), text.len()).hash(&mut hasher),
            Cow::Owned(text) => text.hash(&mut hasher),
        }
        Self { text, hash: hasher.finish(), values }
    }

    /// The same for the same text, while the process runs.
    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    /// Runs it; returns how many rows it changed.
    pub(super) fn change(&self, connection: &Connection) -> Result<u64> {
        let mut prepared = self.prepared(connection)?;
        let mut rows = prepared.raw_query();
        while rows.next()?.is_some() {}
        drop(rows);
        // What changes nothing leaves the count of what did before.
        Ok(if prepared.readonly() { 0 } else { connection.changes() })
    }

    /// Every row of the answer.
    pub(super) fn rows(&self, connection: &Connection) -> Result<Vec<SqliteRow>> {
        let mut rows = Vec::new();
        self.portions(connection, usize::MAX, |all| {
            rows = all;
            true
        })?;
        Ok(rows)
    }

    /// Hands every row of the answer to `each`, until it says that this is enough.
    fn each(&self, connection: &Connection, mut each: impl FnMut(SqliteRow) -> bool) -> Result<()> {
        let mut prepared = self.prepared(connection)?;
        let columns: Columns = prepared.column_names().into_iter().map(Box::from).collect();
        let mut rows = prepared.raw_query();
        while let Some(row) = rows.next()? {
            if !each(SqliteRow::read(&columns, row)?) {
                break;
            }
        }
        Ok(())
    }

    /// The same, `most` rows at a time.
    pub(super) fn portions(
        &self,
        connection: &Connection,
        most: usize,
        mut take: impl FnMut(Vec<SqliteRow>) -> bool,
    ) -> Result<()> {
        let mut portion = Vec::new();
        self.each(connection, |row| {
            portion.push(row);
            portion.len() < most || take(std::mem::take(&mut portion))
        })?;
        if !portion.is_empty() {
            // Whether somebody wants more is of no interest any more.
            take(portion);
        }
        Ok(())
    }

    fn prepared<'a>(&self, connection: &'a Connection) -> Result<CachedStatement<'a>> {
        let mut prepared = connection.prepare_cached(&self.text)?;
        let mut next = 0;
        for place in 1..=prepared.parameter_count() {
            // To SQLite `$1` is a name, and `?` the next place.
            let number = if let Some(name) = prepared.parameter_name(place) {
                name[1..].parse().map_err(|_| Error::InvalidParameterName(name.to_owned()))?
            } else {
                next += 1;
                next
            };
            let value = usize::checked_sub(number, 1).and_then(|index| self.values.get(index));
            let value = value.ok_or_else(|| Error::InvalidParameterCount(self.values.len(), number))?;
            prepared.raw_bind_parameter(place, Given(value))?;
        }
        Ok(prepared)
    }
}

/// A value to bind.
struct Given<'a>(&'a Scalar);

impl ToSql for Given<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Scalar::Bool(Some(value)) => ToSqlOutput::Owned(Value::Integer(i64::from(*value))),
            Scalar::Int(Some(value)) => ToSqlOutput::Owned(Value::Integer(*value)),
            Scalar::Float(Some(value)) => ToSqlOutput::Owned(Value::Real(*value)),
            Scalar::Text(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Scalar::Bytes(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Scalar::Uuid(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Blob(value.as_bytes())),
            Scalar::Bool(None)
            | Scalar::Int(None)
            | Scalar::Float(None)
            | Scalar::Text(None)
            | Scalar::Bytes(None)
            | Scalar::Uuid(None) => ToSqlOutput::Owned(Value::Null),
        })
    }
}
