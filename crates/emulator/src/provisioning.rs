//! The provisioning service: keeps a SCIM target in step with the directory, as Entra does for enterprise applications.
//!
//! | file | holds |
//! |---|---|
//! | `job`, `behaviour` | a job, what it remembers, its switches |
//! | `mapping`, `expression`, `path` | attribute mappings |
//! | `scope`, `filter`, `source` | who, and with which values |
//! | `plan`, `cycle`, `run` | what a cycle looks at, and in which order it works |
//! | `user`, `group`, `object`, `patch`, `target` | what is asked and sent |
//! | `credentials` | how the service proves itself |
//! | `failure`, `escrow`, `quarantine`, `mishap` | what goes wrong, and what follows; requests lost on demand |
//! | `story` | the provisioning log |
//! | `enterprise` | applications made from a template, and assignments |
//! | `on_demand`, `clockwork` | one object now; cycles as the clock goes |
//! | `graph` | the synchronization API and the log in Graph |
//!
//! Written from what Entra is seen and documented to do. It knows no SCIM validator, filter or patch of Vestibule's:
//! two sides that share a bug agree with each other.

pub mod behaviour;
pub mod clockwork;
pub mod credentials;
pub mod cycle;
pub mod enterprise;
pub mod escrow;
pub mod expression;
pub mod failure;
pub mod filter;
pub mod graph;
mod group;
pub mod job;
pub mod mapping;
pub mod mishap;
mod object;
pub mod on_demand;
pub mod patch;
pub mod path;
pub mod plan;
pub mod quarantine;
pub mod run;
pub mod scope;
pub mod source;
pub mod story;
pub mod target;
mod user;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use job::{Job, State};

/// Every job of every tenant.
#[derive(Debug, Default)]
pub struct Provisioning {
    jobs: Mutex<BTreeMap<String, Arc<Job>>>,
    client: OnceLock<reqwest::Client>,
}

/// A job in the state file.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredJob {
    id: String,
    tenant_id: Uuid,
    principal_id: Uuid,
    state: State,
}

impl Provisioning {
    /// Makes a job for an application.
    pub fn create(
        &self,
        tenant_id: Uuid,
        principal_id: Uuid,
        template: &str,
        unique: Uuid,
        now: Timestamp,
    ) -> Arc<Job> {
        let id = format!("{template}.{}.{unique}", tenant_id.simple());
        let job = Arc::new(Job::new(id, tenant_id, principal_id, State::new(template, now)));
        self.with(|jobs| jobs.insert(job.id.clone(), job.clone()));
        job
    }

    /// All jobs.
    pub fn all(&self) -> Vec<Arc<Job>> {
        self.with(|jobs| jobs.values().cloned().collect())
    }

    /// The jobs of an application.
    pub fn of(&self, principal_id: Uuid) -> Vec<Arc<Job>> {
        self.with(|jobs| jobs.values().filter(|job| job.principal_id == principal_id).cloned().collect())
    }

    /// Takes a job away.
    pub fn remove(&self, id: &str) {
        self.with(|jobs| jobs.remove(id));
    }

    /// The jobs for the state file; the log is not kept.
    pub fn stored(&self) -> Vec<StoredJob> {
        let stored = |job: &Arc<Job>| StoredJob {
            id: job.id.clone(),
            tenant_id: job.tenant_id,
            principal_id: job.principal_id,
            state: job.with(|state| state.clone()),
        };
        self.all().iter().map(stored).collect()
    }

    /// Puts back what a state file holds.
    pub fn restore(&self, stored: Vec<StoredJob>) {
        for mut job in stored {
            if job.state.schedule == job::Schedule::Active {
                // A cycle may have been at work when the file was written.
                job.state.due.get_or_insert(Timestamp::default());
            }
            let back = Arc::new(Job::new(job.id.clone(), job.tenant_id, job.principal_id, job.state));
            self.with(|jobs| jobs.insert(job.id, back));
        }
    }

    /// The client for targets. It accepts any certificate: the target is a developer's. It names no user agent, as
    /// Entra does not.
    pub fn client(&self) -> reqwest::Client {
        let build = || {
            let builder = reqwest::Client::builder().no_proxy().tls_danger_accept_invalid_certs(true);
            builder.redirect(reqwest::redirect::Policy::none()).build().unwrap_or_default()
        };
        self.client.get_or_init(build).clone()
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Arc<Job>>) -> T) -> T {
        act(&mut self.jobs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
