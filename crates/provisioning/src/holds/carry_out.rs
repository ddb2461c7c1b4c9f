//! Carrying out what was allowed: call by call in the order in which they were asked, each its own unit of work.
//!
//! May be killed at any moment and begun again: what is done is marked, and doing it twice does nothing the second time.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Actor, Env, ErrorKind, Kinded as _, OrganisationId, RequestId};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::queue::{Job, NewJob};
use store::worker::{Handler, JobError, Outcome};
use store::{StoreError, Tx, queue};
use tokio::sync::watch;

use super::model::{Held, HeldState, Hold};
use crate::error::ProvisioningError;
use crate::model::{Connection, HoldId};
use crate::pusher::Pusher;
use crate::service::Provisioning;
use crate::store::{connections, holds as rows};

/// The kind of the job.
pub const CARRY_OUT: &str = "provisioning.carry_out";
/// How often it is tried; with the queue's back-off for more than a day.
const ATTEMPTS: u32 = 40;
/// Calls read at once.
const AT_ONCE: u64 = 100;

#[derive(Serialize, Deserialize)]
struct Payload {
    hold: HoldId,
}

/// Queues the job, in the unit of work that decides.
pub(crate) async fn enqueue(tx: &mut Tx, env: &Env, hold: &Hold) -> Result<(), StoreError> {
    let job = NewJob {
        organisation: hold.organisation,
        kind: CARRY_OUT,
        unique_key: Some(hold.id.to_string()),
        payload: serde_json::json!({ "hold": hold.id }),
        run_at: env.now(),
        max_attempts: ATTEMPTS,
    };
    queue::enqueue(tx, env, job).await?;
    Ok(())
}

/// Carries out what was allowed.
pub(crate) struct CarryOutHandler(pub(crate) Provisioning);

#[async_trait]
impl Handler for CarryOutHandler {
    fn kind(&self) -> &'static str {
        CARRY_OUT
    }

    async fn handle(&self, job: &Job, stop: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let payload: Payload = job.read()?;
        match self.0.carry_out_hold(job.organisation, payload.hold, &stop).await {
            Ok(true) => Ok(Outcome::Done),
            Ok(false) => Ok(Outcome::Again(self.0.env().now())),
            Err(error) => Err(JobError::from_error(&error)),
        }
    }
}

impl Provisioning {
    /// Carries out what was allowed of a hold; `false` when it was told to stop before the end.
    async fn carry_out_hold(
        &self,
        organisation: OrganisationId,
        id: HoldId,
        stop: &watch::Receiver<bool>,
    ) -> Result<bool, ProvisioningError> {
        let mut tx = self.store().read().await?;
        let Some(hold) = rows::find(&mut tx, organisation, id).await? else { return Ok(true) };
        let connection = connections::find(&mut tx, organisation, hold.connection).await?;
        drop(tx);
        let pusher = connection.map(|connection| self.allowed_pusher(connection, id));
        loop {
            let calls = rows::to_carry_out(&mut self.store().read().await?, id, AT_ONCE).await?;
            if calls.is_empty() {
                break;
            }
            for held in calls {
                if *stop.borrow() {
                    return Ok(false);
                }
                self.carry_out_held(pusher.as_ref(), held).await?;
            }
        }
        self.log_end(&hold).await?;
        Ok(true)
    }

    async fn carry_out_held(&self, pusher: Option<&Pusher>, held: Held) -> Result<(), ProvisioningError> {
        let id = held.id;
        let (state, outcome) = match pusher {
            None => (HeldState::Failed, Some("the connection is gone".to_owned())),
            Some(pusher) => match self.carry_out(pusher, held.call).await {
                Ok(()) => (HeldState::Done, None),
                // Gone already: by another call, or by this one before the server was stopped.
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    (HeldState::Done, Some("it was gone already".to_owned()))
                }
                Err(error) if passes(&error) => return Err(error),
                Err(error) => (HeldState::Failed, Some(error.public_detail())),
            },
        };
        let mut tx = self.store().begin().await?;
        rows::move_held(&mut tx, id, HeldState::Allowed, state, outcome.as_deref(), self.env().now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Who carries out: the connection itself, whose wish it was. The decision is in the log under the operator's name; the
    /// request that the log tells with what is done is the hold.
    fn allowed_pusher(&self, connection: Connection, hold: HoldId) -> Pusher {
        let organisation = connection.organisation;
        let actor = Actor::source(connection.id, connection.name.as_str(), organisation, RequestId(hold.0), None);
        Pusher { base: self.base_of(organisation).into(), key: None, actor, connection: Arc::new(connection) }
    }

    async fn log_end(&self, hold: &Hold) -> Result<(), ProvisioningError> {
        let mut tx = self.store().begin().await?;
        let tally = rows::tally(&mut tx, &[hold.id]).await?.first().map(|(_, tally)| *tally).unwrap_or_default();
        let actor = Actor::system("allowed calls are carried out", hold.organisation, self.env().new_id());
        let entry = Entry::act("provisioning.hold_carried_out")
            .object(Object::new("hold", hold.id, hold.breach.describe()))
            .cause("connection", Some(hold.connection.0))
            .after(&serde_json::json!({ "done": tally.done, "failed": tally.failed }));
        signals::append(&mut tx, self.env(), &actor, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Whether a failure may pass: then the job comes again, and the call with it.
fn passes(error: &ProvisioningError) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::TooMany | ErrorKind::Internal)
}
