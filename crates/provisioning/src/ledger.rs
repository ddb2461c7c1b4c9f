//! What a call takes away, counted against the limits of a day, and noted where it goes through.

use std::time::Duration;

use kernel::May;
use store::Tx;

use crate::error::ProvisioningError;
use crate::guard::replay::{Replay, replay};
use crate::guard::{Breach, Loss, Population, judge};
use crate::model::ConnectionId;
use crate::permissions::ReadProvisioning;
use crate::pusher::Pusher;
use crate::service::Provisioning;
use crate::settings::{Limits, Settings};
use crate::store::losses as rows;

/// The span that limits are about.
pub(crate) const DAY: Duration = Duration::from_hours(24);
/// How long it is remembered what went through, so that other limits can be tried on it.
pub(crate) const REMEMBERED: Duration = Duration::from_hours(30 * 24);
/// The most that is looked at when they are.
const MOST_TRIED: usize = 100_000;

impl Provisioning {
    /// In the write's own unit of work, before anything is taken away. None: it passes and is noted in the ledger of this
    /// `tx`. Some: it is over a limit; nothing was noted, and the unit of work is to be dropped.
    ///
    /// What is younger than the settings say does not count: what was just made may be unmade.
    pub(crate) async fn admit(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        losses: &[Loss],
    ) -> Result<Option<Breach>, ProvisioningError> {
        let connection = pusher.connection();
        let limits = &connection.settings.limits;
        let now = self.env().now();
        let young = now.minus(Duration::from_hours(limits.young_hours.into()));
        let counted = |loss: &&Loss| loss.amount > 0 && (limits.young_hours == 0 || loss.created_at <= young);
        let losses: Vec<Loss> = losses.iter().filter(counted).cloned().collect();
        if losses.is_empty() {
            return Ok(None);
        }
        // Whoever waits for a decision goes on waiting, however little is lost today; what was refused stays refused.
        let remembered = now.minus(Duration::from_hours(limits.hold_hours.into()));
        let resources = losses.iter().map(|loss| loss.resource_id);
        if let Some(breach) = crate::store::holds::standing(tx, connection.id, resources, remembered).await? {
            return Ok(Some(breach));
        }
        let population = rows::lock_population(tx, connection.id).await?;
        let day = rows::day(tx, connection.id, now.minus(DAY), &losses).await?;
        if let Some(breach) = judge(&losses, &day, population, limits) {
            return Ok(Some(breach));
        }
        rows::insert(tx, connection.id, now, &losses).await?;
        Ok(None)
    }

    /// What limits would have held of what went through in the last thirty days. Users who came back meanwhile are not
    /// looked at: they were not lost.
    pub async fn preview_limits(
        &self,
        may: &May<ReadProvisioning>,
        connection: ConnectionId,
        limits: Limits,
    ) -> Result<Replay, ProvisioningError> {
        let tried = Settings { limits, ..Settings::default() };
        tried.validate()?;
        let found = self.get_connection(may, connection).await?;
        let since = self.env().now().minus(REMEMBERED);
        let passed = rows::passed(&mut self.store().read().await?, connection, since, MOST_TRIED).await?;
        let population = Population { users: found.user_count, groups: found.group_count };
        Ok(replay(&passed, since, population, &tried.limits))
    }
}
