//! The second look (NET-04): what the source said is gone is asked for by id, and only its own "not found" counts.
//!
//! Also reads the groups of users that came back: Graph's group delta may stay silent about them.

use directory::State;

use super::kind::stage_looked;
use super::{
    DirsyncError, Look, ObjectKind, Removed, RunState, Source, Staged, StagedMember, StateName, Uuid, Work, staged,
};

/// How many objects are looked at in one exchange.
const AT_ONCE: usize = 20;

pub(super) async fn confirm(work: &mut Work, source: &dyn Source) -> Result<(), DirsyncError> {
    let mut after = None;
    loop {
        work.go_on()?;
        let mut tx = work.store.read().await?;
        let batch = staged::unconfirmed(&mut tx, work.run.id, after, 500).await?;
        drop(tx);
        let Some((_, last)) = batch.last() else { break };
        after = Some(*last);
        for kind in [ObjectKind::User, ObjectKind::Group] {
            let ids: Vec<_> = batch.iter().filter(|(of, _)| *of == kind).map(|(_, id)| *id).collect();
            for ids in known(work, kind, ids).await?.chunks(AT_ONCE) {
                let looks = source.look(kind, ids).await?;
                keep(work, kind, ids, looks).await?;
            }
        }
    }
    read_groups_of_returned(work, source).await?;
    work.run.resume.confirmed = true;
    let mut tx = work.store.begin().await?;
    work.save(&mut tx, RunState::Collecting).await?;
    tx.commit().await?;
    Ok(())
}

/// Only what we hold needs evidence; the rest is dropped.
async fn known(work: &Work, kind: ObjectKind, ids: Vec<Uuid>) -> Result<Vec<Uuid>, DirsyncError> {
    let mut tx = work.store.begin().await?;
    let held: Vec<_> = match kind {
        ObjectKind::User => directory::read::users_by_object_ids(&mut tx, work.run.source_id, &ids)
            .await?
            .into_iter()
            .map(|user| user.object_id)
            .collect(),
        ObjectKind::Group => directory::read::groups_by_object_ids(&mut tx, work.run.source_id, &ids)
            .await?
            .into_iter()
            .map(|group| group.object_id)
            .collect(),
    };
    let unknown: Vec<_> = ids.into_iter().filter(|id| !held.contains(id)).collect();
    staged::forget(&mut tx, work.run.id, kind, &unknown).await?;
    tx.commit().await?;
    Ok(held)
}

async fn keep(work: &Work, kind: ObjectKind, ids: &[Uuid], looks: Vec<Look>) -> Result<(), DirsyncError> {
    let rows = ids.iter().zip(looks).map(|(id, look)| match look {
        Look::Gone => Staged::gone(*id, Some(Removed::Confirmed)),
        Look::There(looked) => stage_looked(*id, &looked),
    });
    let mut tx = work.store.begin().await?;
    staged::put(&mut tx, work.run.id, kind, rows.collect()).await?;
    tx.commit().await?;
    Ok(())
}

/// Users that were gone and are there again: their groups are read, because the group delta may not tell.
async fn read_groups_of_returned(work: &mut Work, source: &dyn Source) -> Result<(), DirsyncError> {
    if work.run.kind != super::RunKind::Delta {
        return Ok(());
    }
    let mut after = None;
    loop {
        work.go_on()?;
        let mut tx = work.store.read().await?;
        let batch = staged::after(&mut tx, work.run.id, ObjectKind::User, after, 500).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = Some(last.object_id);
        let there: Vec<_> = batch.iter().filter(|item| item.body.is_some()).map(|item| item.object_id).collect();
        let users = directory::read::users_by_object_ids(&mut tx, work.run.source_id, &there).await?;
        drop(tx);
        for user in users.into_iter().filter(|user| was_gone(&user.state)) {
            let groups = source.groups_of(user.object_id).await?;
            let member = directory::Member { object_id: user.object_id, kind: directory::MemberKind::User };
            let slices = groups.into_iter().map(|group| {
                work.run.resume.slice += 1;
                (group, work.run.resume.slice, vec![StagedMember { member, removed: false }])
            });
            let slices = slices.collect();
            let mut tx = work.store.begin().await?;
            staged::put_members(&mut tx, work.run.id, slices).await?;
            tx.commit().await?;
        }
    }
}

fn was_gone(state: &State) -> bool {
    match state {
        State::Conflict(conflict) => conflict.cause == directory::ConflictCause::Deleted,
        other => other.name() == StateName::Deleted,
    }
}
