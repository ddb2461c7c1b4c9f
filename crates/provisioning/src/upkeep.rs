//! What is done without a caller. Two verbs, for two timers: one runs on every node, one on one node at a time.

use crate::error::ProvisioningError;
use crate::service::Provisioning;

impl Provisioning {
    /// Writes down what calls have left behind on this node. For every node each second, and when it ends.
    pub async fn write_down(&self) -> Result<(), ProvisioningError> {
        self.write_uses().await?;
        Ok(self.journal().flush_now().await?)
    }

    /// Forgets what has had its time.
    pub async fn prune(&self) -> Result<(), ProvisioningError> {
        self.prune_keys().await?;
        self.purge_due().await?;
        Ok(())
    }
}
