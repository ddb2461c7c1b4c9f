//! The jobs of notifications: each is about one source.

use directory::SourceId;
use kernel::{Env, OrganisationId};
use serde::{Deserialize, Serialize};
use store::queue::{self, Job, NewJob};
use store::worker::JobError;
use store::{StoreError, Tx};

/// How often one may fail: the clockwork asks for it again, and for runs anyway.
const ATTEMPTS: u32 = 5;

#[derive(Serialize, Deserialize)]
struct Payload {
    source: SourceId,
}

/// Queues a job about a source, unless one of its kind and key waits or runs already.
pub(super) async fn enqueue(
    tx: &mut Tx,
    env: &Env,
    kind: &'static str,
    key: String,
    (organisation, source): (OrganisationId, SourceId),
) -> Result<(), StoreError> {
    let job = NewJob {
        organisation,
        kind,
        unique_key: Some(key),
        payload: serde_json::json!({ "source": source }),
        run_at: env.now(),
        max_attempts: ATTEMPTS,
    };
    queue::enqueue(tx, env, job).await?;
    Ok(())
}

/// Which source a job is about.
pub(super) fn source_of(job: &Job) -> Result<SourceId, JobError> {
    let payload: Payload = job.read()?;
    Ok(payload.source)
}
