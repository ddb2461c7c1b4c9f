//! Provisioning on demand: one object now, in the usual dialect, with at most five members of one group.

use serde_json::Value;
use uuid::Uuid;

use super::failure::{Failure, Reach};
use super::job::Job;
use super::run::Run;
use super::{group, user};
use crate::directory::Kind;
use crate::world::World;

/// The most members of one group.
pub const MOST_MEMBERS: usize = 5;

/// Why nothing was provisioned.
#[derive(Debug, thiserror::Error)]
pub enum OnDemandError {
    /// The object is not in the directory.
    #[error("object {0} does not exist")]
    NotFound(Uuid),
    /// Too many members were named.
    #[error("at most {MOST_MEMBERS} members can be provisioned on demand")]
    TooMany,
    /// The job cannot work.
    #[error("{0}")]
    Unready(String),
    /// The test of the connection failed.
    #[error(transparent)]
    Target(#[from] Failure),
}

/// Provisions one object, and of a group the members named. Answers the lines of the log.
pub async fn provision(world: &World, job: &Job, id: Uuid, members: &[Uuid]) -> Result<Vec<Value>, OnDemandError> {
    if members.len() > MOST_MEMBERS {
        return Err(OnDemandError::TooMany);
    }
    let _turn = job.turn.lock().await;
    let run = Run::new(world, job, true).map_err(OnDemandError::Unready)?;
    let find = |id: Uuid| run.tenant.directory().find(id).ok_or(OnDemandError::NotFound(id));
    let object = find(id)?;
    run.target.probe(&world.guid().to_string()).await?;
    match object.kind {
        Kind::User => {
            user::provision(&run, object).await;
            user::reference(&run, object).await;
        }
        Kind::Group => {
            for member in members {
                let member = find(*member)?;
                if member.kind == Kind::User {
                    user::provision(&run, member).await;
                }
            }
            group::provision(&run, object).await;
            group::members(&run, object, Some(members)).await;
        }
    }
    let mut notes = run.notes();
    if let Some(failure) = notes.stop.take().filter(|failure| failure.reach == Reach::Job) {
        tracing::debug!(%failure, "provisioning on demand ended early");
    }
    Ok(notes.told.take().unwrap_or_default())
}
