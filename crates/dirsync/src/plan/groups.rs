//! Groups and their members.

use std::collections::{HashMap, HashSet};

use directory::{Act, Cause, Group, GroupAttributes, Member, ObjectKind, State};
use store::Tx;
use uuid::Uuid;

use super::{BATCH, DirsyncError, Draft, RunKind, change};
use crate::scope::Rules;
use crate::store::staged::{self, Removed, Staged, StagedMember};
use crate::totals::Shrink;
use crate::transition::{Seen, next};

/// The most members that one change adds and removes; larger ones are split.
const MOST_MEMBERS: usize = signals::members::MOST;
/// Of how many groups the members are in memory together.
const AT_ONCE: usize = 100;

pub(super) async fn plan(draft: &mut Draft<'_>, rules: &Rules) -> Result<(), DirsyncError> {
    read_ones(draft, rules).await?;
    if draft.is_full() && draft.work.run.resume.groups_delta.is_some() {
        absent_ones(draft).await?;
    }
    if draft.work.run.kind == RunKind::Rescope {
        known_ones(draft, rules).await?;
    }
    due_ones(draft).await?;
    members(draft).await
}

async fn read_ones(draft: &mut Draft<'_>, rules: &Rules) -> Result<(), DirsyncError> {
    let mut after = None;
    let mut tx = draft.work.store.read().await?;
    loop {
        let batch = staged::after(&mut tx, draft.work.run.id, ObjectKind::Group, after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = Some(last.object_id);
        let ids: Vec<_> = batch.iter().map(|item| item.object_id).collect();
        let known = directory::read::groups_by_object_ids(&mut tx, draft.work.run.source_id, &ids).await?;
        let known: HashMap<_, _> = known.into_iter().map(|group| (group.object_id, group)).collect();
        for item in batch {
            let current = known.get(&item.object_id);
            read_one(draft, rules, item, current).await?;
        }
    }
}

async fn read_one(
    draft: &mut Draft<'_>,
    rules: &Rules,
    item: Staged,
    current: Option<&Group>,
) -> Result<(), DirsyncError> {
    let id = item.object_id;
    let Some(body) = item.body else {
        let gone = item.removed == Some(Removed::Confirmed);
        return match current {
            Some(group) if gone => gone_one(draft, group).await,
            _ => Ok(()),
        };
    };
    let Ok(read) = serde_json::from_str::<GroupAttributes>(&body) else { return Ok(()) };
    let attributes = match (item.told.attributes, current) {
        (true, _) => read,
        (false, Some(group)) => group.attributes.clone(),
        // Only its id is told: the application may not read it.
        (false, None) => return Ok(()),
    };
    seen_one(draft, rules, (id, item.told.attributes), attributes, current).await
}

async fn seen_one(
    draft: &mut Draft<'_>,
    rules: &Rules,
    (id, as_staged): (Uuid, bool),
    attributes: GroupAttributes,
    current: Option<&Group>,
) -> Result<(), DirsyncError> {
    let seen = Seen::There { scope: rules.decide_group(id), enabled: true };
    let state = current.map(|group| &group.state);
    let (wanted, cause) = match next(state, seen, &draft.work.settings, draft.work.env.now()) {
        Some((Some(wanted), cause)) => (wanted, cause),
        Some((None, _)) => return Ok(()),
        None => match current {
            Some(group) if group.attributes != attributes || group.missing_since.is_some() => {
                (group.state.clone(), Cause::ChangedInSource)
            }
            _ => return Ok(()),
        },
    };
    let name = attributes.display_name.clone().unwrap_or_else(|| id.to_string());
    if keeps(draft, id, &name, &attributes, state, Some(&wanted)) {
        return Ok(());
    }
    let act = Act::PutGroup { attributes: Box::new(attributes), state: wanted };
    let planned = change(ObjectKind::Group, (id, name, current.map(|group| group.revision)), act, cause);
    draft.push_read(planned, state, as_staged).await
}

/// Groups that directory roles can be given to are never taken away by a run (NET-09).
fn keeps(
    draft: &mut Draft<'_>,
    id: Uuid,
    name: &str,
    attributes: &GroupAttributes,
    before: Option<&State>,
    after: Option<&State>,
) -> bool {
    let loses = before.is_some_and(State::usable) && !after.is_some_and(State::usable);
    if loses && attributes.is_assignable_to_role == Some(true) {
        draft.totals.protected.push(name.to_owned());
        return true;
    }
    draft.shielded(id, name, before, after)
}

async fn gone_one(draft: &mut Draft<'_>, group: &Group) -> Result<(), DirsyncError> {
    let Some((wanted, cause)) = next(Some(&group.state), Seen::Gone, &draft.work.settings, draft.work.env.now()) else {
        return Ok(());
    };
    if keeps(draft, group.object_id, &group.name(), &group.attributes, Some(&group.state), wanted.as_ref()) {
        return Ok(());
    }
    put_state(draft, group, wanted, cause).await
}

async fn put_state(
    draft: &mut Draft<'_>,
    group: &Group,
    wanted: Option<State>,
    cause: Cause,
) -> Result<(), DirsyncError> {
    let object = (group.object_id, group.name(), Some(group.revision));
    let act = wanted.map_or(Act::Purge, |state| Act::SetState { state });
    draft.push(change(ObjectKind::Group, object, act, cause), Some(&group.state)).await
}

async fn absent_ones(draft: &mut Draft<'_>) -> Result<(), DirsyncError> {
    let source = draft.work.run.source_id;
    let mut after = None;
    let mut tx = draft.work.store.read().await?;
    loop {
        let ids = directory::read::group_keys_after(&mut tx, source, after, BATCH).await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        let read = staged::present(&mut tx, draft.work.run.id, ObjectKind::Group, &ids).await?;
        let absent: Vec<_> = ids.into_iter().filter(|id| !read.contains(id)).collect();
        let groups = directory::read::groups_by_object_ids(&mut tx, source, &absent).await?;
        for group in groups {
            if draft.absence_proven(group.missing_since) || matches!(group.state, State::Deleted { .. }) {
                gone_one(draft, &group).await?;
            } else if group.missing_since.is_none() {
                let object = (group.object_id, group.name(), Some(group.revision));
                draft
                    .push(change(ObjectKind::Group, object, Act::MarkMissing, Cause::Missing), Some(&group.state))
                    .await?;
            }
        }
    }
}

/// Every known group, looked at with the rules of now.
async fn known_ones(draft: &mut Draft<'_>, rules: &Rules) -> Result<(), DirsyncError> {
    let mut after = None;
    let mut tx = draft.work.store.read().await?;
    loop {
        let groups = directory::read::groups_after(&mut tx, draft.work.run.source_id, after, BATCH).await?;
        let Some(last) = groups.last() else { return Ok(()) };
        after = Some(last.object_id);
        for group in &groups {
            let gone = match &group.state {
                State::Conflict(conflict) => conflict.cause == directory::ConflictCause::Deleted,
                other => matches!(other, State::Deleted { .. }),
            };
            if !gone {
                seen_one(draft, rules, (group.object_id, false), group.attributes.clone(), Some(group)).await?;
            }
        }
    }
}

async fn due_ones(draft: &mut Draft<'_>) -> Result<(), DirsyncError> {
    let now = draft.work.env.now();
    let mut tx = draft.work.store.read().await?;
    let groups = directory::read::groups_due(&mut tx, draft.work.source(), now, 10_000).await?;
    drop(tx);
    for group in groups {
        if draft.touched.contains(&group.object_id) {
            continue;
        }
        if let Some((wanted, cause)) = next(Some(&group.state), Seen::Unseen, &draft.work.settings, now) {
            put_state(draft, &group, wanted, cause).await?;
        }
    }
    Ok(())
}

/// The members of every group of which members were read; in a complete read, of every group that was read.
async fn members(draft: &mut Draft<'_>) -> Result<(), DirsyncError> {
    let whole = matches!(draft.work.run.kind, RunKind::Full | RunKind::Single);
    let mut after = None;
    let mut tx = draft.work.store.read().await?;
    loop {
        draft.work.go_on()?;
        let ids = if whole {
            let there = staged::after(&mut tx, draft.work.run.id, ObjectKind::Group, after, AT_ONCE).await?;
            let last = there.last().map(|item| item.object_id);
            let ids = there.into_iter().filter(|item| item.body.is_some()).map(|item| item.object_id).collect();
            (ids, last)
        } else {
            let ids = staged::groups_with_members(&mut tx, draft.work.run.id, after, AT_ONCE).await?;
            let last = ids.last().copied();
            (ids, last)
        };
        let (ids, Some(last)) = ids else { return Ok(()) };
        after = Some(last);
        members_of(draft, &mut tx, &ids, whole).await?;
    }
}

async fn members_of(draft: &mut Draft<'_>, tx: &mut Tx, ids: &[Uuid], whole: bool) -> Result<(), DirsyncError> {
    let known = directory::read::groups_by_object_ids(tx, draft.work.run.source_id, ids).await?;
    let known: HashMap<_, _> = known.into_iter().map(|group| (group.object_id, group)).collect();
    let mut read = staged::members(tx, draft.work.run.id, ids).await?;
    let last: HashMap<_, _> = ids.iter().map(|id| (*id, last_words(read.remove(id).unwrap_or_default()))).collect();
    let mut held = if whole {
        directory::read::members_of_groups(tx, known.values()).await?
    } else {
        held_among(tx, &known, &last).await?
    };
    let mut planned = Vec::new();
    for (id, last) in last {
        let group = known.get(&id);
        if group.is_none() && !draft.touched.contains(&id) {
            continue;
        }
        let held = held.remove(&id).unwrap_or_default();
        planned.push((id, group, if whole { moves_of_all(&held, last) } else { moves_of_some(held, &last) }));
    }
    // In their order, so that the same plan is made of the same reading.
    planned.sort_unstable_by_key(|(id, _, _)| *id);
    if !whole {
        let losing = planned.iter().filter(|(_, _, moves)| !moves.removed.is_empty());
        let losing: Vec<_> = losing.filter_map(|(_, group, _)| *group).collect();
        let counts = directory::read::member_counts(tx, &losing).await?;
        for (id, _, moves) in &mut planned {
            moves.of = counts.get(id).copied().unwrap_or_default();
        }
    }
    for (id, group, moves) in planned {
        push_members(draft, id, group, moves).await?;
    }
    Ok(())
}

/// What happens to a group's members.
struct Moves {
    added: Vec<Member>,
    removed: Vec<Member>,
    /// How many there are before, where some are removed.
    of: u64,
}

/// What was said last of each member.
fn last_words(read: Vec<StagedMember>) -> HashMap<Uuid, StagedMember> {
    let mut last = HashMap::with_capacity(read.len());
    last.extend(read.into_iter().map(|staged| (staged.member.object_id, staged)));
    last
}

/// All members that were read against all that the group has.
fn moves_of_all(held: &[Member], read: HashMap<Uuid, StagedMember>) -> Moves {
    let mut wanted: Vec<_> = read.into_values().filter(|one| !one.removed).map(|one| one.member).collect();
    wanted.sort_unstable();
    let (added, removed) = difference(held, &wanted);
    Moves { added, removed, of: held.len() as u64 }
}

/// Those of whom something was read that are members now. Where only changes were read, only those are looked at: a change
/// in a group of a hundred thousand costs no more than in a small one.
async fn held_among(
    tx: &mut Tx,
    known: &HashMap<Uuid, Group>,
    read: &HashMap<Uuid, HashMap<Uuid, StagedMember>>,
) -> Result<HashMap<Uuid, Vec<Member>>, DirsyncError> {
    let asked = read
        .iter()
        .filter_map(|(id, read)| Some((known.get(id)?, read.values().map(|one| one.member).collect::<Vec<_>>())));
    Ok(directory::read::members_among(tx, &asked.collect::<Vec<_>>()).await?)
}

/// What was read of some members against those of them that the group has.
fn moves_of_some(held: Vec<Member>, read: &HashMap<Uuid, StagedMember>) -> Moves {
    let is_held: HashSet<_> = held.iter().map(|member| member.object_id).collect();
    let is_gone = |id: &Uuid| read.get(id).is_some_and(|one| one.removed);
    let mut removed: Vec<_> = held.into_iter().filter(|member| is_gone(&member.object_id)).collect();
    let fresh = read.values().filter(|one| !one.removed && !is_held.contains(&one.member.object_id));
    let mut added: Vec<_> = fresh.map(|one| one.member).collect();
    added.sort_unstable();
    removed.sort_unstable();
    Moves { added, removed, of: 0 }
}

async fn push_members(
    draft: &mut Draft<'_>,
    id: Uuid,
    group: Option<&Group>,
    moves: Moves,
) -> Result<(), DirsyncError> {
    let Moves { added, mut removed, of } = moves;
    if draft.sees_no_members(group) {
        draft.totals.paused += u64::from(!removed.is_empty());
        removed.clear();
    }
    if added.is_empty() && removed.is_empty() {
        return Ok(());
    }
    let name = group.map(Group::name).or_else(|| draft.group_names.get(&id).cloned()).unwrap_or_else(|| id.to_string());
    note_shrink(draft, id, &name, group, removed.len() as u64, of);
    let state = group.map(|group| group.state.clone());
    let slices = added.len().max(removed.len()).div_ceil(MOST_MEMBERS);
    for slice in 0..slices {
        let part = |all: &[Member]| -> Vec<Member> {
            all.iter().skip(slice * MOST_MEMBERS).take(MOST_MEMBERS).copied().collect()
        };
        let act = Act::Members { added: part(&added), removed: part(&removed) };
        draft
            .push(change(ObjectKind::Group, (id, name.clone(), None), act, Cause::MembersChanged), state.as_ref())
            .await?;
    }
    Ok(())
}

/// A group that would lose a large part of its members holds the plan, unless it is not in use (NET-01).
fn note_shrink(draft: &mut Draft<'_>, id: Uuid, name: &str, group: Option<&Group>, lost: u64, of: u64) {
    let limits = &draft.work.settings.limits;
    let in_use = group.is_some_and(|group| group.state.usable());
    if in_use && of >= u64::from(limits.members_from) && lost * 100 >= of * u64::from(limits.members_percent) {
        draft.totals.shrink(Shrink { object_id: id, name: name.to_owned(), lost, of });
    }
}

/// What must be added to and removed from `current` to reach `wanted`. Both are sorted by object id.
fn difference(current: &[Member], wanted: &[Member]) -> (Vec<Member>, Vec<Member>) {
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    let (mut left, mut right) = (current.iter().peekable(), wanted.iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (None, None) => return (added, removed),
            (Some(_), None) => removed.extend(left.by_ref().copied()),
            (None, Some(_)) => added.extend(right.by_ref().copied()),
            (Some(old), Some(new)) => match old.object_id.cmp(&new.object_id) {
                std::cmp::Ordering::Equal => {
                    left.next();
                    right.next();
                }
                std::cmp::Ordering::Less => removed.extend(left.next().copied()),
                std::cmp::Ordering::Greater => added.extend(right.next().copied()),
            },
        }
    }
}
