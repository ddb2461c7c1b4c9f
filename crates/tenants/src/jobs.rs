//! What runs without a caller: probes on a schedule, probes after a failure, consents that settle.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Timestamp;
use serde::de::DeserializeOwned;
use store::queue::{self, Job};
use store::worker::{Handler, JobError, Outcome};
use tokio::sync::watch;

use crate::model::{ConsentId, TenantId, TenantState};
use crate::store::tenants as rows;
use crate::{Tenants, TenantsError};

/// The probe that goes on for as long as a tenant is connected.
pub const PROBE: &str = "tenants.probe";
/// A probe soon after a failure.
pub const RECHECK: &str = "tenants.recheck";
/// A consent that takes its time to arrive.
pub const CONSENT_SETTLE: &str = "tenants.consent_settle";

impl Tenants {
    /// The handlers of this room's jobs.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        let tenants = || self.clone();
        vec![
            Arc::new(Probe { tenants: tenants(), kind: PROBE }),
            Arc::new(Probe { tenants: tenants(), kind: RECHECK }),
            Arc::new(Settle { tenants: tenants() }),
        ]
    }

    /// Makes sure, at start, that every tenant has its probe.
    pub async fn schedule(&self) -> Result<(), TenantsError> {
        let mut tx = self.store.begin().await?;
        for tenant in rows::list_everywhere(&mut tx).await? {
            queue::enqueue(&mut tx, &self.env, self.probe_job(&tenant)).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

struct Probe {
    tenants: Tenants,
    kind: &'static str,
}

#[async_trait]
impl Handler for Probe {
    fn kind(&self) -> &'static str {
        self.kind
    }

    async fn handle(&self, job: &Job, _: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let tenant: TenantId = field(job, "tenant")?;
        let tenants = &self.tenants;
        let probed = match tenants.find(job.organisation, tenant).await {
            Ok(tenant) if tenant.state == TenantState::Paused => Ok(()),
            Ok(tenant) => tenants.probe(&tenant).await.map(drop),
            Err(error) => Err(error),
        };
        match probed {
            Err(TenantsError::NoSuchTenant(_)) => Ok(Outcome::Done),
            Err(error) if self.kind == RECHECK => Err(JobError::from_error(&error)),
            Err(error) => {
                // The next one comes anyway; this job must not die of a database that was away for an hour.
                tracing::warn!(tenants.tenant_id = %tenant, error = &error as &dyn std::error::Error, "a probe failed");
                Ok(self.next())
            }
            Ok(()) if self.kind == RECHECK => Ok(Outcome::Done),
            Ok(()) => Ok(self.next()),
        }
    }
}

impl Probe {
    fn next(&self) -> Outcome {
        Outcome::Again(self.tenants.env.now().plus(self.tenants.config.probe_interval()))
    }
}

struct Settle {
    tenants: Tenants,
}

#[async_trait]
impl Handler for Settle {
    fn kind(&self) -> &'static str {
        CONSENT_SETTLE
    }

    async fn handle(&self, job: &Job, _: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let consent: ConsentId = field(job, "consent")?;
        let next: Result<Option<Timestamp>, TenantsError> = self.tenants.settle(job.organisation, consent).await;
        match next {
            Ok(Some(at)) => Ok(Outcome::Again(at)),
            Ok(None) | Err(TenantsError::NoSuchConsent) => Ok(Outcome::Done),
            Err(error) => Err(JobError::from_error(&error)),
        }
    }
}

fn field<T: DeserializeOwned>(job: &Job, name: &str) -> Result<T, JobError> {
    serde_json::from_value(job.payload[name].clone()).map_err(|_| JobError(format!("the job names no {name}")))
}
