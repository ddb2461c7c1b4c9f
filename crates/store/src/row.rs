//! One row of an answer, whichever database gave it.

use kernel::{Scalar, ScalarKind, Stored};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, ValueRef as _};
use uuid::Uuid;

use crate::StoreError;

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
                if row.try_get_raw(column)?.is_null() {
                    return Ok(Scalar::null(kind));
                }
                match kind {
                    ScalarKind::Bool => Scalar::Bool(row.try_get::<Option<bool>, _>(column)?),
                    ScalarKind::Int => Scalar::Int(row.try_get::<Option<i64>, _>(column)?),
                    ScalarKind::Float => Scalar::Float(row.try_get::<Option<f64>, _>(column)?),
                    ScalarKind::Text => Scalar::Text(row.try_get::<Option<String>, _>(column)?),
                    ScalarKind::Bytes => Scalar::Bytes(row.try_get::<Option<Vec<u8>>, _>(column)?),
                    ScalarKind::Uuid => Scalar::Uuid(row.try_get::<Option<Uuid>, _>(column)?),
                }
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
