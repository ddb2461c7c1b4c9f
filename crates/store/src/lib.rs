//! One door to SQL: SQLite or PostgreSQL behind one face, a unit of work, a job queue, leases, sealed secrets.
//!
//! Deliberately knows no room: it runs the SQL it is given and has no tables but its own (`store_*`).
//! It is the only crate that knows `sqlx` and `rusqlite`.

mod copy;
pub mod error;
pub mod lease;
mod loan;
pub mod migrate;
pub mod pool;
pub mod queue;
pub mod row;
pub mod seal;
pub mod sql;
mod sqlite;
mod tidy;
pub mod tx;
pub mod worker;

pub use error::StoreError;
pub use pool::{Settings, Store};
pub use row::Row;
pub use seal::{MasterKey, Sealer};
pub use sql::Sql;
pub use tx::{Backend, Tx, json, portions};

/// Collects the arguments of a statement: `args![organisation, name, None::<i64>]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::kernel::Stored::to_scalar($value)),*] };
}

#[doc(hidden)]
pub use kernel;
