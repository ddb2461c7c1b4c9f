//! Keeps the index of each organisation in step with the log.
//!
//! A node reads the whole directory once, then follows the log by revision (design §4). Rows and revision are read in
//! one snapshot of the database, so that the index is a pure function of the directory at a revision.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kernel::OrganisationId;
use signals::members::{self, MemberChange};
use signals::{Filter, Logged, Stream};
use store::{Store, StoreError, Tx};
use uuid::Uuid;

use crate::index::{GroupOrdinal, IndexBuilder, IndexChange, MemberKey, Snapshot, UserOrdinal};
use crate::model::{Group, MemberKind};
use crate::search::{Arena, ArenaBuilder, Search, SearchChange};
use crate::store as rows;

/// With more entries than this to catch up on, reading everything again is cheaper.
const MOST_ENTRIES: usize = 50_000;
/// How many entries are read together.
const BATCH: usize = 2_000;

/// What a node keeps of an organisation in memory; both parts show the same revision.
#[derive(Debug, Clone)]
pub struct View {
    /// Who is in which group.
    pub index: Arc<Snapshot>,
    /// Who can be found by which letters.
    pub search: Arc<Search>,
}

/// The whole directory of an organisation.
pub async fn load(store: &Store, organisation: OrganisationId) -> Result<View, StoreError> {
    let mut tx = store.read().await?;
    let revision = signals::newest(&mut tx, organisation).await?;
    let mut index = IndexBuilder::new();
    let mut lines = ArenaBuilder::default();
    rows::users::each_held(&mut tx, organisation, |user| {
        let key = MemberKey::new(user.source, user.object_id);
        index.add_user(UserOrdinal(user.ordinal), user.id.into(), key, user.usable);
        lines.add(user.ordinal, user.id, user.line);
    })
    .await?;
    let users = lines.build();
    let groups = load_groups(&mut tx, organisation, &mut index).await?;
    Ok(View { index: Arc::new(index.build(revision)), search: Arc::new(Search { users, groups }) })
}

/// The index holds the groups that give rights, with their rows; others come with their rows when they do.
async fn load_groups(tx: &mut Tx, organisation: OrganisationId, index: &mut IndexBuilder) -> Result<Arena, StoreError> {
    let mut sources = HashMap::new();
    let mut lines = ArenaBuilder::default();
    rows::groups::each_held(tx, organisation, |group| {
        if group.usable {
            sources.insert(group.ordinal, group.source);
            let key = MemberKey::new(group.source, group.object_id);
            index.add_group(GroupOrdinal(group.ordinal), group.id.into(), key);
        }
        lines.add(group.ordinal, group.id, group.line);
    })
    .await?;
    rows::members::each_of_organisation(tx, organisation, |ordinal, members| {
        let Some(source) = sources.get(&ordinal) else { return };
        for member in members {
            let key = MemberKey::new(*source, member.object_id);
            index.add_membership(GroupOrdinal(ordinal), key, member.kind);
        }
    })
    .await?;
    Ok(lines.build())
}

/// What a view becomes with everything that was logged since. `None` when it is up to date.
pub async fn catch_up(store: &Store, organisation: OrganisationId, from: &View) -> Result<Option<View>, StoreError> {
    let mut tx = store.read().await?;
    let head = signals::newest(&mut tx, organisation).await?;
    if head == from.index.revision() {
        return Ok(None);
    }
    let Some(entries) = changes_since(&mut tx, organisation, from.index.revision()).await? else {
        drop(tx);
        return load(store, organisation).await.map(Some);
    };
    let mut changes = Changes::default();
    changes.of_users(&mut tx, organisation, &from.index, &touched(&entries, "user")).await?;
    changes.of_groups(&mut tx, organisation, &from.index, &entries).await?;
    Ok(Some(changes.upon(from, head)))
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

/// The distinct objects of a kind that entries are about.
fn touched(entries: &[Logged], kind: &str) -> Vec<Uuid> {
    let ids = entries.iter().filter_map(|entry| entry.object.as_ref()).filter(|object| object.kind == kind);
    let distinct: HashSet<_> = ids.map(|object| object.id).collect();
    distinct.into_iter().collect()
}

/// Users and groups are taken as they are now, memberships as logged.
#[derive(Default)]
struct Changes {
    index: Vec<IndexChange>,
    users: Vec<SearchChange>,
    groups: Vec<SearchChange>,
}

impl Changes {
    fn upon(self, from: &View, head: i64) -> View {
        let Search { users, groups } = from.search.as_ref();
        let search = match (self.users.is_empty(), self.groups.is_empty()) {
            (true, true) => from.search.clone(),
            _ => Arc::new(Search { users: users.refresh(self.users), groups: groups.refresh(self.groups) }),
        };
        View { index: Arc::new(from.index.refresh(&self.index, head)), search }
    }

    async fn of_users(
        &mut self,
        tx: &mut Tx,
        organisation: OrganisationId,
        from: &Snapshot,
        ids: &[Uuid],
    ) -> Result<(), StoreError> {
        let users = rows::users::by_ids(tx, organisation, ids).await?;
        let mut missing: HashSet<_> = ids.iter().copied().collect();
        for user in users {
            missing.remove(&user.id.0);
            let ordinal = UserOrdinal(user.ordinal);
            if user.state.held() {
                let key = MemberKey::new(user.source.id, user.object_id);
                self.index.push(IndexChange::PutUser { ordinal, id: user.id, key, active: user.state.usable() });
                let line = rows::users::line_of(&user);
                self.users.push(SearchChange::Put { ordinal: user.ordinal, id: user.id.0, line });
            } else {
                self.index.push(IndexChange::RemoveUser { ordinal });
                self.users.push(SearchChange::Remove { ordinal: user.ordinal });
            }
        }
        // Every user that can be found is in the index too.
        for ordinal in missing.into_iter().filter_map(|id| from.user(id.into())) {
            self.index.push(IndexChange::RemoveUser { ordinal });
            self.users.push(SearchChange::Remove { ordinal: ordinal.0 });
        }
        Ok(())
    }

    async fn of_groups(
        &mut self,
        tx: &mut Tx,
        organisation: OrganisationId,
        from: &Snapshot,
        entries: &[Logged],
    ) -> Result<(), StoreError> {
        let ids = touched(entries, "group");
        let groups = rows::groups::by_ids(tx, organisation, &ids).await?;
        let groups: HashMap<_, _> = groups.into_iter().map(|group| (group.id.0, group)).collect();
        // What happened to the rows of a group out of sight was not logged.
        let reborn: HashSet<_> = entries
            .iter()
            .filter(|entry| entry.name == "group.created")
            .filter_map(|entry| entry.object.as_ref().map(|object| object.id))
            .collect();
        let mut follows = HashSet::new();
        for id in ids {
            match groups.get(&id) {
                None => self.forget_group(from, id),
                Some(group) => {
                    let whole = reborn.contains(&id) || from.group(id.into()).is_none();
                    if self.put_group(tx, group, whole).await? {
                        follows.insert(id);
                    }
                }
            }
        }
        for entry in entries {
            let (Some(object), Some(bytes)) = (&entry.object, &entry.members) else { continue };
            let Some(group) = groups.get(&object.id).filter(|group| follows.contains(&group.id.0)) else { continue };
            self.index.extend(members::unpack(bytes).into_iter().map(|one| membership(group, &one)));
        }
        Ok(())
    }

    fn forget_group(&mut self, from: &Snapshot, id: Uuid) {
        self.index.extend(from.group(id.into()).map(|ordinal| IndexChange::ForgetGroup { ordinal }));
        self.groups.push(SearchChange::Forget { id });
    }

    /// Says whether the group's memberships are to be taken from the log. Those of a group that was not in the index,
    /// or was out of sight meanwhile, are taken as they are in the database now.
    async fn put_group(&mut self, tx: &mut Tx, group: &Group, whole: bool) -> Result<bool, StoreError> {
        let ordinal = GroupOrdinal(group.ordinal);
        self.groups.push(if group.state.held() {
            SearchChange::Put { ordinal: group.ordinal, id: group.id.0, line: rows::groups::line_of(group) }
        } else {
            SearchChange::Remove { ordinal: group.ordinal }
        });
        let usable = group.state.usable();
        if whole || !usable {
            self.index.push(IndexChange::ForgetGroup { ordinal });
        }
        if !usable {
            return Ok(false);
        }
        let key = MemberKey::new(group.source.id, group.object_id);
        self.index.push(IndexChange::PutGroup { ordinal, id: group.id, key });
        if whole {
            for member in rows::members::of_group(tx, group.ordinal).await? {
                let member = MemberChange { removed: false, kind: member.kind as u8, object_id: member.object_id };
                self.index.push(membership(group, &member));
            }
        }
        Ok(!whole)
    }
}

fn membership(group: &Group, one: &MemberChange) -> IndexChange {
    let ordinal = GroupOrdinal(group.ordinal);
    let member = MemberKey::new(group.source.id, one.object_id);
    let kind = MemberKind::from_code(i64::from(one.kind));
    if one.removed {
        IndexChange::RemoveMembership { group: ordinal, member, kind }
    } else {
        IndexChange::PutMembership { group: ordinal, member, kind }
    }
}
