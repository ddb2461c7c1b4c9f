//! The unit of work: what is done through one [`Tx`] commits together or not at all.

use std::borrow::Cow;

use futures_util::TryStreamExt as _;
use kernel::{Scalar, Stored};
use sqlx::postgres::PgArguments;
use sqlx::{Arguments as _, AssertSqlSafe, SqlSafeStr as _, SqlStr};

use crate::error::Cause;
use crate::loan::{Loan, Postgres, Sqlite};
use crate::pool::{News, Wake};
use crate::row::Inner as RowInner;
use crate::sql::Bound;
use crate::sqlite::Statement;
use crate::tidy::After;
use crate::{Row, Sql, StoreError};

/// Which database is underneath, for the rare statement that must differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The embedded default.
    Sqlite,
    /// The scale-out choice.
    Postgres,
}

/// A unit of work or a read snapshot. Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    pub(crate) inner: Inner,
    pub(crate) wake: Wake,
    pub(crate) news: News,
    pub(crate) after: Option<After>,
}

/// What statements are run on.
pub(crate) enum Inner {
    Sqlite(Loan<Sqlite>),
    Postgres(Loan<Postgres>),
}

/// The most values one statement may bind; both databases take at least this many.
const MOST_ARGS: usize = 30_000;
/// The most rows one insert carries on SQLite; measured best between 100 and 500.
const MOST_ROWS: usize = 256;
/// The most rows one insert carries on PostgreSQL, which is told the rows by the column.
const MOST_UNNESTED: usize = 2_000;
/// From how many rows on PostgreSQL gets them as a copy, which takes an exchange more.
const FEW_COPIED: usize = 100;

/// The largest power of two that is not above `count`, which must not be 0. Statements of such lengths only are few enough
/// to stay prepared; of any length, they would fill the memory.
pub(crate) fn even(count: usize) -> usize {
    1 << count.max(1).ilog2()
}

/// Cuts a list into parts of even lengths, none longer than `most`: for statements built with [`Sql::bind_rows`].
pub fn portions<T>(mut all: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let (part, rest) = all.split_at_checked(even(all.len().min(most)))?;
        all = rest;
        Some(part)
    })
}

impl Tx {
    /// Which database is underneath.
    pub fn backend(&self) -> Backend {
        match self.inner {
            Inner::Sqlite(_) => Backend::Sqlite,
            Inner::Postgres(_) => Backend::Postgres,
        }
    }

    /// Runs a statement; returns how many rows it changed.
    pub async fn execute(&mut self, sql: &'static str, args: Vec<Scalar>) -> Result<u64, StoreError> {
        self.run(sql.into(), singles(args)).await
    }

    /// Runs a built statement; returns how many rows it changed.
    pub async fn alter(&mut self, sql: Sql) -> Result<u64, StoreError> {
        let (text, args) = sql.into_parts(self.backend());
        self.run(text.into(), args).await
    }

    /// Every row of the answer.
    pub async fn all(&mut self, sql: &'static str, args: Vec<Scalar>) -> Result<Vec<Row>, StoreError> {
        self.fetch(sql.into(), singles(args)).await
    }

    /// Every row of the answer to a built statement.
    pub async fn select(&mut self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        let (text, args) = sql.into_parts(self.backend());
        self.fetch(text.into(), args).await
    }

    /// The first row of the answer, if there is one.
    pub async fn one(&mut self, sql: &'static str, args: Vec<Scalar>) -> Result<Option<Row>, StoreError> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// The first row's `n` column as a number: for `SELECT COUNT(*) AS n …`. No row is 0.
    pub async fn count(&mut self, sql: &'static str, args: Vec<Scalar>) -> Result<u64, StoreError> {
        match self.one(sql, args).await? {
            Some(row) => row.get("n"),
            None => Ok(0),
        }
    }

    /// Hands every row of the answer to `each` as it arrives, so that an answer need not fit in memory.
    pub async fn for_each(
        &mut self,
        sql: Sql,
        mut each: impl FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let (text, args) = sql.into_parts(self.backend());
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                tx.each(Statement::new(text, args), |row| each(Row(RowInner::Sqlite(row)))).await?;
            }
            Inner::Postgres(tx) => {
                let mut rows = sqlx::query_with(whole(text.into()), postgres_args(args)?).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    each(Row(RowInner::Postgres(row)))?;
                }
            }
        }
        self.inner.answered();
        Ok(())
    }

    /// Inserts many rows, several hundred a statement: `head` is `INSERT INTO t (a, b) VALUES `, `tail` may be an
    /// `ON CONFLICT` clause; many rows without one go faster. Returns how many rows were changed. `rows` makes the rows of the next statement while the
    /// database has the last one.
    pub fn insert_many<'a>(
        &'a mut self,
        head: &'static str,
        rows: impl IntoIterator<Item = Vec<Scalar>, IntoIter: Send + 'a>,
        tail: &'static str,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send + 'a {
        // Boxed, so that the future does not hold the caller's type.
        self.insert_boxed(head, Box::new(rows.into_iter()), tail)
    }

    async fn insert_boxed(
        &mut self,
        head: &'static str,
        mut rows: Box<dyn Iterator<Item = Vec<Scalar>> + Send + '_>,
        tail: &'static str,
    ) -> Result<u64, StoreError> {
        let backend = self.backend();
        let most = |width: usize| match backend {
            Backend::Sqlite => (MOST_ARGS / width.max(1)).clamp(1, MOST_ROWS),
            Backend::Postgres => MOST_UNNESTED,
        };
        let mut part: Vec<_> = rows.by_ref().take(1).collect();
        let most = most(part.first().map_or(1, Vec::len));
        part.extend(rows.by_ref().take(most - 1));
        if let Inner::Postgres(tx) = &mut self.inner
            && tail.is_empty()
            && part.len() >= FEW_COPIED
        {
            let copied = crate::copy::rows(tx, head, part.into_iter().chain(rows)).await?;
            tx.answered();
            return Ok(copied);
        }
        let mut changed = 0;
        while !part.is_empty() {
            // Statements of few lengths stay prepared; PostgreSQL's is of one length.
            let rest = if backend == Backend::Sqlite { part.split_off(even(part.len())) } else { Vec::new() };
            let alter = self.alter(Sql::new(head).bind_rows(part).push(" ").push(tail));
            let (done, next) = tokio::join!(alter, async {
                let missing = most - rest.len();
                rest.into_iter().chain(rows.by_ref().take(missing)).collect::<Vec<_>>()
            });
            changed += done?;
            part = next;
        }
        Ok(changed)
    }

    /// Lets PostgreSQL look at tables that have just grown or shrunk a lot, so that its next plans fit them. SQLite plans by
    /// the schema alone.
    pub async fn analyze(&mut self, sql: &'static str) -> Result<(), StoreError> {
        if self.backend() == Backend::Postgres {
            self.execute(sql, Vec::new()).await?;
        }
        Ok(())
    }

    /// Tells every node, once this unit of work has committed, that there is something new to read.
    pub fn announce(&mut self) {
        self.news = self.news.max(News::Commit);
    }

    /// The same, and that there is a job to do.
    pub(crate) fn announce_job(&mut self) {
        self.news = News::Job;
    }

    /// Makes everything done through this unit of work last.
    pub async fn commit(self) -> Result<(), StoreError> {
        let changed = match self.inner {
            Inner::Sqlite(tx) => tx.commit(self.news).await?,
            Inner::Postgres(tx) => tx.commit(self.news).await?,
        };
        if let (Some(after), Some(rows @ 1..)) = (&self.after, changed) {
            after.committed(rows).await?;
        }
        self.wake.wake(self.news);
        Ok(())
    }

    async fn run(&mut self, sql: Cow<'static, str>, args: Vec<Bound>) -> Result<u64, StoreError> {
        let changed = match &mut self.inner {
            Inner::Sqlite(tx) => tx.change(Statement::new(sql, args)).await?,
            Inner::Postgres(look) if !look.in_unit() => return Err(StoreError::Broken(Cause::Look)),
            Inner::Postgres(tx) => {
                sqlx::query_with(whole(sql), postgres_args(args)?).execute(&mut **tx).await?.rows_affected()
            }
        };
        self.inner.answered();
        Ok(changed)
    }

    async fn fetch(&mut self, sql: Cow<'static, str>, args: Vec<Bound>) -> Result<Vec<Row>, StoreError> {
        let rows = match &mut self.inner {
            Inner::Sqlite(tx) => {
                let rows = tx.rows(Statement::new(sql, args)).await?;
                rows.into_iter().map(|row| Row(RowInner::Sqlite(row))).collect()
            }
            Inner::Postgres(tx) => {
                let rows = sqlx::query_with(whole(sql), postgres_args(args)?).fetch_all(&mut **tx).await?;
                rows.into_iter().map(|row| Row(RowInner::Postgres(row))).collect()
            }
        };
        self.inner.answered();
        Ok(rows)
    }
}

impl Inner {
    /// Hears that every statement so far has been answered whole.
    fn answered(&mut self) {
        match self {
            Self::Sqlite(loan) => loan.answered(),
            Self::Postgres(loan) => loan.answered(),
        }
    }
}

macro_rules! add {
    ($bound:expr, $value:expr) => {
        match $value {
            Scalar::Bool(value) => $bound.add(value),
            Scalar::Int(value) => $bound.add(value),
            Scalar::Float(value) => $bound.add(value),
            Scalar::Text(value) => $bound.add(value),
            Scalar::Bytes(value) => $bound.add(value),
            Scalar::Uuid(value) => $bound.add(value),
        }
        .map_err(|cause| StoreError::from(sqlx::Error::Encode(cause)))
    };
}

/// A statement's text, which is of literals whichever way it was put together.
fn whole(text: Cow<'static, str>) -> SqlStr {
    match text {
        Cow::Borrowed(text) => text.into_sql_str(),
        Cow::Owned(text) => AssertSqlSafe(text).into_sql_str(),
    }
}

fn postgres_args(args: Vec<Bound>) -> Result<PgArguments, StoreError> {
    let mut bound = PgArguments::default();
    for arg in args {
        match arg {
            Bound::One(value) => add!(bound, value)?,
            Bound::List(values) => add_array(&mut bound, values)?,
            Bound::Rows(rows) => rows.into_iter().flatten().try_for_each(|value| add!(bound, value))?,
        }
    }
    Ok(bound)
}

/// Binds a list as one array; its values are of the kind of the first.
fn add_array(bound: &mut PgArguments, values: Vec<Scalar>) -> Result<(), StoreError> {
    macro_rules! array {
        ($kind:path) => {
            bound.add(
                values.into_iter().map(|value| if let $kind(value) = value { value } else { None }).collect::<Vec<_>>(),
            )
        };
    }
    let added = match values.first() {
        None => return Ok(()),
        Some(Scalar::Bool(_)) => array!(Scalar::Bool),
        Some(Scalar::Int(_)) => array!(Scalar::Int),
        Some(Scalar::Float(_)) => array!(Scalar::Float),
        Some(Scalar::Text(_)) => array!(Scalar::Text),
        Some(Scalar::Bytes(_)) => array!(Scalar::Bytes),
        Some(Scalar::Uuid(_)) => array!(Scalar::Uuid),
    };
    added.map_err(|cause| StoreError::from(sqlx::Error::Encode(cause)))
}

fn singles(args: Vec<Scalar>) -> Vec<Bound> {
    args.into_iter().map(Bound::One).collect()
}

/// A value as JSON text, for storing.
pub fn json<T: serde::Serialize>(value: &T) -> Scalar {
    serde_json::to_string(value).expect("invariant: what we store is plain data").to_scalar()
}
