//! What is done without a caller. Three verbs, for three timers: one runs on every node, two on one node at a time.

use crate::error::ProvisioningError;
use crate::service::Provisioning;

impl Provisioning {
    /// Writes down what calls have left behind on this node. For every node each second, and when it ends.
    pub async fn write_down(&self) -> Result<(), ProvisioningError> {
        self.write_uses().await?;
        Ok(self.journal().flush_now().await?)
    }

    /// Ends what nobody has decided in time. For one node at a time, each minute.
    pub async fn tick(&self) -> Result<(), ProvisioningError> {
        self.expire_holds().await.map(drop)
    }

    /// Forgets what has had its time.
    pub async fn prune(&self) -> Result<(), ProvisioningError> {
        self.prune_keys().await?;
        self.purge_due().await?;
        self.prune_calls().await?;
        self.prune_holds().await
    }
}
