//! The room's door: pages, routes, the binary and the demo all use [`Operators`].

use kernel::{Actor, Env, Secret};
use store::{Store, StoreError, Tx};

use aws_lc_rs::digest::{SHA256, digest};
use signals::{Entry, Object};

use crate::Config;
use crate::password::Hasher;
use crate::store::operators::Record;
use crate::store::sessions::Limits;

/// Who may run this server. Cheap to clone. Its verbs stand in the files of their nouns.
#[derive(Clone)]
pub struct Operators {
    pub(crate) store: Store,
    pub(crate) env: Env,
    pub(crate) hasher: Hasher,
    pub(crate) config: Config,
    pub(crate) attempts: web::RateLimit,
}

/// How many sign-ins one address may try in a minute, and at once: guessing stays slow and the log short.
const ATTEMPTS: (u32, u32) = (30, 60);

impl Operators {
    /// The room over a database. Takes as long as one password hash.
    pub fn new(store: Store, env: Env, config: Config) -> Self {
        let hasher = Hasher::new(env.rng.clone());
        let attempts = web::RateLimit::per_minute(ATTEMPTS.0, ATTEMPTS.1);
        Self { store, env, hasher, config, attempts }
    }

    /// Removes sessions and links that no longer count; returns how many. For a daily timer.
    pub async fn prune(&self) -> Result<u64, StoreError> {
        let mut tx = self.store.begin().await?;
        let sessions = crate::store::sessions::prune(&mut tx, self.limits()).await?;
        let links = crate::store::links::prune(&mut tx, self.env.now()).await?;
        tx.commit().await?;
        Ok(sessions + links)
    }

    /// How long a sign-in lasts.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Which sessions count now.
    pub(crate) fn limits(&self) -> Limits {
        let now = self.env.now();
        Limits { now, idle_since: now.minus(self.config.idle()) }
    }

    /// Appends one entry in this unit of work.
    pub(crate) async fn note(&self, tx: &mut Tx, actor: &Actor, entry: Entry) -> Result<(), StoreError> {
        signals::append(tx, &self.env, actor, vec![entry]).await.map(drop)
    }
}

/// An operator as the object of an entry.
pub(crate) fn object_of(record: &Record) -> Object {
    Object::new("operator", record.id, &record.user_name)
}

/// What is stored of a secret with 256 random bits: nothing slower is needed, nobody guesses those.
pub(crate) fn hash_of(secret: &Secret<String>) -> Vec<u8> {
    digest(&SHA256, secret.expose().as_bytes()).as_ref().to_vec()
}
