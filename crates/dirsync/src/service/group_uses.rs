//! Where groups are used here: they say who is taken in.

use directory::SourceId;
use kernel::OrganisationId;
use uuid::Uuid;

use super::Dirsync;
use crate::error::DirsyncError;
use crate::store::settings;

/// A source that takes in only the members of some groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupScope {
    /// Which source.
    pub source: SourceId,
    /// Its name.
    pub name: String,
    /// The object ids of the groups there.
    pub groups: Vec<Uuid>,
}

impl Dirsync {
    /// The sources that take in only the members of some groups.
    pub async fn group_scopes(&self, organisation: OrganisationId) -> Result<Vec<GroupScope>, DirsyncError> {
        let kept = settings::all(&mut self.store.read().await?, Some(organisation)).await?;
        let mut scopes = Vec::new();
        for kept in kept.into_iter().filter(|kept| !kept.settings.group_scope.is_empty()) {
            let name = self.name_of(organisation, kept.source_id).await?;
            scopes.push(GroupScope { source: kept.source_id, name, groups: kept.settings.group_scope });
        }
        Ok(scopes)
    }
}
