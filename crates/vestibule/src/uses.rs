//! Where groups are used, asked of the rooms that use them.

use async_trait::async_trait;
use directory::GroupId;
use dirsync::{Dirsync, DirsyncError};
use kernel::OrganisationId;
use provisioning::ProvisioningError;
use provisioning::user_groups::{KnowUse, Use, UsedGroup};

/// The directory sync: groups say who is taken in.
pub(crate) struct SyncScopes(pub(crate) Dirsync);

#[async_trait]
impl KnowUse for SyncScopes {
    async fn uses(
        &self,
        organisation: OrganisationId,
        groups: &[UsedGroup],
    ) -> Result<Vec<(GroupId, Use)>, ProvisioningError> {
        let scopes = self.0.group_scopes(organisation).await.map_err(|error| match error {
            DirsyncError::Store(error) => error.into(),
            other => ProvisioningError::Conflict(other.to_string()),
        })?;
        let mut found = Vec::new();
        for scope in scopes {
            let used =
                groups.iter().filter(|group| group.source == scope.source && scope.groups.contains(&group.object_id));
            found.extend(used.map(|group| {
                let href = format!("/dirsync/settings?source={}", scope.source);
                (group.id, Use { kind: "sync_scope".to_owned(), name: scope.name.clone(), href })
            }));
        }
        Ok(found)
    }
}
