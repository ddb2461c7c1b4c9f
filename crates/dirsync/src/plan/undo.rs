//! Taking back: the log's entries of a run, or one entry, read backwards and turned round.
//!
//! What it cannot do: stop the source from doing it again. The next complete read plans the same change anew, and the
//! preview says so.

use std::collections::HashSet;

use directory::{Act, Cause, Change, GroupAttributes, Member, MemberKind, ObjectKind, State, UserAttributes};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use signals::{Filter, Logged, members};
use uuid::Uuid;

use super::restore::{self, Wanted};
use super::{DirsyncError, Draft, change};

/// What an undo takes back.
pub(crate) enum Target {
    /// Everything that has this cause.
    Run(Uuid),
    /// One entry.
    Revision(i64),
    /// Whatever has put these into conflict or deleted them.
    Restore(Wanted),
}

impl Target {
    /// Reads `run:<id>`, `revision:<number>` or `restore:…`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "run" => rest.parse().ok().map(Self::Run),
            "revision" => rest.parse().ok().map(Self::Revision),
            "restore" => Wanted::parse(rest).map(Self::Restore),
            _ => None,
        }
    }
}

/// Plans the way back. An object that something else changed afterwards is left alone.
pub(super) async fn plan(draft: &mut Draft<'_>) -> Result<(), DirsyncError> {
    let target = draft.work.run.subject.as_deref().and_then(Target::parse).ok_or(DirsyncError::NoSuchRun)?;
    if let Target::Restore(wanted) = &target {
        return restore::plan(draft, wanted).await;
    }
    let mut moved_on = HashSet::new();
    let mut before = i64::MAX;
    loop {
        let entries = entries(draft, &target, before).await?;
        let Some(last) = entries.last() else { return Ok(()) };
        before = last.revision;
        for entry in &entries {
            take_back(draft, entry, &target, &mut moved_on).await?;
        }
        if matches!(target, Target::Revision(_)) {
            return Ok(());
        }
    }
}

/// The entries to take back, newest first.
async fn entries(draft: &Draft<'_>, target: &Target, before: i64) -> Result<Vec<Logged>, DirsyncError> {
    let mut tx = draft.work.store.read().await?;
    let organisation = draft.work.run.organisation;
    let change = Some(signals::Stream::Change);
    Ok(match target {
        Target::Run(run) => {
            let filter = Filter { stream: change, cause: Some(*run), ..Filter::default() };
            let page = kernel::PageRequest::new(500, Some(kernel::Cursor::encode(&before)));
            signals::list(&mut tx, organisation, &filter, &page).await?.items
        }
        Target::Revision(revision) if before == i64::MAX => {
            let filter = Filter { stream: change, ..Filter::default() };
            let found = signals::oldest_first(&mut tx, organisation, &filter, revision - 1, 1).await?;
            found.into_iter().filter(|entry| entry.revision == *revision).collect()
        }
        Target::Revision(_) | Target::Restore(_) => Vec::new(),
    })
}

async fn take_back(
    draft: &mut Draft<'_>,
    entry: &Logged,
    target: &Target,
    moved_on: &mut HashSet<Uuid>,
) -> Result<(), DirsyncError> {
    let Some(object) = &entry.object else { return Ok(()) };
    let only = match target {
        Target::Run(run) => Some(*run),
        Target::Revision(_) | Target::Restore(_) => None,
    };
    if moved_on.contains(&object.id) || changed_since(draft, entry, object.id, only).await? {
        moved_on.insert(object.id);
        return Ok(());
    }
    let planned = match object.kind.as_str() {
        "user" => user_back(draft, entry, object.id).await?,
        "group" => group_back(draft, entry, object.id).await?,
        _ => None,
    };
    if let Some((planned, state)) = planned {
        draft.totals.redone += u64::from(comes_again(entry));
        draft.push(planned, state.as_ref()).await?;
    }
    Ok(())
}

/// Whether the source or the settings made the change, and so make it again.
fn comes_again(entry: &Logged) -> bool {
    let cause = entry.reason.as_deref().and_then(Cause::parse);
    !matches!(
        cause,
        None | Some(
            Cause::Operator
                | Cause::Undo
                | Cause::Addition
                | Cause::DelayOver
                | Cause::IgnoreOver
                | Cause::RetentionOver
        )
    )
}

/// Whether something other than the run that is taken back changed the object later.
async fn changed_since(
    draft: &Draft<'_>,
    entry: &Logged,
    object: Uuid,
    run: Option<Uuid>,
) -> Result<bool, DirsyncError> {
    let mut tx = draft.work.store.read().await?;
    let filter = Filter { object: Some(object), ..Filter::default() };
    let later = signals::oldest_first(&mut tx, entry.organisation, &filter, entry.revision, 200).await?;
    Ok(later.iter().any(|later| {
        let same_run = run.is_some() && later.cause.as_ref().and_then(|cause| cause.id) == run;
        // Members and attributes do not get in each other's way.
        !same_run && later.members.is_some() == entry.members.is_some()
    }))
}

type Planned = Option<(Change, Option<State>)>;

async fn user_back(draft: &Draft<'_>, entry: &Logged, id: Uuid) -> Result<Planned, DirsyncError> {
    let mut tx = draft.work.store.read().await?;
    let Some(user) = directory::read::user(&mut tx, entry.organisation, id.into()).await? else {
        return Ok(None);
    };
    let object = (user.object_id, user.name(), Some(user.revision));
    let act = match sides(entry, &user.attributes, &user.state)? {
        Back::Gone => Act::SetState { state: deleted(draft) },
        Back::To(attributes, state) => {
            let attributes: UserAttributes = attributes;
            Act::PutUser { attributes: Box::new(attributes), state }
        }
    };
    Ok(Some((change(ObjectKind::User, object, act, Cause::Undo), Some(user.state))))
}

async fn group_back(draft: &Draft<'_>, entry: &Logged, id: Uuid) -> Result<Planned, DirsyncError> {
    let mut tx = draft.work.store.read().await?;
    let Some(group) = directory::read::group(&mut tx, entry.organisation, id.into()).await? else {
        return Ok(None);
    };
    if let Some(bytes) = &entry.members {
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for one in members::unpack(bytes) {
            let member = Member { object_id: one.object_id, kind: MemberKind::from_code(i64::from(one.kind)) };
            // Turned round.
            if one.removed { added.push(member) } else { removed.push(member) }
        }
        let act = Act::Members { added, removed };
        let planned = change(ObjectKind::Group, (group.object_id, group.name(), None), act, Cause::Undo);
        return Ok(Some((planned, Some(group.state))));
    }
    let object = (group.object_id, group.name(), Some(group.revision));
    let act = match sides(entry, &group.attributes, &group.state)? {
        Back::Gone => Act::SetState { state: deleted(draft) },
        Back::To(attributes, state) => {
            let attributes: GroupAttributes = attributes;
            Act::PutGroup { attributes: Box::new(attributes), state }
        }
    };
    Ok(Some((change(ObjectKind::Group, object, act, Cause::Undo), Some(group.state))))
}

fn deleted(draft: &Draft<'_>) -> State {
    let now = draft.work.env.now();
    State::Deleted { since: now, purge_at: now.plus(draft.work.settings.purge_after()) }
}

enum Back<A> {
    /// The entry made it: taking back deletes it.
    Gone,
    /// To these attributes and this state.
    To(A, State),
}

/// What was before the entry: the present, with the entry's "before" laid over it.
fn sides<A: serde::Serialize + DeserializeOwned>(
    entry: &Logged,
    attributes: &A,
    state: &State,
) -> Result<Back<A>, DirsyncError> {
    let Some(before) = &entry.before else { return Ok(Back::Gone) };
    let bad = || DirsyncError::Invalid(format!("entry {} cannot be taken back: it is not understood", entry.revision));
    let before: Map<String, Value> = serde_json::from_str(before.get()).map_err(|_| bad())?;
    let Ok(Value::Object(mut whole)) = serde_json::to_value(attributes) else { return Err(bad()) };
    if let Some(Value::Object(old)) = before.get("attributes") {
        for (name, value) in old {
            if value.is_null() {
                whole.remove(name);
            } else {
                whole.insert(name.clone(), value.clone());
            }
        }
    }
    let state = match before.get("state") {
        None | Some(Value::Null) => state.clone(),
        Some(old @ Value::Object(_)) => serde_json::from_value(old.clone()).map_err(|_| bad())?,
        // A whole object is written with its state beside the attributes.
        Some(_) => serde_json::from_value(Value::Object(before.clone())).map_err(|_| bad())?,
    };
    let attributes = serde_json::from_value(Value::Object(whole)).map_err(|_| bad())?;
    Ok(Back::To(attributes, state))
}
