//! Everyday changes in the organisation, so that whoever watches the console sees something move.

use std::sync::Arc;
use std::time::Duration;

use emulator::World;
use emulator::admin::tenants::live_on;
use tokio::sync::watch;
use uuid::Uuid;

/// How often somebody is hired, moves, marries, joins a group.
const EVERY: Duration = Duration::from_secs(4);

/// Lets the tenant live until `stop` turns true.
pub(crate) async fn live(world: Arc<World>, tenant: Uuid, mut stop: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.tick().await;
    while !*stop.borrow() {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stop.changed() => return,
        }
        let Some(tenant) = world.tenant_by_id(tenant) else { return };
        for change in live_on(&world, &tenant, 1, None) {
            tracing::info!(change, "in the organisation");
        }
    }
}
