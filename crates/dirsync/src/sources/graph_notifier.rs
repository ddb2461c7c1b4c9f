//! Microsoft Entra ID, asked through Microsoft Graph to tell of changes.

use async_trait::async_trait;
use graph::{Client, GraphError, NewSubscription};
use kernel::{Secret, Timestamp};

use super::Notifier;
use crate::notify::Resource;

/// Microsoft Entra ID's change notifications.
pub struct GraphNotifier {
    client: Client,
}

impl GraphNotifier {
    /// Asks through a client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Notifier for GraphNotifier {
    async fn begin(
        &self,
        resource: Resource,
        address: &str,
        state: Secret<String>,
        until: Timestamp,
    ) -> Result<(String, Timestamp), GraphError> {
        let new = NewSubscription {
            resource: resource.as_str(),
            notification_url: address.to_owned(),
            client_state: state,
            expires_at: until,
        };
        let made = self.client.create_subscription(&new).await?;
        Ok((made.id, made.expires_at))
    }

    async fn renew(&self, id: &str, until: Timestamp) -> Result<Option<Timestamp>, GraphError> {
        Ok(self.client.renew_subscription(id, until).await?.map(|renewed| renewed.expires_at))
    }

    async fn end(&self, id: &str) -> Result<(), GraphError> {
        self.client.delete_subscription(id).await
    }

    async fn end_all_at(&self, address: &str) -> Result<(), GraphError> {
        let all = self.client.subscriptions().await?;
        for left in all.iter().filter(|one| one.notification_url.as_deref() == Some(address)) {
            self.client.delete_subscription(&left.id).await?;
        }
        Ok(())
    }
}
