//! Turns: who works something out over all the people of a tenant, and keeps it in place of what was there. One at a time, on
//! every node: two at once would each take away what the other one writes.
//!
//! What it deliberately does not do: wait. Whoever comes second is told who is at it.

use std::time::Duration;

use kernel::id_type;
use store::Tx;
use tenants::TenantId;

use crate::error::MfaError;
use crate::model::Provider;
use crate::service::Mfa;
use crate::store::walks as rows;

/// Whoever has not gone on for so long has given it up: their node ended, or nobody waits for the answer any more.
const GIVEN_UP: Duration = Duration::from_mins(2);

id_type!(
    /// A walk over all the people of a tenant.
    WalkId
);

/// The turn of one walk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    tenant: TenantId,
    id: WalkId,
}

impl Mfa {
    /// Takes the turn.
    pub(crate) async fn take_turn(&self, provider: &Provider, by: &str) -> Result<Turn, MfaError> {
        let (tenant, id, now) = (provider.tenant, self.env().new_id(), self.env().now());
        let mut tx = self.store().begin().await?;
        if !rows::take(&mut tx, provider, (id, by), now, now.minus(GIVEN_UP)).await? {
            let who = rows::holder(&mut tx, tenant).await?.unwrap_or_else(|| "somebody else".to_owned());
            let why = format!(
                "{who} is counting or previewing over the people of this tenant: try again when that has ended"
            );
            return Err(MfaError::Conflict(why));
        }
        tx.commit().await?;
        Ok(Turn { tenant, id })
    }

    /// Goes on; refused where somebody else has taken the turn in between.
    pub(crate) async fn keep_turn(&self, tx: &mut Tx, turn: &Turn) -> Result<(), MfaError> {
        if rows::keep(tx, turn.tenant, turn.id, self.env().now()).await? {
            return Ok(());
        }
        Err(MfaError::Conflict("it took too long, and somebody else has begun in between: try again".to_owned()))
    }

    /// Gives the turn back, whatever came of it.
    pub(crate) async fn end_turn<T>(&self, turn: Turn, done: Result<T, MfaError>) -> Result<T, MfaError> {
        let mut tx = self.store().begin().await?;
        rows::end(&mut tx, turn.tenant, turn.id).await?;
        tx.commit().await?;
        done
    }
}
