//! Keeps the index of each organisation in step with the log.
//!
//! A node reads the whole directory once, then follows the log by revision (design §4). Rows and revision are read in
//! one snapshot of the database, so that the index is a pure function of the directory at a revision.

use std::collections::{HashMap, HashSet};

use kernel::OrganisationId;
use signals::{Filter, Logged, Stream, members};
use store::{Store, StoreError, Tx};
use uuid::Uuid;

use crate::index::{GroupOrdinal, IndexBuilder, IndexChange, MemberKey, Snapshot, UserOrdinal};
use crate::model::{Group, MemberKind, User};
use crate::store as rows;

/// With more entries than this to catch up on, reading everything again is cheaper.
const MOST_ENTRIES: usize = 50_000;
/// How many entries are read together.
const BATCH: usize = 2_000;

/// The whole directory of an organisation as an index.
pub async fn load(store: &Store, organisation: OrganisationId) -> Result<Snapshot, StoreError> {
    let mut tx = store.read().await?;
    let revision = signals::newest(&mut tx, organisation).await?;
    let mut builder = IndexBuilder::new();
    rows::whole::users(&mut tx, organisation, &mut builder).await?;
    rows::whole::groups(&mut tx, organisation, &mut builder).await?;
    Ok(builder.build(revision))
}

/// What a snapshot becomes with everything that was logged since. `None` when it is up to date.
pub async fn catch_up(
    store: &Store,
    organisation: OrganisationId,
    from: &Snapshot,
) -> Result<Option<Snapshot>, StoreError> {
    let mut tx = store.read().await?;
    let head = signals::newest(&mut tx, organisation).await?;
    if head == from.revision() {
        return Ok(None);
    }
    let entries = changes_since(&mut tx, organisation, from.revision()).await?;
    let Some(entries) = entries else {
        drop(tx);
        return load(store, organisation).await.map(Some);
    };
    let changes = index_changes(&mut tx, organisation, from, &entries).await?;
    Ok(Some(from.refresh(&changes, head)))
}

/// The directory's entries after a revision; `None` when there are too many to be worth it.
async fn changes_since(
    tx: &mut Tx,
    organisation: OrganisationId,
    revision: i64,
) -> Result<Option<Vec<Logged>>, StoreError> {
    let filter = Filter { stream: Some(Stream::Change), ..Filter::default() };
    let (mut all, mut after) = (Vec::new(), revision);
    loop {
        let batch = signals::oldest_first(tx, organisation, &filter, after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(Some(all)) };
        after = last.revision;
        all.extend(batch);
        if all.len() > MOST_ENTRIES {
            return Ok(None);
        }
    }
}

/// The index's changes for the log's entries. Users and groups are taken as they are now, memberships as logged.
async fn index_changes(
    tx: &mut Tx,
    organisation: OrganisationId,
    from: &Snapshot,
    entries: &[Logged],
) -> Result<Vec<IndexChange>, StoreError> {
    let touched = |kind: &str| -> Vec<Uuid> {
        let ids = entries.iter().filter_map(|entry| entry.object.as_ref()).filter(|object| object.kind == kind);
        let distinct: HashSet<_> = ids.map(|object| object.id).collect();
        distinct.into_iter().collect()
    };
    let mut changes = Vec::new();
    user_changes(tx, organisation, from, touched("user"), &mut changes).await?;
    let groups = rows::groups::by_ids(tx, organisation, &touched("group")).await?;
    let groups: HashMap<_, _> = groups.into_iter().map(|group| (group.id.0, group)).collect();
    let mut whole = HashSet::new();
    for id in touched("group") {
        group_changes(tx, from, id, groups.get(&id), &mut whole, &mut changes).await?;
    }
    for entry in entries {
        let (Some(object), Some(bytes)) = (&entry.object, &entry.members) else { continue };
        let Some(group) = groups.get(&object.id).filter(|group| !whole.contains(&group.id.0)) else { continue };
        changes.extend(members::unpack(bytes).into_iter().map(|one| membership(group, &one)));
    }
    Ok(changes)
}

async fn user_changes(
    tx: &mut Tx,
    organisation: OrganisationId,
    from: &Snapshot,
    ids: Vec<Uuid>,
    changes: &mut Vec<IndexChange>,
) -> Result<(), StoreError> {
    let users = rows::users::by_ids(tx, organisation, &ids).await?;
    let users: HashMap<_, _> = users.into_iter().map(|user| (user.id.0, user)).collect();
    for id in ids {
        if let Some(user) = users.get(&id).filter(|user| user.state.held()) {
            changes.push(put_user(user));
        } else {
            let known = users.get(&id).map(|user| UserOrdinal(user.ordinal)).or_else(|| from.user(id.into()));
            changes.extend(known.map(|ordinal| IndexChange::RemoveUser { ordinal }));
        }
    }
    Ok(())
}

fn put_user(user: &User) -> IndexChange {
    IndexChange::PutUser {
        ordinal: UserOrdinal(user.ordinal),
        id: user.id,
        key: MemberKey::new(user.source.id, user.object_id),
        active: user.state.usable(),
    }
}

/// A group that was not in the index comes with all its memberships as they are in the database now.
async fn group_changes(
    tx: &mut Tx,
    from: &Snapshot,
    id: Uuid,
    group: Option<&Group>,
    whole: &mut HashSet<Uuid>,
    changes: &mut Vec<IndexChange>,
) -> Result<(), StoreError> {
    let known = from.group(id.into());
    let Some(group) = group else {
        changes.extend(known.map(|ordinal| IndexChange::ForgetGroup { ordinal }));
        return Ok(());
    };
    let ordinal = GroupOrdinal(group.ordinal);
    if !group.state.usable() {
        changes.push(IndexChange::RemoveGroup { ordinal });
        return Ok(());
    }
    let key = MemberKey::new(group.source.id, group.object_id);
    if known.is_none() {
        whole.insert(id);
        changes.push(IndexChange::ForgetGroup { ordinal });
        changes.push(IndexChange::PutGroup { ordinal, id: group.id, key });
        for member in rows::members::of_group(tx, group.ordinal).await? {
            let one = members::MemberChange { removed: false, kind: member.kind as u8, object_id: member.object_id };
            changes.push(membership(group, &one));
        }
    } else {
        changes.push(IndexChange::PutGroup { ordinal, id: group.id, key });
    }
    Ok(())
}

fn membership(group: &Group, one: &members::MemberChange) -> IndexChange {
    let ordinal = GroupOrdinal(group.ordinal);
    let member = MemberKey::new(group.source.id, one.object_id);
    let kind = MemberKind::from_code(i64::from(one.kind));
    if one.removed {
        IndexChange::RemoveMembership { group: ordinal, member, kind }
    } else {
        IndexChange::PutMembership { group: ordinal, member, kind }
    }
}
