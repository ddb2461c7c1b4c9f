//! `COPY … FROM STDIN` in PostgreSQL's binary form: many new rows for about half of what an `INSERT` of them costs.

use kernel::Scalar;
use sqlx::PgConnection;

use crate::StoreError;

/// The signature, no flags, no extension (PostgreSQL, "COPY", binary format).
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// How many bytes are sent together.
const ENOUGH: usize = 256 * 1024;

/// Copies rows to where `head`, an `INSERT INTO t (a, b) VALUES `, would put them. Rows are made while the database has
/// those before. The values must be of exactly the columns' types; returns how many rows there were.
pub(crate) async fn rows(
    connection: &mut PgConnection,
    head: &'static str,
    rows: impl Iterator<Item = Vec<Scalar>>,
) -> Result<u64, StoreError> {
    let mut copy = connection.copy_in_raw(&statement(head)).await?;
    let mut bytes = Vec::with_capacity(ENOUGH + ENOUGH / 4);
    bytes.extend_from_slice(HEADER);
    for row in rows {
        put_row(&mut bytes, &row);
        if bytes.len() >= ENOUGH {
            copy.send(bytes.as_slice()).await?;
            bytes.clear();
        }
    }
    // Invariant: a row has at least one column, so that this count ends the rows.
    bytes.extend_from_slice(&(-1_i16).to_be_bytes());
    copy.send(bytes.as_slice()).await?;
    Ok(copy.finish().await?)
}

fn statement(head: &str) -> String {
    let target = head.trim_end().trim_start_matches("INSERT INTO").trim_end_matches("VALUES");
    format!("COPY {} FROM STDIN (FORMAT BINARY)", target.trim())
}

fn put_row(bytes: &mut Vec<u8>, row: &[Scalar]) {
    bytes.extend_from_slice(&i16::try_from(row.len()).unwrap_or(0).to_be_bytes());
    for value in row {
        match value {
            Scalar::Bool(value) => put(bytes, value.map(|value| [u8::from(value)])),
            Scalar::Int(value) => put(bytes, value.map(i64::to_be_bytes)),
            Scalar::Float(value) => put(bytes, value.map(f64::to_be_bytes)),
            Scalar::Text(value) => put(bytes, value.as_deref()),
            Scalar::Bytes(value) => put(bytes, value.as_deref()),
            Scalar::Uuid(value) => put(bytes, value.as_ref().map(uuid::Uuid::as_bytes)),
        }
    }
}

/// A value with its length before it; -1 is null.
fn put(bytes: &mut Vec<u8>, value: Option<impl AsRef<[u8]>>) {
    let Some(value) = value else { return bytes.extend_from_slice(&(-1_i32).to_be_bytes()) };
    let value = value.as_ref();
    // A value that is too long for its length is too long for the database: it says so itself.
    bytes.extend_from_slice(&i32::try_from(value.len()).unwrap_or(i32::MAX).to_be_bytes());
    bytes.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use kernel::{Scalar, Stored as _};

    #[test]
    fn a_head_becomes_a_statement() {
        let statement = super::statement("INSERT INTO t (a,\n b) VALUES ");
        assert_eq!(statement, "COPY t (a,\n b) FROM STDIN (FORMAT BINARY)");
    }

    #[test]
    fn values_stand_behind_their_lengths() {
        let mut bytes = Vec::new();
        super::put_row(&mut bytes, &["ab".to_scalar(), None::<i64>.to_scalar(), true.to_scalar(), Scalar::Text(None)]);
        let expected = [[0, 4].as_slice(), &[0, 0, 0, 2, b'a', b'b'], &[255; 4], &[0, 0, 0, 1, 1], &[255; 4]];
        assert_eq!(bytes, expected.concat());
    }
}
