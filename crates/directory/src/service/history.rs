//! What happened to a user or a group, in a form that people read.

use std::collections::HashMap;

use kernel::{May, Page, PageRequest};
use signals::members::{self, MemberChange};
use signals::{Filter, Logged, Stream};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::{Directory, rows};
use crate::diff;
use crate::error::DirectoryError;
use crate::model::{GroupId, MemberKind, SourceId, UserId};
use crate::permissions::ReadDirectory;
use crate::views::{HistoryEntry, MOST_NAMED, MemberNote};

impl Directory {
    /// What happened to a user, the newest first; also of one that was purged.
    pub async fn user_history(
        &self,
        may: &May<ReadDirectory>,
        id: UserId,
        page: &PageRequest,
    ) -> Result<Page<HistoryEntry>, DirectoryError> {
        let mut tx = self.store.read().await?;
        let entries = self.entries(&mut tx, may, id.0, page).await?;
        if entries.items.is_empty() && page.after.is_none() {
            let known = rows::users::find(&mut tx, may.actor().organisation, id).await?;
            known.ok_or(DirectoryError::NoSuchUser)?;
        }
        Ok(entries.map(|entry| readable(entry, &HashMap::new())))
    }

    /// What happened to a group and who joined and left, the newest first; also of one that was purged.
    pub async fn group_history(
        &self,
        may: &May<ReadDirectory>,
        id: GroupId,
        page: &PageRequest,
    ) -> Result<Page<HistoryEntry>, DirectoryError> {
        let mut tx = self.store.read().await?;
        let organisation = may.actor().organisation;
        let entries = self.entries(&mut tx, may, id.0, page).await?;
        let group = rows::groups::find(&mut tx, organisation, id).await?;
        if entries.items.is_empty() && page.after.is_none() && group.is_none() {
            return Err(DirectoryError::NoSuchGroup);
        }
        let known = match group {
            Some(group) => known_members(&mut tx, group.source.id, &entries.items).await?,
            None => HashMap::new(),
        };
        Ok(entries.map(|entry| readable(entry, &known)))
    }

    async fn entries(
        &self,
        tx: &mut Tx,
        may: &May<ReadDirectory>,
        object: Uuid,
        page: &PageRequest,
    ) -> Result<Page<Logged>, StoreError> {
        let filter = Filter { stream: Some(Stream::Change), object: Some(object), ..Filter::default() };
        signals::list(tx, may.actor().organisation, &filter, page).await
    }
}

type Known = HashMap<Uuid, (Uuid, String)>;

/// Our id and the name of those that entries will name.
async fn known_members(tx: &mut Tx, source: SourceId, entries: &[Logged]) -> Result<Known, StoreError> {
    let named: Vec<MemberChange> = entries.iter().flat_map(|entry| named(entry).0).collect();
    let of = |kind: MemberKind| -> Vec<Uuid> {
        named.iter().filter(|one| one.kind == kind as u8).map(|one| one.object_id).collect()
    };
    let users = rows::users::by_object_ids(tx, source, &of(MemberKind::User)).await?;
    let groups = rows::groups::by_object_ids(tx, source, &of(MemberKind::Group)).await?;
    let users = users.into_iter().map(|user| (user.object_id, (user.id.0, user.name())));
    let groups = groups.into_iter().map(|group| (group.object_id, (group.id.0, group.name())));
    Ok(users.chain(groups).collect())
}

/// The first of those who joined or left, how many joined, how many left.
fn named(entry: &Logged) -> (Vec<MemberChange>, usize, usize) {
    let mut all = entry.members.as_deref().map(members::unpack).unwrap_or_default();
    let removed = all.iter().filter(|one| one.removed).count();
    let added = all.len() - removed;
    all.truncate(MOST_NAMED);
    (all, added, removed)
}

fn readable(entry: Logged, known: &Known) -> HistoryEntry {
    let (named, members_added, members_removed) = named(&entry);
    let members = named.into_iter().map(|one| {
        let (id, name) = known.get(&one.object_id).cloned().unzip();
        let kind = MemberKind::from_code(i64::from(one.kind));
        MemberNote { removed: one.removed, kind, object_id: one.object_id, id, name }
    });
    HistoryEntry {
        changes: diff::of_entry(&entry),
        members: members.collect(),
        members_added,
        members_removed,
        revision: entry.revision,
        at: entry.at,
        event: entry.name,
        actor: entry.actor_name,
        actor_kind: entry.actor_kind,
        cause_id: entry.cause.as_ref().and_then(|cause| cause.id),
        cause: entry.cause.map(|cause| cause.kind),
        reason: entry.reason,
    }
}
