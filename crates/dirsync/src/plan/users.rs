//! Users: those that were read, those that a complete read did not show, those whose time has come.

use std::collections::{HashMap, HashSet};

use directory::{Act, Cause, ObjectKind, SourceId, State, User, UserAttributes};
use store::Tx;
use uuid::Uuid;

use super::{BATCH, DirsyncError, Draft, MOST_NAMES, RunKind, change};
use crate::model::RunId;
use crate::scope::Rules;
use crate::store::staged::{self, Removed, Staged, Told};
use crate::transition::{Seen, next};

pub(super) async fn plan(draft: &mut Draft<'_>, rules: &Rules) -> Result<(), DirsyncError> {
    read_ones(draft, rules).await?;
    let resume = &draft.work.run.resume;
    // Nobody was there before an early plan; who has come since then is newer than what was read.
    if draft.is_full() && resume.users_delta.is_some() && resume.early.is_none() {
        absent_ones(draft).await?;
    }
    if looks_at_all(draft, rules).await? {
        known_ones(draft, rules).await?;
    }
    due_ones(draft).await
}

/// Whether users must be looked at that were not read: the settings changed, or the groups in scope did.
async fn looks_at_all(draft: &Draft<'_>, rules: &Rules) -> Result<bool, DirsyncError> {
    if draft.work.run.kind == RunKind::Rescope {
        return Ok(true);
    }
    if draft.is_full() || rules.settings().group_scope.is_empty() {
        return Ok(false);
    }
    let mut tx = draft.work.store.read().await?;
    Ok(!staged::groups_with_members(&mut tx, draft.work.run.id, None, 1).await?.is_empty())
}

async fn read_ones(draft: &mut Draft<'_>, rules: &Rules) -> Result<(), DirsyncError> {
    let (store, run, source) = (draft.work.store.clone(), draft.work.run.id, draft.work.run.source_id);
    let (mut tx, mut batch) = Batch::load(store.read().await?, run, source, None).await?;
    while let Some(after) = batch.last {
        // The next batch is read and understood while this one is decided upon.
        let next = tokio::spawn(Batch::load(tx, run, source, Some(after)));
        for (item, read) in batch.items {
            let current = batch.known.get(&item.object_id);
            read_one(draft, rules, &item, read, current).await?;
        }
        note_reused_names(draft).await?;
        (tx, batch) = next.await.map_err(|_| DirsyncError::TakenOver)??;
    }
    Ok(())
}

/// Users that were read, and those of them that are known.
struct Batch {
    last: Option<Uuid>,
    items: Vec<(Staged, Option<Result<UserAttributes, serde_json::Error>>)>,
    known: HashMap<Uuid, User>,
}

impl Batch {
    async fn load(mut tx: Tx, run: RunId, source: SourceId, after: Option<Uuid>) -> Result<(Tx, Self), DirsyncError> {
        let mut items = Vec::with_capacity(BATCH);
        staged::each_after(&mut tx, run, ObjectKind::User, after, BATCH, |mut item| {
            let read = item.body.take().map(|body| serde_json::from_str(&body));
            items.push((item, read));
        })
        .await?;
        let ids: Vec<_> = items.iter().map(|(item, _)| item.object_id).collect();
        let known = directory::read::users_by_object_ids(&mut tx, source, &ids).await?;
        let known = known.into_iter().map(|user| (user.object_id, user)).collect();
        Ok((tx, Self { last: ids.last().copied(), items, known }))
    }
}

async fn read_one(
    draft: &mut Draft<'_>,
    rules: &Rules,
    item: &Staged,
    read: Option<Result<UserAttributes, serde_json::Error>>,
    current: Option<&User>,
) -> Result<(), DirsyncError> {
    let id = item.object_id;
    let Some(read) = read else {
        let gone = item.removed == Some(Removed::Confirmed);
        return match current {
            Some(user) if gone => gone_one(draft, user).await,
            _ => Ok(()),
        };
    };
    let Ok(read) = read else {
        skip(draft, id, "what was read cannot be understood");
        return Ok(());
    };
    let manager = read.manager;
    let Some(attributes) = complete(read, item.told, current) else {
        skip(draft, id, "the source told no attributes of a user that is not known yet");
        return Ok(());
    };
    let as_staged = item.told.attributes && attributes.manager == manager;
    seen_one(draft, rules, (id, as_staged), attributes, current).await
}

/// What the source tells, completed by what we know where it told only a part.
fn complete(read: UserAttributes, told: Told, current: Option<&User>) -> Option<UserAttributes> {
    let manager = if told.manager { read.manager } else { current.and_then(|user| user.attributes.manager) };
    let mut attributes = if told.attributes { read } else { current?.attributes.clone() };
    attributes.manager = manager;
    Some(attributes)
}

pub(super) async fn seen_one(
    draft: &mut Draft<'_>,
    rules: &Rules,
    (id, as_staged): (Uuid, bool),
    mut attributes: UserAttributes,
    current: Option<&User>,
) -> Result<(), DirsyncError> {
    notice_expected(draft, rules, id, &attributes);
    if let (None, Some(name)) = (current, &attributes.user_principal_name) {
        draft.new_names.push((id, name.to_lowercase()));
    }
    let as_staged = !rules.strip_aliases(&mut attributes) && as_staged;
    let enabled = attributes.account_enabled != Some(false);
    let seen = Seen::There { scope: rules.decide(id, &attributes), enabled };
    let state = current.map(|user| &user.state);
    let (wanted, cause) = match next(state, seen, &draft.work.settings, draft.work.env.now()) {
        Some((Some(wanted), cause)) => (wanted, cause),
        Some((None, cause)) => return purge(draft, current, cause).await,
        None => match current {
            Some(user) if user.attributes != attributes || user.missing_since.is_some() => {
                (user.state.clone(), Cause::ChangedInSource)
            }
            _ => return Ok(()),
        },
    };
    let name = name_of(&attributes, id);
    if draft.shielded(id, &name, state, Some(&wanted)) {
        return Ok(());
    }
    let act = Act::PutUser { attributes: Box::new(attributes), state: wanted };
    let planned = change(ObjectKind::User, (id, name, current.map(|user| user.revision)), act, cause);
    draft.push_read(planned, state, as_staged).await
}

/// A user whom an operator expects by an address has come (VPR-15).
fn notice_expected(draft: &mut Draft<'_>, rules: &Rules, id: Uuid, attributes: &UserAttributes) {
    if let Some(expected) = rules.expected(attributes) {
        let now = draft.work.env.now();
        let state = crate::lists::AdditionState::Found;
        draft.found.push(crate::lists::Addition { state, object_id: Some(id), seen_at: Some(now), ..expected.clone() });
    }
}

fn name_of(attributes: &UserAttributes, id: Uuid) -> String {
    let names = [&attributes.display_name, &attributes.user_principal_name];
    names.into_iter().flatten().next().cloned().unwrap_or_else(|| id.to_string())
}

/// The source no longer has it; the evidence is there.
async fn gone_one(draft: &mut Draft<'_>, user: &User) -> Result<(), DirsyncError> {
    let Some((wanted, cause)) = next(Some(&user.state), Seen::Gone, &draft.work.settings, draft.work.env.now()) else {
        return Ok(());
    };
    let Some(wanted) = wanted else { return purge(draft, Some(user), cause).await };
    if draft.shielded(user.object_id, &user.name(), Some(&user.state), Some(&wanted)) {
        return Ok(());
    }
    let object = (user.object_id, user.name(), Some(user.revision));
    draft.push(change(ObjectKind::User, object, Act::SetState { state: wanted }, cause), Some(&user.state)).await
}

async fn purge(draft: &mut Draft<'_>, user: Option<&User>, cause: Cause) -> Result<(), DirsyncError> {
    let Some(user) = user else { return Ok(()) };
    let object = (user.object_id, user.name(), Some(user.revision));
    draft.push(change(ObjectKind::User, object, Act::Purge, cause), Some(&user.state)).await
}

/// What a complete read did not show.
async fn absent_ones(draft: &mut Draft<'_>) -> Result<(), DirsyncError> {
    let source = draft.work.run.source_id;
    let mut after = None;
    let mut tx = draft.work.store.read().await?;
    loop {
        let ids = directory::read::user_keys_after(&mut tx, source, after, BATCH).await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        let read = staged::present(&mut tx, draft.work.run.id, ObjectKind::User, &ids).await?;
        let absent: Vec<_> = ids.into_iter().filter(|id| !read.contains(id)).collect();
        let users = directory::read::users_by_object_ids(&mut tx, source, &absent).await?;
        for user in users {
            let settled = matches!(&user.state, State::Deleted { .. });
            if draft.absence_proven(user.missing_since) || settled {
                gone_one(draft, &user).await?;
            } else if user.missing_since.is_none() {
                let object = (user.object_id, user.name(), Some(user.revision));
                draft
                    .push(change(ObjectKind::User, object, Act::MarkMissing, Cause::Missing), Some(&user.state))
                    .await?;
            }
        }
    }
}

/// Everybody who is known and was not read, looked at with the rules of now.
async fn known_ones(draft: &mut Draft<'_>, rules: &Rules) -> Result<(), DirsyncError> {
    let mut after = None;
    let mut tx = draft.work.store.read().await?;
    loop {
        let users = directory::read::users_after(&mut tx, draft.work.run.source_id, after, BATCH).await?;
        let Some(last) = users.last() else { return Ok(()) };
        after = Some(last.object_id);
        let ids: Vec<_> = users.iter().map(|user| user.object_id).collect();
        let read = staged::present(&mut tx, draft.work.run.id, ObjectKind::User, &ids).await?;
        for user in users.iter().filter(|user| !read.contains(&user.object_id) && is_in_source(&user.state)) {
            if !draft.touched.contains(&user.object_id) {
                seen_one(draft, rules, (user.object_id, false), user.attributes.clone(), Some(user)).await?;
            }
        }
    }
}

/// Whether the source had it when we last heard.
fn is_in_source(state: &State) -> bool {
    match state {
        State::Conflict(conflict) => conflict.cause != directory::ConflictCause::Deleted,
        State::Deleted { .. } => false,
        State::Active | State::Disabled | State::Excluded { .. } => true,
    }
}

/// Conflicts and deleted users whose time has come.
async fn due_ones(draft: &mut Draft<'_>) -> Result<(), DirsyncError> {
    let now = draft.work.env.now();
    let mut tx = draft.work.store.read().await?;
    let users = directory::read::users_due(&mut tx, draft.work.source(), now, 10_000).await?;
    drop(tx);
    for user in users.iter().filter(|user| !user.state.usable() || user.state.due().is_some()) {
        if draft.touched.contains(&user.object_id) {
            continue;
        }
        match next(Some(&user.state), Seen::Unseen, &draft.work.settings, now) {
            Some((Some(state), cause)) => {
                let object = (user.object_id, user.name(), Some(user.revision));
                draft.push(change(ObjectKind::User, object, Act::SetState { state }, cause), Some(&user.state)).await?;
            }
            Some((None, cause)) => purge(draft, Some(user), cause).await?,
            None => {}
        }
    }
    Ok(())
}

/// A user principal name that a new object has and another one has or had is an alarm (NET-12).
async fn note_reused_names(draft: &mut Draft<'_>) -> Result<(), DirsyncError> {
    let fresh = std::mem::take(&mut draft.new_names);
    if fresh.is_empty() || draft.totals.users_before == 0 || draft.totals.reused_names.len() >= MOST_NAMES {
        return Ok(());
    }
    let (ids, names): (HashSet<_>, Vec<_>) = fresh.into_iter().unzip();
    let mut tx = draft.work.store.read().await?;
    let taken = directory::read::names_in_use(&mut tx, draft.work.run.organisation, &names).await?;
    draft.totals.reused_names.extend(taken.into_iter().filter(|(id, _)| !ids.contains(id)).map(|(_, name)| name));
    Ok(())
}

fn skip(draft: &mut Draft<'_>, object_id: Uuid, reason: &str) {
    let skipped = &mut draft.work.run.progress.skipped;
    if skipped.len() < MOST_NAMES {
        skipped.push(crate::model::Skipped { object_id, reason: reason.to_owned() });
    }
}
