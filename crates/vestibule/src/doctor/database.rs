//! The database: whether it answers, is up to date, and whether its secrets open with our keys.

use std::time::Duration;

use kernel::{Env, Rng};
use store::{Backend, Store, StoreError, queue};

use super::{Finding, chain};
use crate::config::Config;
use crate::keys::Ring;

/// A difference between the database's clock and ours that leases survive.
const SKEW: Duration = Duration::from_secs(5);

pub(super) async fn examine(config: &Config, env: &Env) -> Vec<Finding> {
    let missing = config.store.file().is_some_and(|file| !file.exists());
    if missing {
        return vec![Finding::warning("database", "it is not there yet", "nothing to do: the first start makes it")];
    }
    let open = async {
        Store::open(&config.store.settings().map_err(|error| chain(&error))?).await.map_err(|error| chain(&error))
    };
    let store = match open.await {
        Ok(store) => store,
        Err(why) => return vec![Finding::bad("database", why, "check [store] and whether the database runs")],
    };
    let mut findings = look(&store, env).await;
    findings.push(match Ring::load(config, &Rng::system()) {
        Ok(ring) => secrets(&store, &ring).await,
        Err(error) => Finding::bad("secrets", chain(&error), "see the line about keys"),
    });
    store.close().await;
    findings
}

/// What an open database says about itself.
pub(super) async fn look(store: &Store, env: &Env) -> Vec<Finding> {
    let mut findings = vec![answers(store).await];
    if store.backend() == Backend::Postgres {
        findings.push(clock(store, env).await);
    }
    findings.push(jobs(store).await);
    findings
}

async fn answers(store: &Store) -> Finding {
    let kind = match store.backend() {
        Backend::Sqlite => "SQLite",
        Backend::Postgres => "PostgreSQL",
    };
    match store.ping().await {
        Ok(()) => Finding::good("database", format!("{kind} answers")),
        Err(error) => Finding::bad("database", chain(&error), "check [store] and whether the database runs"),
    }
}

/// Nodes agree about leases by their own clocks, so they must agree about the time.
async fn clock(store: &Store, env: &Env) -> Finding {
    let ask = async {
        let mut tx = store.read().await?;
        let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS n";
        let row = tx.one(sql, Vec::new()).await?;
        row.map(|row| row.get::<kernel::Timestamp>("n")).transpose()
    };
    match ask.await {
        Ok(Some(theirs)) => {
            let ours = env.now();
            let apart = ours.since(theirs).max(theirs.since(ours));
            let said = format!("{:.1} seconds apart from the database's", apart.as_secs_f64());
            if apart > SKEW {
                Finding::bad("database clock", said, "let both machines follow the same time server")
            } else {
                Finding::good("database clock", said)
            }
        }
        Ok(None) => Finding::warning("database clock", "it did not tell the time", "look at the database"),
        Err(error) => Finding::warning("database clock", chain(&error), "look at the database"),
    }
}

async fn jobs(store: &Store) -> Finding {
    let count = async {
        let mut tx = store.read().await?;
        let counts = queue::counts(&mut tx).await?;
        Ok::<_, StoreError>(counts.into_iter().find(|(state, _)| *state == queue::JobState::Dead).map_or(0, |(_, n)| n))
    };
    match count.await {
        Ok(0) => Finding::good("jobs", "none was given up"),
        Ok(dead) => Finding::warning(
            "jobs",
            format!("{dead} were given up"),
            "look at them: `vestibule jobs list --state dead`",
        ),
        Err(error) => Finding::bad("tables", chain(&error), "run `vestibule migrate`"),
    }
}

/// Whether every sealed value opens: a wrong ring is found now and not when a secret is needed.
pub(super) async fn secrets(store: &Store, ring: &Ring) -> Finding {
    match crate::keys::survey(store, &ring.sealer).await {
        Ok(found) if found.closed > 0 => {
            let said = format!("{} of {} cannot be opened", found.closed, found.all);
            Finding::bad("secrets", said, "put the key they were sealed under back into the ring")
        }
        Ok(found) if found.older > 0 => {
            let said = format!("{} of {} are under an older key", found.older, found.all);
            Finding::warning("secrets", said, "run `vestibule keys rotate`")
        }
        Ok(found) => Finding::good("secrets", format!("all {} open with the newest key", found.all)),
        Err(error) => Finding::bad("secrets", chain(&error), "run `vestibule migrate`"),
    }
}
