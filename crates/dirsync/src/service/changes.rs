//! The items of a plan with what each changes: from the directory as it is for those that were not applied, from the log
//! for those that were.
//!
//! Looks at one page at a time, with one query for the users, one for the groups and one for the log.

use std::collections::HashMap;

use directory::diff::{self, Moment};
use directory::views::{FieldChange, MOST_NAMED, MemberNote};
use directory::{Act, Group, Member, MemberKind, ObjectKind, SourceId, State, User, read};
use kernel::{May, OrganisationId, Page, PageRequest};
use signals::Logged;
use store::Tx;
use uuid::Uuid;

use super::Dirsync;
use crate::error::DirsyncError;
use crate::model::{Run, RunId};
use crate::permissions::ReadSync;
use crate::store::changes::{self, ChangeFilter, Planned};

/// An item of a plan with what it changes.
#[derive(Debug, Clone)]
pub struct ShownChange {
    /// The item.
    pub planned: Planned,
    /// Our id of the user or group; none before it is made and after it was purged.
    pub id: Option<Uuid>,
    /// Its number in the log, once applied.
    pub revision: Option<i64>,
    /// What is different: against the directory as it is where the item was not applied, else as it was changed.
    pub fields: Vec<FieldChange>,
    /// Who joins and leaves; the first [`MOST_NAMED`] of them.
    pub members: Vec<MemberNote>,
    /// How many join.
    pub members_added: usize,
    /// How many leave.
    pub members_removed: usize,
}

/// What is known of the objects of a page.
struct Known {
    users: HashMap<Uuid, User>,
    groups: HashMap<Uuid, Group>,
    /// The entries that the run has left, by the object's id.
    entries: HashMap<Uuid, Logged>,
}

impl Dirsync {
    /// Items of a run's plan with what each changes.
    pub async fn show_changes(
        &self,
        may: &May<ReadSync>,
        id: RunId,
        filter: &ChangeFilter,
        page: &PageRequest,
    ) -> Result<Page<ShownChange>, DirsyncError> {
        let run = self.get_run(may, id).await?;
        let mut tx = self.store.read().await?;
        let items = changes::list(&mut tx, id, filter, page).await?;
        let known = known(&mut tx, may.actor().organisation, &run, &items.items).await?;
        Ok(items.map(|planned| known.shown(planned)))
    }
}

async fn known(tx: &mut Tx, organisation: OrganisationId, run: &Run, items: &[Planned]) -> Result<Known, DirsyncError> {
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for item in items {
        let ids = if item.change.kind == ObjectKind::User { &mut users } else { &mut groups };
        ids.push(item.change.object_id);
        for member in named(&item.change.act).0 {
            match member.1.kind {
                MemberKind::User => users.push(member.1.object_id),
                MemberKind::Group => groups.push(member.1.object_id),
                _ => {}
            }
        }
    }
    let users = users_of(tx, run.source_id, users).await?;
    let groups = groups_of(tx, run.source_id, groups).await?;
    let ids = items.iter().filter(|item| item.applied_at.is_some()).filter_map(|item| {
        let object = &item.change.object_id;
        match item.change.kind {
            ObjectKind::User => users.get(object).map(|user| user.id.0),
            ObjectKind::Group => groups.get(object).map(|group| group.id.0),
        }
    });
    let ids: Vec<_> = ids.collect();
    let entries = signals::of_objects(tx, organisation, run.id.0, &ids).await?;
    let entries = entries.into_iter().filter_map(|entry| Some((entry.object.as_ref()?.id, entry))).collect();
    Ok(Known { users, groups, entries })
}

async fn users_of(tx: &mut Tx, source: SourceId, mut ids: Vec<Uuid>) -> Result<HashMap<Uuid, User>, DirsyncError> {
    ids.sort_unstable();
    ids.dedup();
    let users = read::users_by_object_ids(tx, source, &ids).await?;
    Ok(users.into_iter().map(|user| (user.object_id, user)).collect())
}

async fn groups_of(tx: &mut Tx, source: SourceId, mut ids: Vec<Uuid>) -> Result<HashMap<Uuid, Group>, DirsyncError> {
    ids.sort_unstable();
    ids.dedup();
    let groups = read::groups_by_object_ids(tx, source, &ids).await?;
    Ok(groups.into_iter().map(|group| (group.object_id, group)).collect())
}

/// The first of those who join or leave, with whether they leave; how many join, how many leave.
fn named(act: &Act) -> (Vec<(bool, Member)>, usize, usize) {
    let Act::Members { added, removed } = act else { return (Vec::new(), 0, 0) };
    let leaving = removed.iter().map(|member| (true, *member));
    let all = leaving.chain(added.iter().map(|member| (false, *member)));
    (all.take(MOST_NAMED).collect(), added.len(), removed.len())
}

impl Known {
    fn shown(&self, planned: Planned) -> ShownChange {
        let object = planned.change.object_id;
        let (user, group) = (self.users.get(&object), self.groups.get(&object));
        let (id, fields) = match planned.change.kind {
            ObjectKind::User => (user.map(|user| user.id.0), user_fields(&planned.change.act, user)),
            ObjectKind::Group => (group.map(|group| group.id.0), group_fields(&planned.change.act, group)),
        };
        let fields = match (planned.applied_at, &planned.change.act) {
            (None, _) => fields,
            (Some(_), Act::Members { .. }) => Vec::new(),
            (Some(_), _) => id.and_then(|id| self.entries.get(&id)).map(diff::of_entry).unwrap_or_default(),
        };
        let entry = id.and_then(|id| self.entries.get(&id)).filter(|_| planned.applied_at.is_some());
        let revision = entry.map(|entry| entry.revision);
        let (named, members_added, members_removed) = named(&planned.change.act);
        let members = named.into_iter().map(|(removed, member)| self.note(removed, member)).collect();
        ShownChange { planned, id, revision, fields, members, members_added, members_removed }
    }

    fn note(&self, removed: bool, member: Member) -> MemberNote {
        let (id, name) = match member.kind {
            MemberKind::User => self.users.get(&member.object_id).map(|user| (user.id.0, user.name())),
            MemberKind::Group => self.groups.get(&member.object_id).map(|group| (group.id.0, group.name())),
            _ => None,
        }
        .unzip();
        MemberNote { removed, kind: member.kind, object_id: member.object_id, id, name }
    }
}

fn user_fields(act: &Act, user: Option<&User>) -> Vec<FieldChange> {
    let now = user.map(|user| (&user.state, &user.attributes));
    match act {
        Act::PutUser { attributes, state } => compared(now, Some((state, &**attributes))),
        Act::SetState { state } => compared(now, now.map(|(_, attributes)| (state, attributes))),
        Act::Purge => compared(now, None),
        _ => Vec::new(),
    }
}

fn group_fields(act: &Act, group: Option<&Group>) -> Vec<FieldChange> {
    let now = group.map(|group| (&group.state, &group.attributes));
    match act {
        Act::PutGroup { attributes, state } => compared(now, Some((state, &**attributes))),
        Act::SetState { state } => compared(now, now.map(|(_, attributes)| (state, attributes))),
        Act::Purge => compared(now, None),
        _ => Vec::new(),
    }
}

fn compared<A: serde::Serialize>(before: Option<(&State, &A)>, after: Option<(&State, &A)>) -> Vec<FieldChange> {
    let moment = |(state, attributes)| Moment { state, attributes: Some(attributes) };
    diff::between(before.map(moment).as_ref(), after.map(moment).as_ref())
}
