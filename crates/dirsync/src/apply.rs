//! Apply: the allowed part of a plan, in portions, each one unit of work: rows, log, marks and progress together.
//!
//! After a stop it goes on behind the last item that is noted as applied. With the last portion the delta links are kept: what
//! they stand for is in the directory then, and not before.

use directory::{Applied, Change, Origin};
use signals::Entry;
use store::Store;

use crate::error::DirsyncError;
use crate::model::{RunId, RunKind, RunState};
use crate::store::changes::Planned;
use crate::store::{changes, settings};
use crate::totals::Effect;
use crate::work::Work;

/// About how many rows one unit of work writes.
const PORTION: u64 = 10_000;

/// Applies what is allowed and not applied yet; returns what was done by this execution.
pub(crate) async fn apply(work: &mut Work) -> Result<Applied, DirsyncError> {
    let mut done: Applied =
        work.run.outcome.take().and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default();
    let mut tx = work.store.read().await?;
    let mut after = changes::applied_until(&mut tx, work.run.id).await?;
    drop(tx);
    let mut items = read(work.store.clone(), work.run.id, after).await?;
    while let Some(last) = items.last().map(|item| item.seq) {
        work.go_on()?;
        after = last;
        // The next portion is read and understood while this one is written.
        let next = tokio::spawn(read(work.store.clone(), work.run.id, after));
        write(work, &mut done, items).await?;
        items = next.await.map_err(|_| DirsyncError::TakenOver)??;
    }
    finish(work, done).await
}

async fn read(store: Store, run: RunId, after: i64) -> Result<Vec<Planned>, DirsyncError> {
    let mut tx = store.read().await?;
    Ok(changes::next(&mut tx, run, after, PORTION).await?)
}

/// Writes one portion.
async fn write(work: &mut Work, done: &mut Applied, items: Vec<Planned>) -> Result<(), DirsyncError> {
    let Some(last) = items.last().map(|item| item.seq) else { return Ok(()) };
    for item in items.iter().filter(|item| item.effect == Effect::Lose) {
        match item.change.kind {
            directory::ObjectKind::User => work.run.users_lost += 1,
            directory::ObjectKind::Group => work.run.groups_lost += 1,
        }
    }
    work.run.progress.applied += items.len() as u64;
    let changes: Vec<Change> = items.into_iter().map(|item| item.change).collect();
    let mut tx = work.store.begin().await?;
    // The run before the log: whoever decides on a run takes them in this order, too.
    changes::mark_applied(&mut tx, work.run.id, last, work.env.now()).await?;
    let origin = Origin { kind: "run", id: Some(work.run.id.0) };
    let part = directory::apply(&mut tx, &work.env, &work.actor(), work.source(), &changes, origin).await?;
    done.merge(&part);
    work.run.outcome = serde_json::to_value(&*done).ok();
    work.save(&mut tx, RunState::Applying).await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps the delta links, and goes on to reading back.
async fn finish(work: &mut Work, done: Applied) -> Result<Applied, DirsyncError> {
    let mut tx = work.store.begin().await?;
    let resume = &work.run.resume;
    if matches!(work.run.kind, RunKind::Full | RunKind::Delta) {
        let links = [("user", &resume.users_delta), ("group", &resume.groups_delta)];
        for (kind, link) in links {
            if let Some(link) = link {
                settings::put_cursor(&mut tx, work.run.source_id, kind, link, work.env.now()).await?;
            }
        }
    }
    let totals = work.run.totals.clone().unwrap_or_default();
    for name in &totals.reused_names {
        let entry = Entry::act("dirsync.user_name_reused")
            .reason(format!("{name} belonged to another object before; it is treated as a new user"));
        work.log(&mut tx, entry).await?;
    }
    work.run.outcome = serde_json::to_value(&done).ok();
    work.run.state = RunState::Verifying;
    work.save(&mut tx, RunState::Applying).await?;
    tx.commit().await?;
    Ok(done)
}
