//! One row of SQLite's answer, read whole.

use std::sync::Arc;

use kernel::{Scalar, ScalarKind};
use rusqlite::types::Value;
use uuid::Uuid;

/// The names of an answer's columns.
pub(super) type Columns = Arc<[Box<str>]>;

/// A row: its values in the order of the columns.
pub(crate) struct SqliteRow {
    columns: Columns,
    values: Box<[Value]>,
}

impl SqliteRow {
    pub(super) fn read(columns: &Columns, row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let values = (0..columns.len()).map(|column| row.get(column)).collect::<Result<_, _>>()?;
        Ok(Self { columns: columns.clone(), values })
    }

    /// The value of a column as one of a kind; `None` where there is no such column, or a value of another kind.
    pub(crate) fn scalar(&self, column: &str, kind: ScalarKind) -> Option<Scalar> {
        // Of columns with one name it is the last, as on PostgreSQL.
        let place = self.columns.iter().rposition(|name| **name == *column)?;
        Some(match (kind, &self.values[place]) {
            (_, Value::Null) => Scalar::null(kind),
            (ScalarKind::Bool, Value::Integer(value)) => Scalar::Bool(Some(*value != 0)),
            (ScalarKind::Int, Value::Integer(value)) => Scalar::Int(Some(*value)),
            (ScalarKind::Float, Value::Real(value)) => Scalar::Float(Some(*value)),
            (ScalarKind::Text, Value::Text(value)) => Scalar::Text(Some(value.clone())),
            (ScalarKind::Bytes, Value::Blob(value)) => Scalar::Bytes(Some(value.clone())),
            (ScalarKind::Uuid, Value::Blob(value)) => Scalar::Uuid(Some(Uuid::from_slice(value).ok()?)),
            _ => return None,
        })
    }
}
