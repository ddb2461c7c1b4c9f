//! User groups (ILL-07): every group of the organisation, wherever it comes from, found by name, object id or SID; who
//! brought it and when, what it is used for, what it was called, and where what was pushed and what Graph shows differ.
//!
//! The list and the counts are the directory's; nothing of them is kept twice.

pub mod views;

mod drift;
mod find;
mod names;
pub mod sid;

use std::collections::HashMap;

use async_trait::async_trait;
use directory::{Group, GroupFilter, GroupId, GroupSort, Order, ReadDirectory, SourceId};
use kernel::{May, OrganisationId, Page, PageRequest};
use scim::text::fold;
use store::Tx;
use uuid::Uuid;

use crate::error::ProvisioningError;
use crate::model::Connection;
use crate::service::Provisioning;
use crate::store::{connections, user_groups as rows};

pub use drift::{Drift, DriftMember, DriftSide};
pub use names::GroupName;
pub use views::{Namesake, PushView, Use, UserGroupDetails, UserGroupView};

/// Where groups are used: filled by whoever plugs the rooms together.
#[async_trait]
pub trait KnowUse: Send + Sync {
    /// What uses some of these groups.
    async fn uses(
        &self,
        organisation: OrganisationId,
        groups: &[UsedGroup],
    ) -> Result<Vec<(GroupId, Use)>, ProvisioningError>;
}

/// A group that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedGroup {
    /// Our id.
    pub id: GroupId,
    /// Where it comes from.
    pub source: SourceId,
    /// Its id there.
    pub object_id: Uuid,
}

/// What is known of the sources of an organisation.
pub(crate) struct Sources {
    pub(crate) connections: Vec<Connection>,
    names: HashMap<SourceId, String>,
}

impl Provisioning {
    /// Every group that matches, page by page. A text that is an object id or a SID finds the groups that have it, any
    /// other those whose name, address or description has all its words.
    pub async fn list_known_groups(
        &self,
        may: &May<ReadDirectory>,
        filter: &GroupFilter,
        order: Order<GroupSort>,
        page: &PageRequest,
    ) -> Result<Page<UserGroupView>, ProvisioningError> {
        let sources = self.sources_of(may.actor().organisation).await?;
        if let Some(key) = filter.text.as_deref().and_then(find::Key::read) {
            let found = self.groups_by_key(may, &sources, &key).await?;
            let fits = |view: &&directory::views::GroupSummary| filter.source.is_none_or(|id| view.source.id == id);
            let found: Vec<_> = found.iter().filter(fits).cloned().collect();
            let items = self.decorate(may, &sources, found).await?;
            return Ok(Page { items, next: None });
        }
        let found = self.parts.directory.list_groups(may, filter, order, page).await?;
        let items = self.decorate(may, &sources, found.items).await?;
        Ok(Page { items, next: found.next })
    }

    /// One group with all that is known of it.
    pub async fn get_known_group(
        &self,
        may: &May<ReadDirectory>,
        id: GroupId,
    ) -> Result<UserGroupDetails, ProvisioningError> {
        let group = self.parts.directory.get_group(may, id).await?;
        let sources = self.sources_of(may.actor().organisation).await?;
        let view = self.decorate(may, &sources, vec![group.summary.clone()]).await?.pop();
        let view = view.ok_or(ProvisioningError::NotFound("group"))?;
        let names = self.list_group_names(may, id).await?;
        Ok(UserGroupDetails {
            group: view,
            members: group.members,
            children: group.children,
            parents: group.parents,
            cycle: group.cycle,
            created_at: group.created_at,
            names,
        })
    }

    /// What is known of an organisation's sources.
    pub(crate) async fn sources_of(&self, organisation: OrganisationId) -> Result<Sources, ProvisioningError> {
        let connections = connections::list(&mut self.store().read().await?, organisation).await?;
        let mut names: HashMap<SourceId, String> =
            connections.iter().map(|one| (SourceId(one.id.0), one.name.clone())).collect();
        for tenant in self.parts.tenants.list(organisation).await? {
            names.insert(SourceId(tenant.id.into()), tenant.name);
        }
        for former in self.parts.tenants.former(organisation).await? {
            names.entry(SourceId(former.id.into())).or_insert(former.name);
        }
        Ok(Sources { connections, names })
    }

    /// Groups with all that lists show.
    async fn decorate(
        &self,
        may: &May<ReadDirectory>,
        sources: &Sources,
        summaries: Vec<directory::views::GroupSummary>,
    ) -> Result<Vec<UserGroupView>, ProvisioningError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store().read().await?;
        let ids: Vec<Uuid> = summaries.iter().map(|one| one.id.0).collect();
        let groups = directory::read::groups_by_ids(&mut tx, organisation, &ids).await?;
        let groups: HashMap<GroupId, Group> = groups.into_iter().map(|group| (group.id, group)).collect();
        let object_ids: Vec<Uuid> = summaries.iter().map(|one| one.object_id).collect();
        let pushed = rows::pushed(&mut tx, organisation, &sources.ids(), &object_ids).await?;
        let namesakes = namesakes(&mut tx, organisation, sources, &groups).await?;
        drop(tx);
        let mut uses = self.uses_of(organisation, &groups).await?;
        let views = summaries.into_iter().filter_map(|summary| {
            // Gone between the two reads.
            let group = groups.get(&summary.id)?;
            let mut view = UserGroupView::new(summary, group);
            view.source_name = sources.names.get(&group.source.id).cloned();
            view.pushes = pushed.iter().filter(|one| meets(one, group)).filter_map(|one| sources.push(one)).collect();
            view.namesake = namesakes.get(&group.id).cloned();
            view.used_by = uses.remove(&group.id).unwrap_or_default();
            Some(view)
        });
        Ok(views.collect())
    }

    async fn uses_of(
        &self,
        organisation: OrganisationId,
        groups: &HashMap<GroupId, Group>,
    ) -> Result<HashMap<GroupId, Vec<Use>>, ProvisioningError> {
        let mut found: HashMap<GroupId, Vec<Use>> = HashMap::new();
        let used = |group: &Group| UsedGroup { id: group.id, source: group.source.id, object_id: group.object_id };
        let asked: Vec<UsedGroup> = groups.values().map(used).collect();
        for knows in self.uses() {
            for (id, one) in knows.uses(organisation, &asked).await? {
                found.entry(id).or_default().push(one);
            }
        }
        Ok(found)
    }
}

impl Sources {
    fn ids(&self) -> Vec<crate::model::ConnectionId> {
        self.connections.iter().map(|connection| connection.id).collect()
    }

    /// Every source there is or was.
    fn all(&self) -> impl Iterator<Item = SourceId> {
        self.names.keys().copied()
    }

    fn push(&self, pushed: &rows::Pushed) -> Option<PushView> {
        let connection = self.connections.iter().find(|connection| connection.id == pushed.connection)?;
        Some(PushView {
            connection_id: connection.id,
            connection_name: connection.name.clone(),
            scim_id: pushed.id,
            external_id: pushed.external_id.clone(),
            members: pushed.member_count,
            pushed_at: pushed.changed_at,
            last_call_at: connection.last_call_at,
        })
    }
}

/// Whether what was pushed is this group: the very one, or the one that Graph shows of it.
fn meets(pushed: &rows::Pushed, group: &Group) -> bool {
    let same = pushed.source_id == group.source.id && pushed.object_id == group.object_id;
    let named = pushed.external_id.as_deref().and_then(|id| Uuid::try_parse(id).ok());
    same || named == Some(group.object_id)
}

/// Deleted groups that had the names of these: same name, other group (ILL-06). Of several the last.
async fn namesakes(
    tx: &mut Tx,
    organisation: OrganisationId,
    sources: &Sources,
    groups: &HashMap<GroupId, Group>,
) -> Result<HashMap<GroupId, Namesake>, ProvisioningError> {
    let lower: Vec<String> = groups.values().map(|group| group.name().to_lowercase()).collect();
    let folded: Vec<String> = groups.values().map(|group| fold(&group.name()).into_owned()).collect();
    let deleted = directory::read::deleted_groups_named(tx, organisation, &lower).await?;
    let former = rows::former_names(tx, &sources.ids(), &folded).await?;
    let mut found = HashMap::new();
    for group in groups.values() {
        let (name, key) = (group.name().to_lowercase(), fold(&group.name()).into_owned());
        let of_directory = deleted.iter().filter(|one| one.id != group.id && one.name().to_lowercase() == name);
        let of_directory = of_directory.filter_map(|one| match &one.state {
            directory::State::Deleted { since, .. } => {
                Some(Namesake { id: Some(one.id), object_id: one.object_id, until: *since })
            }
            _ => None,
        });
        let of_push = former.iter().filter(|one| one.object_id != group.object_id && one.name_key == key);
        let of_push = of_push.map(|one| Namesake { id: None, object_id: one.object_id, until: one.deleted_at });
        // Of one that both know, the directory's has an id.
        if let Some(last) = of_push.chain(of_directory).max_by_key(|one| one.until) {
            found.insert(group.id, last);
        }
    }
    Ok(found)
}
