//! The directory at a glance, and the box that finds people.

use kernel::May;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::groups::summary;
use super::users::plain;
use super::{Directory, Lag, rows};
use crate::error::DirectoryError;
use crate::index::Counts;
use crate::permissions::ReadDirectory;
use crate::search::Query;
use crate::views::{Found, StateCount};

/// The directory at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DirectorySummary)]
pub struct Summary {
    /// Users by state and cause, the excluded too.
    pub users: Vec<StateCount>,
    /// Groups by state and cause, the excluded too.
    pub groups: Vec<StateCount>,
    /// What is in this node's memory; absent while it is loading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<IndexSummary>,
    /// How far this node's memory is behind the log.
    pub lag: Lag,
}

/// What is in this node's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DirectoryIndex)]
pub struct IndexSummary {
    /// Users that the organisation holds.
    pub users: u64,
    /// Users that pass doors.
    pub active_users: u64,
    /// Groups that give rights.
    pub groups: u64,
    /// Direct memberships of users in groups.
    pub memberships: u64,
    /// Direct memberships of groups in groups.
    pub nestings: u64,
    /// Memberships that name nobody who is there.
    pub waiting: u64,
    /// The bytes the memberships take.
    pub index_bytes: usize,
    /// The bytes the search takes.
    pub search_bytes: usize,
}

/// The most of each kind that a search shows.
pub const MOST_FOUND: usize = 50;

impl Directory {
    /// The directory at a glance.
    pub async fn summary(&self, may: &May<ReadDirectory>) -> Result<Summary, DirectoryError> {
        let (users, groups) = (self.user_counts(may).await?, self.group_counts(may).await?);
        Ok(Summary { users, groups, ..self.summary_uncounted(may).await? })
    }

    /// The same without how many users and groups there are by state: counting those walks an index over all of them.
    pub async fn summary_uncounted(&self, may: &May<ReadDirectory>) -> Result<Summary, DirectoryError> {
        let organisation = may.actor().organisation;
        let view = self.view(organisation).await.ok();
        let index = view.map(|view| {
            let Counts { users, active_users, groups, memberships, nestings, waiting } = view.index.counts();
            let (index_bytes, search_bytes) = (view.index.memory().total(), view.search.heap_bytes());
            IndexSummary { users, active_users, groups, memberships, nestings, waiting, index_bytes, search_bytes }
        });
        Ok(Summary { users: Vec::new(), groups: Vec::new(), index, lag: self.lag(organisation).await? })
    }

    /// The held users and groups that fit a few letters, the best match first; up to `limit` of each.
    pub async fn search(&self, may: &May<ReadDirectory>, text: &str, limit: usize) -> Result<Found, DirectoryError> {
        plain(Some(text))?;
        let organisation = may.actor().organisation;
        let limit = limit.clamp(1, MOST_FOUND);
        let Some(query) = Query::parse(text) else { return Ok(Found { users: Vec::new(), groups: Vec::new() }) };
        let view = self.view(organisation).await?;
        let search = view.search.clone();
        let look = move || (search.users.top(&query, limit), search.groups.top(&query, limit));
        let (user_ids, group_ids) = tokio::task::spawn_blocking(look).await.unwrap_or_default();
        let mut tx = self.store.read().await?;
        // Whoever was excluded or deleted a moment ago is not shown.
        let mut users = rows::users::by_ids(&mut tx, organisation, &user_ids).await?;
        users.retain(|user| user.state.held());
        users.sort_by_key(|user| place(&user_ids, user.id.0));
        let mut groups = rows::groups::by_ids(&mut tx, organisation, &group_ids).await?;
        groups.retain(|group| group.state.held());
        groups.sort_by_key(|group| place(&group_ids, group.id.0));
        Ok(Found {
            users: users.iter().map(Into::into).collect(),
            groups: groups.iter().map(|group| summary(group, Some(&view.index))).collect(),
        })
    }
}

fn place(ids: &[Uuid], id: Uuid) -> Option<usize> {
    ids.iter().position(|one| *one == id)
}
