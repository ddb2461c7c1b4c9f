//! Giving users or groups back by hand: in use until a moment, whatever the source says meanwhile. Once the source and the
//! settings support them again, they are simply active.

use directory::{Act, Cause, Conflict, ConflictCause, Decision, ObjectKind, State};
use kernel::Timestamp;
use uuid::Uuid;

use super::{DirsyncError, Draft, change};

/// What is given back, and until when.
pub(crate) struct Wanted {
    pub(crate) kind: ObjectKind,
    pub(crate) until: Timestamp,
    /// Our ids.
    pub(crate) ids: Vec<Uuid>,
}

impl Wanted {
    /// As a run's subject: `restore:user:<microseconds>:<id>,<id>`.
    pub(crate) fn subject(&self) -> String {
        let ids: Vec<_> = self.ids.iter().map(Uuid::to_string).collect();
        format!("restore:{}:{}:{}", self.kind.as_str(), self.until.micros(), ids.join(","))
    }

    /// Reads what follows `restore:`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let kind = match parts.next()? {
            "user" => ObjectKind::User,
            "group" => ObjectKind::Group,
            _ => return None,
        };
        let until = Timestamp::from_micros(parts.next()?.parse().ok()?);
        let ids = parts.next()?.split(',').map(|id| id.parse().ok()).collect::<Option<_>>()?;
        Some(Self { kind, until, ids })
    }
}

/// The state of something that is given back until a moment; none where there is nothing to give back.
pub(crate) fn restored(state: &State, now: Timestamp, until: Timestamp) -> Option<State> {
    let conflict = match state {
        State::Deleted { .. } => {
            Conflict { cause: ConflictCause::Deleted, since: now, due: Some(until), decision: Decision::Ignored }
        }
        State::Conflict(old) if !state.usable() => {
            Conflict { due: Some(until), decision: Decision::Ignored, ..old.clone() }
        }
        _ => return None,
    };
    Some(State::Conflict(conflict))
}

pub(super) async fn plan(draft: &mut Draft<'_>, wanted: &Wanted) -> Result<(), DirsyncError> {
    let (organisation, now) = (draft.work.run.organisation, draft.work.env.now());
    for id in &wanted.ids {
        let mut tx = draft.work.store.read().await?;
        let found = match wanted.kind {
            ObjectKind::User => directory::read::user(&mut tx, organisation, (*id).into())
                .await?
                .map(|user| ((user.object_id, user.name(), Some(user.revision)), user.state)),
            ObjectKind::Group => directory::read::group(&mut tx, organisation, (*id).into())
                .await?
                .map(|group| ((group.object_id, group.name(), Some(group.revision)), group.state)),
        };
        drop(tx);
        let Some((object, before)) = found else { continue };
        if let Some(state) = restored(&before, now, wanted.until) {
            let planned = change(wanted.kind, object, Act::SetState { state }, Cause::Operator);
            draft.push(planned, Some(&before)).await?;
        }
    }
    Ok(())
}
