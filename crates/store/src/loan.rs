//! Connections, lent and given back.
//!
//! Whoever was done with a connection gives it back in order, and the next one gets it as it is: a pool that asks it each
//! time pays an exchange with the database for each unit of work. What was left in the middle of something is put in order
//! by a task of its own before anybody gets it, or is thrown away.

use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, QueueMode, RecycleError, RecycleResult};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, PgConnection};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::StoreError;
use crate::error::Cause;
use crate::pool::News;
use crate::sqlite::{self, Statement};

/// After how long without use a connection over a network is asked whether it is still one.
const ASKED_AFTER: Duration = Duration::from_secs(1);
/// How old a connection over a network becomes: its other end keeps what it has prepared for it.
const MOST_AGE: Duration = Duration::from_mins(30);
/// How long a database that is starting up is left alone at first, and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));
/// Asks a connection whether it is in order.
const ASK: &str = "SELECT 1";
/// Ends a unit of work of which nothing is to stay.
const GIVE_UP: &str = "ROLLBACK";

/// What is asked of a kind of database here.
pub(crate) trait Base: Send + Sync + 'static {
    /// How it is reached.
    type Options: Clone + Send + Sync;
    /// A way to it.
    type Connection: Send;
    /// Whether there is a network in between, which may hang up.
    const FAR: bool;

    fn connect(options: &Self::Options) -> impl Future<Output = Result<Self::Connection, StoreError>> + Send;

    /// Runs a statement that answers nothing.
    fn say(
        connection: &mut Self::Connection,
        statement: &'static str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Makes what its unit of work did last, and has `news` told; returns how many rows that changed, where that is known.
    fn commit(
        connection: &mut Self::Connection,
        news: News,
    ) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;

    /// Gives up the unit of work that has begun, if that takes no waiting; whether it did.
    fn give_up_at_once(connection: &mut Self::Connection) -> bool;

    fn close(connection: Self::Connection) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The embedded database.
pub(crate) struct Sqlite;

impl Base for Sqlite {
    type Options = sqlite::Options;
    type Connection = sqlite::Connection;
    const FAR: bool = false;

    async fn connect(options: &sqlite::Options) -> Result<sqlite::Connection, StoreError> {
        sqlite::Connection::open(options.clone()).await
    }

    async fn say(connection: &mut sqlite::Connection, statement: &'static str) -> Result<(), StoreError> {
        connection.change(Statement::new(statement, Vec::new())).await.map(drop)
    }

    async fn commit(connection: &mut sqlite::Connection, _news: News) -> Result<Option<u64>, StoreError> {
        connection.commit().await.map(Some)
    }

    fn give_up_at_once(connection: &mut sqlite::Connection) -> bool {
        connection.change_at_once(&Statement::new(GIVE_UP, Vec::new()))
    }

    async fn close(connection: sqlite::Connection) -> Result<(), StoreError> {
        connection.close().await
    }
}

/// The database behind a network.
pub(crate) struct Postgres;

impl Base for Postgres {
    type Options = PgConnectOptions;
    type Connection = PgConnection;
    const FAR: bool = true;

    async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
        let (mut pause, most) = PAUSES;
        loop {
            match options.connect().await {
                Err(error) if is_starting(&error) => rest(pause).await,
                answer => return Ok(answer?),
            }
            pause = (pause * 2).min(most);
        }
    }

    async fn say(connection: &mut PgConnection, statement: &'static str) -> Result<(), StoreError> {
        Ok(connection.execute(statement).await.map(drop)?)
    }

    async fn commit(connection: &mut PgConnection, news: News) -> Result<Option<u64>, StoreError> {
        // In one exchange: whoever hears of it finds it.
        let statement = match news {
            News::None => "COMMIT",
            News::Commit => "NOTIFY vestibule; COMMIT",
            News::Job => "NOTIFY vestibule, 'job'; COMMIT",
        };
        Self::say(connection, statement).await.map(|()| None)
    }

    fn give_up_at_once(_connection: &mut PgConnection) -> bool {
        false
    }

    async fn close(connection: PgConnection) -> Result<(), StoreError> {
        Ok(sqlx::Connection::close(connection).await?)
    }
}

/// Makes connections, and looks at those that come back.
struct Maker<D: Base>(D::Options);

/// A connection and what it was left with.
struct Kept<D: Base> {
    connection: D::Connection,
    left: Left,
    used: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing: it can be lent.
    Nothing,
    /// A statement of which nobody knows how it ended.
    Statement,
    /// A unit of work that has neither been committed nor given up.
    Unit,
}

impl<D: Base> Manager for Maker<D> {
    type Type = Kept<D>;
    type Error = StoreError;

    async fn create(&self) -> Result<Kept<D>, StoreError> {
        Ok(Kept { connection: D::connect(&self.0).await?, left: Left::Nothing, used: Instant::now() })
    }

    async fn recycle(&self, kept: &mut Kept<D>, metrics: &Metrics) -> RecycleResult<StoreError> {
        if kept.left != Left::Nothing {
            return Err(RecycleError::message("it was left in the middle of something"));
        }
        if D::FAR && metrics.age() >= MOST_AGE {
            return Err(RecycleError::message("it is old"));
        }
        if D::FAR && kept.used.elapsed() >= ASKED_AFTER {
            D::say(&mut kept.connection, ASK).await?;
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "a database that starts up tells nobody when it is ready")]
async fn rest(pause: Duration) {
    tokio::time::sleep(pause).await;
}

/// Whether a database does not take connections yet, but may in a moment.
fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        sqlx::Error::Database(error) => error.is_transient_in_connect_phase(),
        _ => false,
    }
}

/// Lends connections to one database. Cheap to clone.
pub(crate) struct Lender<D: Base> {
    pool: Pool<Maker<D>>,
    lent: TaskTracker,
    patience: Duration,
}

impl<D: Base> Clone for Lender<D> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), lent: self.lent.clone(), patience: self.patience }
    }
}

impl<D: Base> Lender<D> {
    /// Lends up to `most` at once; whoever gets none in `patience` is told so. Connects to nothing yet.
    pub(crate) fn new(options: D::Options, most: u32, patience: Duration) -> Result<Self, StoreError> {
        let pool = Pool::builder(Maker(options))
            .max_size(most.try_into().unwrap_or(usize::MAX))
            .wait_timeout(Some(patience))
            .create_timeout(Some(patience))
            .recycle_timeout(D::FAR.then_some(patience))
            // What was used last has the most in its caches.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Settings(error.to_string()))?;
        Ok(Self { pool, lent: TaskTracker::new(), patience })
    }

    /// A connection on which each statement is on its own.
    pub(crate) async fn look(&self) -> Result<Loan<D>, StoreError> {
        if self.lent.is_closed() {
            return Err(StoreError::Unreachable(Cause::Closed));
        }
        let token = self.lent.token();
        // Boxed: whoever begins anything holds this future within their own.
        let kept = Box::pin(self.pool.get()).await.map_err(why)?;
        Ok(Loan(Some((kept, token))))
    }

    /// A connection on which a unit of work has begun with `statement`. Given back without a commit, nothing of it stays.
    pub(crate) async fn begin(&self, statement: &'static str) -> Result<Loan<D>, StoreError> {
        let mut loan = self.look().await?;
        let kept = loan.kept();
        kept.left = Left::Unit;
        D::say(&mut kept.connection, statement).await?;
        Ok(loan)
    }

    /// Waits until every connection has come back, closes them, and lends none from now on.
    pub(crate) async fn close(&self) {
        self.lent.close();
        if tokio::time::timeout(self.patience, self.lent.wait()).await.is_err() {
            tracing::warn!("the database is closed while somebody still uses it");
        }
        for kept in self.pool.retain(|_, _| false).removed {
            if let Err(error) = D::close(kept.connection).await {
                tracing::debug!(%error, "a connection to the database ended badly");
            }
        }
        self.pool.close();
    }
}

fn why(error: PoolError<StoreError>) -> StoreError {
    match error {
        PoolError::Backend(error) => error,
        PoolError::Timeout(_) => StoreError::Unreachable(Cause::NoneFree),
        PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            StoreError::Unreachable(Cause::Closed)
        }
    }
}

/// A lent connection.
pub(crate) struct Loan<D: Base>(Option<(Object<Maker<D>>, TaskTrackerToken)>);

impl<D: Base> Loan<D> {
    fn kept(&mut self) -> &mut Kept<D> {
        &mut self.0.as_mut().expect("invariant: it is given back once, at the end").0
    }

    /// Whether a unit of work has begun on it.
    pub(crate) fn in_unit(&self) -> bool {
        self.0.as_ref().is_some_and(|(kept, _)| kept.left == Left::Unit)
    }

    /// Hears that every statement so far has been answered whole.
    pub(crate) fn answered(&mut self) {
        let kept = self.kept();
        if kept.left == Left::Statement {
            kept.left = Left::Nothing;
        }
    }

    /// Makes what its unit of work did last, if there is one; returns how many rows that changed, where that is known.
    pub(crate) async fn commit(mut self, news: News) -> Result<Option<u64>, StoreError> {
        let kept = self.kept();
        if kept.left != Left::Unit {
            return Ok(None);
        }
        let changed = D::commit(&mut kept.connection, news).await?;
        kept.left = Left::Nothing;
        Ok(changed)
    }
}

impl<D: Base> Deref for Loan<D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        &self.0.as_ref().expect("invariant: it is given back once, at the end").0.connection
    }
}

impl<D: Base> DerefMut for Loan<D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        let kept = self.kept();
        if kept.left == Left::Nothing {
            kept.left = Left::Statement;
        }
        &mut kept.connection
    }
}

impl<D: Base> Drop for Loan<D> {
    fn drop(&mut self) {
        let Some((mut kept, token)) = self.0.take() else { return };
        kept.used = Instant::now();
        if kept.left == Left::Unit && D::give_up_at_once(&mut kept.connection) {
            kept.left = Left::Nothing;
        }
        match tokio::runtime::Handle::try_current() {
            _ if kept.left == Left::Nothing => give_back(kept, token),
            Ok(runtime) => drop(runtime.spawn(put_in_order(kept, token))),
            // Nobody is there who could: it ends, and with it what it was left with.
            Err(_) => drop(Object::take(kept)),
        }
    }
}

/// It is back before it no longer counts as lent.
fn give_back<D: Base>(kept: Object<Maker<D>>, token: TaskTrackerToken) {
    drop(kept);
    drop(token);
}

/// Gives up what a connection was left with. One that cannot be put in order is thrown away.
async fn put_in_order<D: Base>(mut kept: Object<Maker<D>>, token: TaskTrackerToken) {
    let outcome = match kept.left {
        Left::Unit => D::say(&mut kept.connection, GIVE_UP).await,
        Left::Statement | Left::Nothing => D::say(&mut kept.connection, ASK).await,
    };
    match outcome {
        Ok(()) => {
            kept.left = Left::Nothing;
            kept.used = Instant::now();
            give_back(kept, token);
        }
        Err(error) => {
            tracing::debug!(%error, "a connection to the database cannot be used any more");
            drop(Object::take(kept));
        }
    }
}
