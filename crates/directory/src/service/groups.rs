//! Groups: lists, one of them, who is in it.

use std::collections::HashMap;

use kernel::{May, OrganisationId, Page, PageRequest};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::users::{find, numbers, plain};
use super::{Directory, rows};
use crate::change::ObjectKind;
use crate::error::DirectoryError;
use crate::filter::{GroupFilter, GroupSort, Order, UserFilter, UserSort};
use crate::index::{Reach, Snapshot};
use crate::model::{Group, GroupId, MemberKind, SourceId};
use crate::permissions::ReadDirectory;
use crate::search::Query;
use crate::state::StateName;
use crate::views::{GroupMember, GroupRef, GroupSummary, GroupView, MemberCounts, StateCount};

impl Directory {
    /// One page of the groups that match, with how many are in them.
    pub async fn list_groups(
        &self,
        may: &May<ReadDirectory>,
        filter: &GroupFilter,
        order: Order<GroupSort>,
        page: &PageRequest,
    ) -> Result<Page<GroupSummary>, DirectoryError> {
        plain([&filter.text, &filter.cause].into_iter().flatten())?;
        let organisation = may.actor().organisation;
        let mut rest = filter.clone();
        let query = rest.text.take().as_deref().and_then(Query::parse);
        let view = self.view(organisation).await.ok();
        let in_memory = !matches!(filter.state, Some(StateName::Deleted | StateName::Excluded));
        let among = match (query, &view) {
            (Some(query), Some(view)) if in_memory => Some(find(&view.search, query, |search| &search.groups).await),
            (Some(_), _) => {
                rest.text.clone_from(&filter.text);
                None
            }
            (None, _) => None,
        };
        let mut tx = self.store.read().await?;
        let groups = rows::listing::list_groups(&mut tx, organisation, &rest, order, among.as_ref(), page).await?;
        Ok(groups.map(|group| summary(&group, view.as_ref().map(|view| view.index.as_ref()))))
    }

    /// How many groups are in each state and for which cause, the excluded too.
    pub async fn group_counts(&self, may: &May<ReadDirectory>) -> Result<Vec<StateCount>, DirectoryError> {
        let mut tx = self.store.read().await?;
        let counts = rows::counts::of(&mut tx, may.actor().organisation, ObjectKind::Group, None).await?;
        Ok(counts.into_iter().map(|(state, cause, count)| StateCount { state, cause, count }).collect())
    }

    /// One group by our id, whatever its state.
    pub async fn get_group(&self, may: &May<ReadDirectory>, id: GroupId) -> Result<GroupView, DirectoryError> {
        let mut tx = self.store.read().await?;
        let group = rows::groups::find(&mut tx, may.actor().organisation, id).await?;
        self.group_view(&mut tx, group.ok_or(DirectoryError::NoSuchGroup)?).await
    }

    /// One group by its immutable id in a source.
    pub async fn get_group_by_object_id(
        &self,
        may: &May<ReadDirectory>,
        source: SourceId,
        object_id: Uuid,
    ) -> Result<GroupView, DirectoryError> {
        let mut tx = self.store.read().await?;
        let group = rows::groups::find_by_object_id(&mut tx, may.actor().organisation, source, object_id).await?;
        self.group_view(&mut tx, group.ok_or(DirectoryError::NoSuchGroup)?).await
    }

    /// One page of a group's users by name, each with the shortest way into it. Those of a group that gives no rights
    /// are those that its own rows name.
    pub async fn group_members(
        &self,
        may: &May<ReadDirectory>,
        id: GroupId,
        reach: Reach,
        text: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<GroupMember>, DirectoryError> {
        plain(text)?;
        let organisation = may.actor().organisation;
        let view = self.view(organisation).await?;
        let mut among = match numbers(&view.index, id, reach) {
            Some(numbers) => numbers,
            None => self.users_of(organisation, id, None).await?,
        };
        if let Some(query) = text.and_then(Query::parse) {
            among &= find(&view.search, query, |search| &search.users).await;
        }
        let mut tx = self.store.read().await?;
        let (filter, order) = (UserFilter::default(), Order::ascending(UserSort::Name));
        let users = rows::listing::list_users(&mut tx, organisation, &filter, order, Some(&among), page).await?;
        let index = &view.index;
        let paths: Vec<_> = users.items.iter().map(|user| index.path(user.id, id).unwrap_or_default()).collect();
        let names = names(&mut tx, organisation, paths.iter().flatten().copied()).await?;
        let mut paths = paths.into_iter();
        let lives = index.group(id).is_some();
        Ok(users.map(|user| GroupMember {
            direct: !lives || index.is_direct_member(user.id, id),
            path: refs(paths.next().unwrap_or_default(), &names),
            user: user.into(),
        }))
    }

    async fn group_view(&self, tx: &mut Tx, group: Group) -> Result<GroupView, DirectoryError> {
        let organisation = group.source.organisation;
        let view = self.view(organisation).await.ok();
        let index = view.as_ref().map(|view| view.index.as_ref());
        let ask = |of: &dyn Fn(&Snapshot) -> Vec<GroupId>| index.map(of).unwrap_or_default();
        let children = ask(&|index| index.groups_within(group.id, Reach::Direct));
        let parents = ask(&|index| index.groups_above(group.id, Reach::Direct));
        let cycle = ask(&|index| knot(index, group.id));
        let ids = [&children, &parents, &cycle].into_iter().flatten().copied();
        let names = names(tx, organisation, ids).await?;
        Ok(GroupView {
            summary: summary(&group, index),
            members: member_counts(tx, &group).await?,
            children: refs(children, &names),
            parents: refs(parents, &names),
            cycle: refs(cycle, &names),
            created_at: group.created_at,
            seen_at: group.seen_at,
            missing_since: group.missing_since,
            attributes: group.attributes,
        })
    }
}

/// The groups that contain this one and are in it, itself among them; nothing when there are none.
fn knot(index: &Snapshot, id: GroupId) -> Vec<GroupId> {
    let below = index.groups_within(id, Reach::Transitive);
    if !below.contains(&id) {
        return Vec::new();
    }
    let above = index.groups_above(id, Reach::Transitive);
    below.into_iter().filter(|group| above.contains(group)).collect()
}

async fn member_counts(tx: &mut Tx, group: &Group) -> Result<MemberCounts, StoreError> {
    let mut counts = MemberCounts::default();
    for (kind, count) in rows::members::count_by_kind(tx, group.ordinal).await? {
        match kind {
            MemberKind::User => counts.users += count,
            MemberKind::Group => counts.groups += count,
            MemberKind::Device => counts.devices += count,
            MemberKind::ServicePrincipal => counts.service_principals += count,
            MemberKind::Other => counts.others += count,
        }
    }
    let (held, left_out) = rows::members::count_known(tx, group).await?;
    counts.left_out = left_out;
    counts.unknown = counts.users.saturating_sub(held + left_out);
    Ok(counts)
}

/// A group with how many are in it.
pub(super) fn summary(group: &Group, index: Option<&Snapshot>) -> GroupSummary {
    let count = |reach| index.map(|index| index.members_of(group.id, reach).len());
    GroupSummary { direct_members: count(Reach::Direct), transitive_members: count(Reach::Transitive), ..group.into() }
}

/// What people call these groups.
pub(super) async fn names(
    tx: &mut Tx,
    organisation: OrganisationId,
    ids: impl Iterator<Item = GroupId>,
) -> Result<HashMap<GroupId, String>, StoreError> {
    let mut ids: Vec<Uuid> = ids.map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let groups = rows::groups::by_ids(tx, organisation, &ids).await?;
    Ok(groups.into_iter().map(|group| (group.id, group.name())).collect())
}

/// Groups with their names; those that have gone meanwhile go by their id.
pub(super) fn refs(ids: Vec<GroupId>, names: &HashMap<GroupId, String>) -> Vec<GroupRef> {
    let name = |id: GroupId| names.get(&id).cloned().unwrap_or_else(|| id.to_string());
    ids.into_iter().map(|id| GroupRef { id, name: name(id) }).collect()
}
