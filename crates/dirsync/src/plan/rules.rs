//! The rules of a run: settings, exceptions, additions, and who is in the groups in scope.

use std::collections::{HashMap, HashSet};

use directory::{Member, MemberKind};
use store::Tx;
use uuid::Uuid;

use crate::error::DirsyncError;
use crate::lists::Exception;
use crate::model::{RunId, RunKind};
use crate::scope::{Rules, Sets};
use crate::settings::Settings;
use crate::store::{lists, staged};
use crate::work::Work;

/// The rules of a run.
pub(crate) async fn load(work: &Work) -> Result<Rules, DirsyncError> {
    let mut tx = work.store.read().await?;
    let overlay = Overlay { run: Some(work.run.id), whole: matches!(work.run.kind, RunKind::Full | RunKind::Single) };
    with(&mut tx, work.run.source_id, work.settings.clone(), work.env.now(), &overlay).await
}

/// What a run has read of members, laid over what is known.
pub(crate) struct Overlay {
    /// The run; none for what is known alone.
    pub(crate) run: Option<RunId>,
    /// Whether what was read of a group is all of it, not only what changed.
    pub(crate) whole: bool,
}

/// The rules that some settings make of what is known now.
pub(crate) async fn with(
    tx: &mut Tx,
    source: directory::SourceId,
    settings: Settings,
    now: kernel::Timestamp,
    overlay: &Overlay,
) -> Result<Rules, DirsyncError> {
    let filter = settings.parsed_filter()?;
    let exceptions = lists::live_exceptions(tx, source, now).await?;
    let in_groups = match settings.group_scope.as_slice() {
        [] => None,
        groups => Some(members_of(tx, source, groups, overlay).await?),
    };
    let sets = Sets {
        excepted: exceptions.iter().filter_map(Exception::object_id).collect(),
        excepted_aliases: exceptions.iter().filter_map(Exception::alias).collect(),
        added: lists::added_ids(tx, source).await?.into_iter().collect(),
        expected: lists::expected(tx, source).await?.into_iter().map(|one| (one.email.clone(), one)).collect(),
        in_groups,
    };
    Ok(Rules::new(settings, filter, sets))
}

/// The object ids of everybody in some groups, through nested groups too. Safe with groups that contain each other.
async fn members_of(
    tx: &mut Tx,
    source: directory::SourceId,
    groups: &[Uuid],
    overlay: &Overlay,
) -> Result<HashSet<Uuid>, DirsyncError> {
    let mut people = HashSet::new();
    let mut seen: HashSet<Uuid> = groups.iter().copied().collect();
    let mut open: Vec<Uuid> = groups.to_vec();
    while let Some(group) = open.pop() {
        for member in effective_members(tx, source, group, overlay).await? {
            match member.kind {
                MemberKind::User => {
                    people.insert(member.object_id);
                }
                MemberKind::Group if seen.insert(member.object_id) => open.push(member.object_id),
                _ => {}
            }
        }
    }
    Ok(people)
}

/// The direct members that a group will have once what was read is in force.
async fn effective_members(
    tx: &mut Tx,
    source: directory::SourceId,
    group: Uuid,
    overlay: &Overlay,
) -> Result<Vec<Member>, DirsyncError> {
    let known = directory::read::groups_by_object_ids(tx, source, &[group]).await?;
    let current = match known.first() {
        Some(group) => directory::read::members_of(tx, group).await?,
        None => Vec::new(),
    };
    let Some(run) = overlay.run else { return Ok(current) };
    let read = staged::members(tx, run, &[group]).await?.remove(&group).unwrap_or_default();
    let was_read = !read.is_empty()
        || overlay.whole && !staged::by_ids(tx, run, directory::ObjectKind::Group, &[group]).await?.is_empty();
    if !was_read {
        return Ok(current);
    }
    let base = if overlay.whole { Vec::new() } else { current };
    let mut members: HashMap<Uuid, Member> = base.into_iter().map(|member| (member.object_id, member)).collect();
    for staged in read {
        if staged.removed {
            members.remove(&staged.member.object_id);
        } else {
            members.insert(staged.member.object_id, staged.member);
        }
    }
    Ok(members.into_values().collect())
}
