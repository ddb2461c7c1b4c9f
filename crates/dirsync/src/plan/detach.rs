//! A source that is no longer connected (VPR-13): what it left here goes into conflict, once somebody has confirmed it,
//! and its timers go on from then.
//!
//! Also notes which of its users another source has too, so that they can be taken over instead.

use directory::{Act, Cause, Change, ObjectKind, State};
use uuid::Uuid;

use super::{BATCH, DirsyncError, Draft, change};
use crate::adoption::{Matching, Pair};
use crate::store::adoptions;
use crate::transition::{Seen, next};

pub(super) async fn plan(draft: &mut Draft<'_>) -> Result<(), DirsyncError> {
    let mut matching = Matching::default();
    users(draft, &mut matching).await?;
    groups(draft).await?;
    find_pairs(draft, matching).await
}

async fn users(draft: &mut Draft<'_>, matching: &mut Matching) -> Result<(), DirsyncError> {
    let mut after = None;
    loop {
        let mut tx = draft.work.store.read().await?;
        let users = directory::read::users_after(&mut tx, draft.work.run.source_id, after, BATCH).await?;
        drop(tx);
        let Some(last) = users.last() else { return Ok(()) };
        after = Some(last.object_id);
        for user in &users {
            if user.state.held() {
                matching.left(user.id.0, &user.attributes);
            }
            let object = (user.object_id, user.name(), Some(user.revision));
            one(draft, ObjectKind::User, object, &user.state).await?;
        }
    }
}

async fn groups(draft: &mut Draft<'_>) -> Result<(), DirsyncError> {
    let mut after = None;
    loop {
        let mut tx = draft.work.store.read().await?;
        let groups = directory::read::groups_after(&mut tx, draft.work.run.source_id, after, BATCH).await?;
        drop(tx);
        let Some(last) = groups.last() else { return Ok(()) };
        after = Some(last.object_id);
        for group in &groups {
            let object = (group.object_id, group.name(), Some(group.revision));
            one(draft, ObjectKind::Group, object, &group.state).await?;
        }
    }
}

async fn one(
    draft: &mut Draft<'_>,
    kind: ObjectKind,
    object: (Uuid, String, Option<i64>),
    state: &State,
) -> Result<(), DirsyncError> {
    let now = draft.work.env.now();
    let Some((wanted, cause)) = next(Some(state), Seen::SourceGone, &draft.work.settings, now) else { return Ok(()) };
    if draft.shielded(object.0, &object.1, Some(state), wanted.as_ref()) {
        return Ok(());
    }
    draft.push(asked(kind, object, wanted, cause), Some(state)).await
}

fn asked(kind: ObjectKind, object: (Uuid, String, Option<i64>), wanted: Option<State>, cause: Cause) -> Change {
    let act = wanted.map_or(Act::Purge, |state| Act::SetState { state });
    change(kind, object, act, cause)
}

/// Looks for the old users among those of the sources that are connected, and keeps the pairs.
async fn find_pairs(draft: &mut Draft<'_>, mut matching: Matching) -> Result<(), DirsyncError> {
    for source in draft.work.others.clone() {
        let mut after = None;
        loop {
            draft.work.go_on()?;
            let mut tx = draft.work.store.read().await?;
            let users = directory::read::users_after(&mut tx, source, after, BATCH).await?;
            drop(tx);
            let Some(last) = users.last() else { break };
            after = Some(last.object_id);
            for user in users.iter().filter(|user| user.state.held()) {
                matching.candidate(user.id.0, &user.attributes);
            }
        }
    }
    keep(draft, &matching.pairs()).await
}

async fn keep(draft: &mut Draft<'_>, pairs: &[Pair]) -> Result<(), DirsyncError> {
    draft.totals.adoptable = pairs.len() as u64;
    let mut tx = draft.work.store.begin().await?;
    adoptions::clear(&mut tx, draft.work.run.source_id).await?;
    for part in pairs.chunks(BATCH) {
        adoptions::insert(&mut tx, draft.work.run.source_id, part).await?;
    }
    tx.commit().await?;
    Ok(())
}
