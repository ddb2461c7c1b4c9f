//! Finding groups by what they are uniquely called: an object id, a SCIM id, our id, a SID.

use directory::views::GroupSummary;
use directory::{DirectoryError, GroupId, ReadDirectory};
use kernel::May;
use uuid::Uuid;

use super::{Sources, sid};
use crate::error::ProvisioningError;
use crate::service::Provisioning;
use crate::store::user_groups as rows;

/// What a group is uniquely called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// An object id, or one of ours.
    Id(Uuid),
    /// A security identifier; one of the cloud is an object id too.
    Sid(String),
}

impl Key {
    /// Reads a text that can be nothing else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if sid::is_sid(text) {
            return Some(Self::Sid(text.to_ascii_uppercase()));
        }
        // Shorter spellings of a UUID are words to search for.
        (text.len() >= 32).then(|| Uuid::try_parse(text).ok()).flatten().map(Self::Id)
    }
}

impl Provisioning {
    /// The groups that a key names, whatever their state.
    pub(super) async fn groups_by_key(
        &self,
        may: &May<ReadDirectory>,
        sources: &Sources,
        key: &Key,
    ) -> Result<Vec<GroupSummary>, ProvisioningError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store().read().await?;
        let mut ids: Vec<GroupId> = Vec::new();
        let object_id = match key {
            Key::Id(id) => Some(*id),
            Key::Sid(text) => {
                let found = directory::read::groups_by_sid(&mut tx, organisation, text).await?;
                ids.extend(found.into_iter().map(|group| group.id));
                sid::to_object(text)
            }
        };
        if let Some(object_id) = object_id {
            for source in sources.all() {
                let found = directory::read::groups_by_object_ids(&mut tx, source, &[object_id]).await?;
                ids.extend(found.into_iter().map(|group| group.id));
            }
            ids.push(GroupId(object_id));
            let mut pushed = rows::pushed(&mut tx, organisation, &sources.ids(), &[object_id]).await?;
            pushed.extend(rows::by_scim_id(&mut tx, organisation, object_id).await?);
            for one in pushed {
                let found = directory::read::groups_by_object_ids(&mut tx, one.source_id, &[one.object_id]).await?;
                ids.extend(found.into_iter().map(|group| group.id));
            }
        }
        drop(tx);
        ids.sort_unstable();
        ids.dedup();
        self.summaries(may, ids).await
    }

    async fn summaries(
        &self,
        may: &May<ReadDirectory>,
        ids: Vec<GroupId>,
    ) -> Result<Vec<GroupSummary>, ProvisioningError> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            match self.parts.directory.get_group(may, id).await {
                Ok(group) => found.push(group.summary),
                Err(DirectoryError::NoSuchGroup) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }
}
