//! Which connections push a person: for the person's page.

use directory::{ReadDirectory, User};
use kernel::{May, Timestamp};
use uuid::Uuid;

use crate::error::ProvisioningError;
use crate::model::ConnectionId;
use crate::service::Provisioning;
use crate::store::{connections, pushes as rows};

/// That a connection pushes a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPush {
    /// Which connection.
    pub connection_id: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// The person's id there.
    pub scim_id: Uuid,
    /// What the client calls the person.
    pub external_id: Option<String>,
    /// Whether the client says that the person is active.
    pub active: bool,
    /// When the push last changed the person.
    pub pushed_at: Timestamp,
}

impl Provisioning {
    /// Which connections push this person.
    pub async fn list_user_pushes(
        &self,
        may: &May<ReadDirectory>,
        user: &User,
    ) -> Result<Vec<UserPush>, ProvisioningError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store().read().await?;
        let found = rows::users_of(&mut tx, organisation, user.object_id).await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let all = connections::list(&mut tx, organisation).await?;
        let named = found.into_iter().filter_map(|one| {
            let connection = all.iter().find(|connection| connection.id == one.connection)?;
            Some(UserPush {
                connection_id: connection.id,
                connection_name: connection.name.clone(),
                scim_id: one.id,
                external_id: one.external_id,
                active: one.active,
                pushed_at: one.changed_at,
            })
        });
        Ok(named.collect())
    }
}
