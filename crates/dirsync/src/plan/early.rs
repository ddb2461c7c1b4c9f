//! Users who are planned while they are read: those of a source of which the directory holds nobody yet.
//!
//! There is nothing to compare them with, so that nothing need be kept of them but the plan itself; and what is written
//! for it costs no time of its own, as the next pages are on their way meanwhile. The guard judges such a plan as it
//! judges any other. Whoever comes a second time in the same read leaves the early plan again and is planned with the rest.
//!
//! Rules that look at what else is read, or that a plan changes, have to wait; where the rules change meanwhile, the read
//! begins again.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use directory::{ObjectKind, UserAttributes};
use store::Tx;
use uuid::Uuid;

use super::{Act, Draft, Fresh, rules, users};
use crate::error::DirsyncError;
use crate::model::{Early, RunId, RunKind};
use crate::scope::Rules;
use crate::store::{changes, packs};
use crate::work::Work;

/// Plans users while they are read.
pub(crate) struct Planner {
    rules: Rules,
}

/// Items of the plan that are not written yet.
pub(crate) struct Ready {
    first: i64,
    items: Vec<Fresh>,
    bodies: Vec<String>,
}

impl Planner {
    /// The planner of a run whose users can be planned early, or were before it was cut off.
    pub(crate) async fn of(work: &mut Work) -> Result<Option<Self>, DirsyncError> {
        let begun = work.run.resume.early.as_ref().map(|early| early.rules);
        if begun.is_none() && !may_begin(work).await? {
            return Ok(None);
        }
        let rules = rules::load(work).await?;
        let mark = mark(work, &rules);
        if begun.is_some_and(|begun| begun != mark) || rules.expects_anybody() {
            return Ok(None);
        }
        work.run.resume.early.get_or_insert_with(|| Early { rules: mark, ..Early::default() });
        Ok(Some(Self { rules }))
    }

    /// Decides on users who were just read.
    pub(crate) async fn plan(&self, work: &mut Work, read: Vec<(Uuid, UserAttributes)>) -> Result<Ready, DirsyncError> {
        let early = work.run.resume.early.take().unwrap_or_default();
        let mut draft = Draft::new(work);
        draft.totals = early.totals;
        draft.holds_back = true;
        for (id, attributes) in read {
            users::seen_one(&mut draft, &self.rules, (id, true), attributes, None).await?;
        }
        let items = std::mem::take(&mut draft.waiting);
        let totals = std::mem::take(&mut draft.totals);
        let bodies = items.iter().map(body).collect();
        let seq = early.seq + i64::try_from(items.len()).unwrap_or(i64::MAX);
        work.run.progress.planned = u64::try_from(seq).unwrap_or(0);
        work.run.resume.early = Some(Early { seq, totals, ..early });
        Ok(Ready { first: early.seq + 1, items, bodies })
    }
}

impl Ready {
    /// Writes them.
    pub(crate) async fn write(self, tx: &mut Tx, run: RunId) -> Result<(), DirsyncError> {
        packs::put(tx, run, self.first, &self.bodies).await?;
        changes::insert(tx, run, self.first, &self.items).await?;
        Ok(())
    }
}

/// Whether there is nobody to compare with, and nothing else to wait for.
async fn may_begin(work: &Work) -> Result<bool, DirsyncError> {
    let resume = &work.run.resume;
    let begins = resume.users_next.is_none() && resume.users_delta.is_none();
    if work.run.kind != RunKind::Full || !begins || work.freeze.is_some() || !work.settings.group_scope.is_empty() {
        return Ok(false);
    }
    let mut tx = work.store.read().await?;
    Ok(directory::read::user_keys_after(&mut tx, work.run.source_id, None, 1).await?.is_empty())
}

/// Whether the rules are still those that users were planned by early.
pub(super) fn fits(work: &Work, rules: &Rules) -> bool {
    work.run.resume.early.as_ref().is_none_or(|early| early.rules == mark(work, rules))
}

/// What changes when the rules do.
fn mark(work: &Work, rules: &Rules) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(&work.settings).unwrap_or_default().hash(&mut hasher);
    rules.mark(&mut hasher);
    hasher.finish()
}

fn body(fresh: &Fresh) -> String {
    match &fresh.change.act {
        Act::PutUser { attributes, .. } => {
            serde_json::to_string(attributes).expect("invariant: attributes are plain data")
        }
        _ => String::new(),
    }
}

/// Takes users out of the early plan who came again; returns what was read of them before.
pub(crate) async fn take_back(
    work: &mut Work,
    tx: &mut Tx,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, UserAttributes>, DirsyncError> {
    let run = work.run.id;
    let planned = changes::take_users(tx, run, ids).await?;
    let mut found = HashMap::with_capacity(planned.len());
    for item in planned {
        if let Some(early) = &mut work.run.resume.early {
            let counts = [
                early.totals.effects.get_mut(&format!("{}.{}", ObjectKind::User.as_str(), item.effect)),
                early.totals.causes.get_mut(item.change.cause.as_str()),
            ];
            counts.into_iter().flatten().for_each(|count| *count = count.saturating_sub(1));
        }
        if let Act::PutUser { attributes, .. } = item.change.act {
            found.insert(item.change.object_id, *attributes);
        }
    }
    Ok(found)
}
