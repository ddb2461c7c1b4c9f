//! The objects that a batch of changes touches, in memory while it is worked on.

use std::collections::HashSet;

use kernel::Timestamp;

use super::entry::{Side, entry};
use super::{
    Act, Change, Entry, Env, Group, HashMap, Object, ObjectKind, Source, State, StoreError, Tx, User, Uuid, rows,
};
use crate::attributes::{GroupAttributes, UserAttributes};
use crate::model::SourceKind;

pub(super) struct Working {
    pub(super) groups: HashMap<Uuid, Group>,
    users: HashMap<Uuid, User>,
    dirty_users: Vec<Uuid>,
    /// Those of them who come to another place in some list.
    moved_users: HashSet<Uuid>,
    dirty_groups: Vec<Uuid>,
    purged: Vec<(ObjectKind, Uuid)>,
    missing: Vec<(ObjectKind, Uuid)>,
    /// Changes whose object has moved on since they were planned.
    pub(super) stale: u64,
    counts: rows::counts::Moves,
    env: Env,
    now: Timestamp,
    source: Source,
}

/// The users and the groups that changes are about, as they are now.
pub(super) async fn read(
    tx: &mut Tx,
    source: Source,
    changes: &[Change],
) -> Result<(Vec<User>, Vec<Group>), StoreError> {
    let ids = |kind| {
        let mut ids: Vec<_> =
            changes.iter().filter(|change| change.kind == kind).map(|change| change.object_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let users = rows::users::by_object_ids(tx, source.id, &ids(ObjectKind::User)).await?;
    let groups = rows::groups::by_object_ids(tx, source.id, &ids(ObjectKind::Group)).await?;
    Ok((users, groups))
}

impl Working {
    pub(super) fn over(env: &Env, source: Source, users: Vec<User>, groups: Vec<Group>) -> Self {
        Self {
            users: users.into_iter().map(|user| (user.object_id, user)).collect(),
            groups: groups.into_iter().map(|group| (group.object_id, group)).collect(),
            dirty_users: Vec::new(),
            moved_users: HashSet::new(),
            dirty_groups: Vec::new(),
            purged: Vec::new(),
            missing: Vec::new(),
            stale: 0,
            counts: rows::counts::Moves::default(),
            env: env.clone(),
            now: env.now(),
            source,
        }
    }

    /// Makes one change in memory; returns what the log is to say.
    pub(super) fn step(&mut self, change: &Change) -> Option<Entry> {
        let id = change.object_id;
        match (&change.act, change.kind) {
            (Act::PutUser { attributes, state }, _) => self.put_user(change, Some(attributes), state),
            (Act::PutGroup { attributes, state }, _) => self.put_group(change, Some(attributes), state),
            (Act::SetState { state }, ObjectKind::User) => self.put_user(change, None, state),
            (Act::SetState { state }, ObjectKind::Group) => self.put_group(change, None, state),
            (Act::MarkMissing, kind) => {
                self.missing.push((kind, id));
                None
            }
            (Act::Purge, kind) => self.purge(change, kind),
            (Act::Members { .. }, _) => None,
        }
    }

    fn put_user(&mut self, change: &Change, attributes: Option<&UserAttributes>, state: &State) -> Option<Entry> {
        let (id, now) = (change.object_id, self.now);
        let before = self.users.get(&id).cloned();
        if change.base != before.as_ref().map(|user| user.revision) {
            self.stale += 1;
            return None;
        }
        let attributes = attributes.cloned().or_else(|| before.as_ref().map(|user| user.attributes.clone()))?;
        let mut after = before.clone().unwrap_or_else(|| User {
            ordinal: 0,
            id: self.env.new_id(),
            source: self.source,
            object_id: id,
            state: state.clone(),
            missing_since: None,
            attributes: UserAttributes::default(),
            created_at: now,
            changed_at: now,
            seen_at: now,
            revision: 0,
        });
        after.attributes = attributes;
        after.state = state.clone();
        after.missing_since = None;
        after.source = authority(before.as_ref().map(|user| user.source), self.source);
        if before.as_ref() == Some(&after) {
            return None;
        }
        if !before.as_ref().is_some_and(|before| rows::users::in_place(before, &after)) {
            self.moved_users.insert(id);
        }
        after.changed_at = now;
        after.seen_at = now;
        // A note of a missed read may be all that goes: that is no news.
        let same = before.as_ref().is_some_and(|old| old.state == after.state && old.attributes == after.attributes);
        let entry = entry(
            ObjectKind::User,
            || Object::new("user", after.id, after.name()),
            before.as_ref().map(|user| Side { state: &user.state, attributes: &user.attributes }),
            Some(Side { state: &after.state, attributes: &after.attributes }),
            change.cause,
        )
        .filter(|_| !same);
        self.counts.note(ObjectKind::User, before.as_ref().map(|user| &user.state), Some(&after.state));
        self.users.insert(id, after);
        self.dirty_users.push(id);
        entry
    }

    fn put_group(&mut self, change: &Change, attributes: Option<&GroupAttributes>, state: &State) -> Option<Entry> {
        let (id, now) = (change.object_id, self.now);
        let before = self.groups.get(&id).cloned();
        if change.base != before.as_ref().map(|group| group.revision) {
            self.stale += 1;
            return None;
        }
        let attributes = attributes.cloned().or_else(|| before.as_ref().map(|group| group.attributes.clone()))?;
        let mut after = before.clone().unwrap_or_else(|| Group {
            ordinal: 0,
            id: self.env.new_id(),
            source: self.source,
            object_id: id,
            state: state.clone(),
            missing_since: None,
            attributes: GroupAttributes::default(),
            created_at: now,
            changed_at: now,
            seen_at: now,
            revision: 0,
        });
        after.attributes = attributes;
        after.state = state.clone();
        after.missing_since = None;
        after.source = authority(before.as_ref().map(|group| group.source), self.source);
        if before.as_ref() == Some(&after) {
            return None;
        }
        after.changed_at = now;
        after.seen_at = now;
        // A note of a missed read may be all that goes: that is no news.
        let same = before.as_ref().is_some_and(|old| old.state == after.state && old.attributes == after.attributes);
        let entry = entry(
            ObjectKind::Group,
            || Object::new("group", after.id, after.name()),
            before.as_ref().map(|group| Side { state: &group.state, attributes: &group.attributes }),
            Some(Side { state: &after.state, attributes: &after.attributes }),
            change.cause,
        )
        .filter(|_| !same);
        self.counts.note(ObjectKind::Group, before.as_ref().map(|group| &group.state), Some(&after.state));
        self.groups.insert(id, after);
        self.dirty_groups.push(id);
        entry
    }

    fn purge(&mut self, change: &Change, kind: ObjectKind) -> Option<Entry> {
        let id = change.object_id;
        let entry = match kind {
            ObjectKind::User => {
                let user = self.users.remove(&id)?;
                self.dirty_users.retain(|dirty| *dirty != id);
                self.counts.note(kind, Some(&user.state), None);
                let before = Side { state: &user.state, attributes: &user.attributes };
                entry(kind, || Object::new("user", user.id, user.name()), Some(before), None, change.cause)
            }
            ObjectKind::Group => {
                let group = self.groups.remove(&id)?;
                self.dirty_groups.retain(|dirty| *dirty != id);
                self.counts.note(kind, Some(&group.state), None);
                let before = Side { state: &group.state, attributes: &group.attributes };
                entry(kind, || Object::new("group", group.id, group.name()), Some(before), None, change.cause)
            }
        };
        self.purged.push((kind, id));
        entry
    }

    /// Writes the groups, and learns the ordinals of new ones.
    pub(super) async fn write_groups(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let ids = distinct(&self.dirty_groups);
        let groups: Vec<_> = ids.iter().filter_map(|id| self.groups.get(id).cloned()).collect();
        rows::groups::put(tx, &groups).await?;
        let fresh: Vec<_> = groups.iter().filter(|group| group.ordinal == 0).map(|group| group.object_id).collect();
        for group in rows::groups::by_object_ids(tx, self.source.id, &fresh).await? {
            self.groups.insert(group.object_id, group);
        }
        Ok(())
    }

    /// Writes what is left, stamped with the log's revision.
    pub(super) async fn finish(mut self, tx: &mut Tx, revision: i64) -> Result<(), StoreError> {
        let mut users = Vec::with_capacity(self.dirty_users.len());
        for id in distinct(&self.dirty_users) {
            if let Some(mut user) = self.users.remove(&id) {
                user.revision = revision;
                users.push(user);
            }
        }
        // Whoever is purged in the same portion is still there.
        let is_new = |user: &User| user.ordinal == 0 && self.purged.is_empty();
        let (new, known): (Vec<_>, Vec<_>) = users.into_iter().partition(is_new);
        let (moved, still): (Vec<_>, Vec<_>) =
            known.into_iter().partition(|user| self.moved_users.contains(&user.object_id));
        rows::users::add(tx, &new).await?;
        rows::users::put(tx, &moved).await?;
        rows::users::put_in_place(tx, &still).await?;
        let groups = distinct(&self.dirty_groups);
        rows::groups::stamp(tx, self.source.id, &groups, revision).await?;
        let of = |list: &[(ObjectKind, Uuid)], kind| -> Vec<Uuid> {
            list.iter().filter(|(of, _)| *of == kind).map(|(_, id)| *id).collect()
        };
        let source = self.source.id;
        rows::users::mark_missing(tx, source, &of(&self.missing, ObjectKind::User), self.now).await?;
        rows::groups::mark_missing(tx, source, &of(&self.missing, ObjectKind::Group), self.now).await?;
        rows::users::remove(tx, source, &of(&self.purged, ObjectKind::User)).await?;
        rows::groups::remove(tx, source, &of(&self.purged, ObjectKind::Group)).await?;
        self.counts.write(tx, self.source).await
    }
}

/// Whose an object is that two sources fill: Graph's, once it has shown it; else whose it was (NET-14).
fn authority(before: Option<Source>, writes: Source) -> Source {
    match (before, writes.kind) {
        (Some(before), SourceKind::Scim) => before,
        (_, _) => writes,
    }
}

fn distinct(ids: &[Uuid]) -> Vec<Uuid> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}
