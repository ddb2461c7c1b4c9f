//! Who is in which group, and by which way.

use kernel::{Cursor, May, Page, PageRequest};

use super::groups::{names, refs, summary};
use super::{Directory, rows};
use crate::error::DirectoryError;
use crate::index::{Reach, Snapshot};
use crate::model::{GroupId, UserId};
use crate::permissions::ReadDirectory;
use crate::views::{GroupRef, Membership, UserGroup};

/// How many ways into a group a list shows.
const MOST_PATHS: usize = 5;
/// How many ways one question may ask for.
pub const MOST_PATHS_ASKED: usize = 100;

impl Directory {
    /// One page of the groups a user is in, by name, each with the ways into it.
    pub async fn user_groups(
        &self,
        may: &May<ReadDirectory>,
        id: UserId,
        reach: Reach,
        page: &PageRequest,
    ) -> Result<Page<UserGroup>, DirectoryError> {
        let organisation = may.actor().organisation;
        self.get_user(may, id).await?;
        let index = self.view(organisation).await?.index.clone();
        let ids: Vec<_> = index.groups_of(id, reach).into_iter().map(Into::into).collect();
        let mut tx = self.store.read().await?;
        let mut groups = rows::groups::by_ids(&mut tx, organisation, &ids).await?;
        groups.sort_by_cached_key(|group| (group.name().to_lowercase(), group.id));
        if let Some(after) = page.after.as_ref().and_then(Cursor::decode::<(String, GroupId)>) {
            groups.retain(|group| (group.name().to_lowercase(), group.id) > after);
        }
        groups.truncate(page.limit + 1);
        let found = Page::from_rows(groups, page.limit, |group| (group.name().to_lowercase(), group.id));
        let ways: Vec<_> = found.items.iter().map(|group| index.paths_all(id, group.id, MOST_PATHS)).collect();
        let names =
            names(&mut tx, organisation, ways.iter().flat_map(|way| way.paths.iter().flatten().copied())).await?;
        let mut ways = ways.into_iter();
        Ok(found.map(|group| {
            let way = ways.next();
            UserGroup {
                direct: index.is_direct_member(id, group.id),
                more_paths: way.as_ref().is_some_and(|way| !way.complete),
                paths: way.into_iter().flat_map(|way| way.paths).map(|path| refs(path, &names)).collect(),
                group: summary(&group, Some(&index)),
            }
        }))
    }

    /// Whether a user is in a group, at any depth, and by which way.
    pub async fn is_member(
        &self,
        may: &May<ReadDirectory>,
        user: UserId,
        group: GroupId,
    ) -> Result<Membership, DirectoryError> {
        let organisation = may.actor().organisation;
        let user = self.get_user(may, user).await?;
        let index = self.view(organisation).await?.index.clone();
        let mut tx = self.store.read().await?;
        let group = rows::groups::find(&mut tx, organisation, group).await?.ok_or(DirectoryError::NoSuchGroup)?;
        let path = index.path(user.id, group.id).unwrap_or_default();
        let names = names(&mut tx, organisation, path.iter().copied()).await?;
        Ok(Membership {
            member: !path.is_empty(),
            direct: index.is_direct_member(user.id, group.id),
            path: refs(path, &names),
            user_state: user.state.name(),
            group_state: group.state.name(),
            revision: index.revision(),
        })
    }

    /// Up to `limit` ways by which a user is in a group, the shortest first, and whether these are all.
    pub async fn paths(
        &self,
        may: &May<ReadDirectory>,
        user: UserId,
        group: GroupId,
        limit: usize,
    ) -> Result<(Vec<Vec<GroupRef>>, bool), DirectoryError> {
        let organisation = may.actor().organisation;
        let index = self.view(organisation).await?.index.clone();
        let found = index.paths_all(user, group, limit.clamp(1, MOST_PATHS_ASKED));
        let mut tx = self.store.read().await?;
        let names = names(&mut tx, organisation, found.paths.iter().flatten().copied()).await?;
        Ok((found.paths.into_iter().map(|path| refs(path, &names)).collect(), found.complete))
    }

    /// Nested groups that contain each other, one list for each knot of them.
    pub async fn cycles(&self, may: &May<ReadDirectory>) -> Result<Vec<Vec<GroupRef>>, DirectoryError> {
        let organisation = may.actor().organisation;
        let index = self.view(organisation).await?.index.clone();
        let cycles = Snapshot::cycles(&index);
        let mut tx = self.store.read().await?;
        let names = names(&mut tx, organisation, cycles.iter().flatten().copied()).await?;
        Ok(cycles.into_iter().map(|cycle| refs(cycle, &names)).collect())
    }
}
