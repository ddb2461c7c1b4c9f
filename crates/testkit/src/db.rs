//! A fresh, migrated database for one test.

use std::sync::atomic::{AtomicU64, Ordering};

use kernel::{Env, ManualClock, OrganisationId, Rng};
use store::{Backend, MasterKey, Sealer, Settings, Store};
use uuid::Uuid;

use crate::{START, postgres};

/// What a test of a room needs: a database of its own, a clock that stands still, an organisation, a sealer.
pub struct Db {
    /// The database.
    pub store: Store,
    /// Its URL, for a second node or a restart.
    pub url: String,
    /// The clock and chance.
    pub env: Env,
    /// Moves the clock.
    pub hand: ManualClock,
    /// An organisation; make others with [`Env::new_id`].
    pub organisation: OrganisationId,
    /// Seals secrets.
    pub sealer: Sealer,
    _place: Place,
}

/// What goes when the test is over.
#[expect(dead_code, reason = "held, never read")]
enum Place {
    Folder(tempfile::TempDir),
    Server(postgres::Database),
}

static COUNT: AtomicU64 = AtomicU64::new(0);

impl Db {
    /// A fresh database of a kind.
    pub async fn new(backend: Backend) -> anyhow::Result<Self> {
        let (url, place) = match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir()?;
                (format!("sqlite:{}", folder.path().join("test.db").display()), Place::Folder(folder))
            }
            Backend::Postgres => {
                let database = postgres::fresh_database().await?;
                (database.url.clone(), Place::Server(database))
            }
        };
        let store = Store::open(&Settings { outlives_power_loss: false, ..Settings::new(&url) }).await?;
        if backend == Backend::Sqlite {
            store.migrate().await?;
        }
        let (env, hand) = Env::fixed(START, COUNT.fetch_add(1, Ordering::Relaxed));
        let key = MasterKey::parse(&"07".repeat(32))?;
        let sealer = Sealer::new(&[key], Rng::system())?;
        Ok(Self { store, url, env, hand, organisation: OrganisationId(Uuid::from_u128(0x0e)), sealer, _place: place })
    }
}

/// Runs one test against a fresh database of each kind: `on_each_database(async |db| { … }).await`.
pub async fn on_each_database(test: impl AsyncFn(Db)) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        tracing::info!(?backend, "the test runs");
        let db =
            Db::new(backend).await.unwrap_or_else(|error| panic!("no {backend:?} database for the test: {error:?}"));
        let store = db.store.clone();
        // Boxed: what a test holds would not fit a thread's stack twice.
        Box::pin(test(db)).await;
        store.close().await;
    }
}
