//! What a group was called, told from the log.

use directory::{GroupId, ReadDirectory};
use kernel::{May, Timestamp};
use serde::Serialize;
use signals::{Filter, Logged, Stream};
use utoipa::ToSchema;

use crate::error::ProvisioningError;
use crate::service::Provisioning;

/// Entries of one group that are looked at.
const MOST_ENTRIES: usize = 20_000;
/// Entries read at once.
const AT_ONCE: usize = 500;

/// A name that a group has or had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GroupNamePeriod)]
pub struct GroupName {
    /// The name.
    pub name: String,
    /// Since when, as far as the log goes back.
    pub from: Timestamp,
    /// Until when; absent for the present name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Who gave it.
    pub actor: String,
}

impl Provisioning {
    /// What a group was called, the newest first.
    pub async fn list_group_names(
        &self,
        may: &May<ReadDirectory>,
        id: GroupId,
    ) -> Result<Vec<GroupName>, ProvisioningError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store().read().await?;
        let filter = Filter { stream: Some(Stream::Change), object: Some(id.0), ..Filter::default() };
        let (mut names, mut after, mut looked_at) = (Vec::new(), 0, 0);
        while looked_at < MOST_ENTRIES {
            let entries = signals::oldest_first(&mut tx, organisation, &filter, after, AT_ONCE).await?;
            let Some(last) = entries.last() else { break };
            after = last.revision;
            looked_at += entries.len();
            for entry in &entries {
                note(&mut names, entry);
            }
        }
        names.reverse();
        Ok(names)
    }
}

/// What an entry says of the name.
fn note(names: &mut Vec<GroupName>, entry: &Logged) {
    let change = directory::diff::of_entry(entry).into_iter().find(|change| change.field == "displayName");
    let Some(name) = change.and_then(|change| change.after.as_str().map(str::to_owned)) else { return };
    if let Some(last) = names.last_mut() {
        if last.name == name {
            return;
        }
        last.until = Some(entry.at);
    }
    names.push(GroupName { name, from: entry.at, until: None, actor: entry.actor_name.clone() });
}
