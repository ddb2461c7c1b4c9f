//! One row of an answer, whichever database gave it.

use kernel::{Scalar, ScalarKind, Stored};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use crate::StoreError;
use crate::sqlite::SqliteRow;

/// One row of an answer.
pub struct Row(pub(crate) Inner);

pub(crate) enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The value of a column. `Option<T>` reads null; anything else refuses it.
    pub fn get<T: Stored>(&self, column: &str) -> Result<T, StoreError> {
        let scalar = self.scalar(column, T::KIND)?;
        T::from_scalar(scalar).ok_or_else(|| StoreError::Corrupt { column: column.to_owned() })
    }

    /// JSON kept as text, parsed.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|_| StoreError::Corrupt { column: column.to_owned() })
    }

    fn scalar(&self, column: &str, kind: ScalarKind) -> Result<Scalar, StoreError> {
        let scalar = match &self.0 {
            Inner::Sqlite(row) => {
                row.scalar(column, kind).ok_or_else(|| StoreError::Corrupt { column: column.to_owned() })?
            }
            Inner::Postgres(row) => match kind {
                ScalarKind::Bool => Scalar::Bool(row.try_get(column)?),
                ScalarKind::Int => Scalar::Int(row.try_get(column)?),
                ScalarKind::Float => Scalar::Float(row.try_get(column)?),
                ScalarKind::Text => Scalar::Text(row.try_get(column)?),
                ScalarKind::Bytes => Scalar::Bytes(row.try_get(column)?),
                ScalarKind::Uuid => Scalar::Uuid(row.try_get(column)?),
            },
        };
        Ok(scalar)
    }
}
