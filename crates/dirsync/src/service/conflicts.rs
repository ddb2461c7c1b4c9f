//! Conflicts (VPR-16): what was in use and is no longer supported, with what operators decide.
//!
//! Decisions are applied at once, as changes with the cause `operator`, and can be taken back like any other.

use directory::{
    Act, Cause, Change, Conflict, ConflictCause, Decision, Group, ObjectKind, Origin, SourceId, State, User, read,
};
use kernel::{Actor, May, OrganisationId, Page, PageRequest, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use uuid::Uuid;

use super::Dirsync;
use crate::error::DirsyncError;
use crate::permissions::{DecideConflicts, ReadSync};
use crate::work::source_named;

/// A conflict, for people.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ConflictView {
    /// User or group.
    pub kind: ObjectKind,
    /// Our id.
    pub id: Uuid,
    /// The id in the source.
    pub object_id: Uuid,
    /// Of which source.
    pub source_id: SourceId,
    /// What people call it.
    pub name: String,
    /// The user principal name or the mail address.
    pub address: Option<String>,
    /// Why, since when, what is to happen and when.
    pub conflict: Conflict,
    /// What we would do, with the reason.
    pub suggestion: Suggestion,
}

/// What is suggested for a conflict.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Suggestion {
    /// What to do.
    pub act: &'static str,
    /// Why.
    pub because: &'static str,
}

/// What is decided about conflicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Decide {
    /// Delete now; it can be restored until it is purged.
    Delete,
    /// Keep it in use until a moment.
    Ignore {
        /// Until when.
        until: Timestamp,
    },
    /// Keep it, unusable, without deleting it.
    Deactivate,
    /// Take an earlier decision back: it is deleted when the delay is over, counted from now.
    Reset,
}

/// Which conflicts are wanted.
#[derive(Debug, Clone, Default)]
pub struct ConflictFilter {
    /// Users or groups; users where nothing is said.
    pub kind: Option<ObjectKind>,
    /// Only with this cause.
    pub cause: Option<ConflictCause>,
    /// Only names and addresses that contain this text.
    pub text: Option<String>,
}

/// A conflict with the source, key, name and revision of the object it is about.
type Found = (SourceId, (Uuid, String, i64), Conflict);

/// The conflict of a user or a group; none when it is in no conflict (any more).
async fn conflict_of(
    tx: &mut Tx,
    organisation: OrganisationId,
    kind: ObjectKind,
    id: Uuid,
) -> Result<Option<Found>, DirsyncError> {
    let found = match kind {
        ObjectKind::User => read::user(tx, organisation, id.into())
            .await?
            .map(|user| (user.source.id, (user.object_id, user.name(), user.revision), user.state)),
        ObjectKind::Group => read::group(tx, organisation, id.into())
            .await?
            .map(|group| (group.source.id, (group.object_id, group.name(), group.revision), group.state)),
    };
    Ok(found.and_then(|(source, object, state)| match state {
        State::Conflict(conflict) => Some((source, object, conflict)),
        _ => None,
    }))
}

impl Dirsync {
    /// Conflicts, the next due first.
    pub async fn list_conflicts(
        &self,
        may: &May<ReadSync>,
        filter: &ConflictFilter,
        page: &PageRequest,
    ) -> Result<Page<ConflictView>, DirsyncError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.read().await?;
        let cause = filter.cause.map(ConflictCause::as_str);
        let text = filter.text.as_deref();
        Ok(match filter.kind.unwrap_or(ObjectKind::User) {
            ObjectKind::User => read::user_conflicts(&mut tx, organisation, cause, text, page)
                .await?
                .map(|(user, conflict)| of_user(&user, conflict)),
            ObjectKind::Group => read::group_conflicts(&mut tx, organisation, cause, text, page)
                .await?
                .map(|(group, conflict)| of_group(&group, conflict)),
        })
    }

    /// Decides conflicts of users or groups by their ids; returns how many were decided. Objects that are in no conflict
    /// (any more) are left alone.
    pub async fn decide_conflicts(
        &self,
        may: &May<DecideConflicts>,
        kind: ObjectKind,
        ids: &[Uuid],
        decide: Decide,
        reason: Option<String>,
    ) -> Result<u64, DirsyncError> {
        if ids.len() > 1_000 {
            return Err(DirsyncError::Invalid("at most 1000 conflicts can be decided at once".to_owned()));
        }
        if let Decide::Ignore { until } = decide
            && until <= self.env.now()
        {
            return Err(DirsyncError::Invalid("the moment until which to ignore must lie in the future".to_owned()));
        }
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let mut found = Vec::new();
        for id in ids {
            found.extend(conflict_of(&mut tx, actor.organisation, kind, *id).await?);
        }
        found.sort_by_key(|(source, _, _)| *source);
        for part in found.chunk_by(|a, b| a.0 == b.0) {
            self.apply_decision(&mut tx, actor, kind, part, decide).await?;
        }
        let count = found.len() as u64;
        if count > 0 {
            let mut entry = signals::Entry::act("dirsync.conflicts_decided")
                .cause("request", Some(actor.request_id.0))
                .after(&serde_json::json!({ "decision": decide, "kind": kind, "count": count }));
            entry.reason = reason;
            signals::append(&mut tx, &self.env, actor, vec![entry]).await?;
        }
        tx.commit().await?;
        Ok(count)
    }

    /// Applies one decision to conflicts of one source.
    async fn apply_decision(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        kind: ObjectKind,
        part: &[Found],
        decide: Decide,
    ) -> Result<(), DirsyncError> {
        let Some(source) = part.first().map(|(source, _, _)| *source) else { return Ok(()) };
        let kept = self.kept(tx, actor.organisation, source).await?;
        let change = |(_, (object_id, name, revision), conflict): &Found| Change {
            kind,
            object_id: *object_id,
            name: name.clone(),
            act: Act::SetState { state: self.decided(conflict, decide, &kept.settings) },
            cause: Cause::Operator,
            base: Some(*revision),
        };
        let changes: Vec<_> = part.iter().map(change).collect();
        let origin = Origin { kind: "request", id: Some(actor.request_id.0) };
        directory::apply(tx, &self.env, actor, source_named(actor.organisation, source), &changes, origin).await?;
        Ok(())
    }

    fn decided(&self, old: &Conflict, decide: Decide, settings: &crate::settings::Settings) -> State {
        let now = self.env.now();
        let conflict = |decision, due| State::Conflict(Conflict { decision, due, ..old.clone() });
        match decide {
            Decide::Delete => State::Deleted { since: now, purge_at: now.plus(settings.purge_after()) },
            Decide::Ignore { until } => conflict(Decision::Ignored, Some(until)),
            Decide::Deactivate => conflict(Decision::Deactivated, None),
            Decide::Reset => conflict(Decision::Pending, Some(now.plus(settings.delete_after()))),
        }
    }
}

fn of_user(user: &User, conflict: Conflict) -> ConflictView {
    let address = user.attributes.user_principal_name.clone();
    view(ObjectKind::User, (user.id.0, user.object_id, user.source.id), user.name(), address, conflict)
}

fn of_group(group: &Group, conflict: Conflict) -> ConflictView {
    let address = group.attributes.mail.clone();
    view(ObjectKind::Group, (group.id.0, group.object_id, group.source.id), group.name(), address, conflict)
}

fn view(
    kind: ObjectKind,
    ids: (Uuid, Uuid, SourceId),
    name: String,
    address: Option<String>,
    conflict: Conflict,
) -> ConflictView {
    let suggestion = suggest(conflict.cause);
    ConflictView { kind, id: ids.0, object_id: ids.1, source_id: ids.2, name, address, conflict, suggestion }
}

const fn suggest(cause: ConflictCause) -> Suggestion {
    match cause {
        ConflictCause::Deleted => Suggestion {
            act: "wait",
            because: "it was deleted in Microsoft Entra ID; it is deleted here when the delay is over",
        },
        ConflictCause::Disabled => {
            Suggestion { act: "deactivate", because: "it is only disabled in Microsoft Entra ID and may come back" }
        }
        ConflictCause::OutOfFilter | ConflictCause::OutOfScope => Suggestion {
            act: "check the settings",
            because: "it is still in Microsoft Entra ID; the filter or the groups in scope no longer let it in",
        },
        ConflictCause::Exception => Suggestion { act: "delete", because: "an exception keeps it out" },
        ConflictCause::KindExcluded => {
            Suggestion { act: "check the settings", because: "guests, shared mailboxes or rooms are kept out" }
        }
        ConflictCause::UnmanagedDomain => {
            Suggestion { act: "check the settings", because: "its domain is not among the managed ones" }
        }
        ConflictCause::SourceSwitched => {
            Suggestion { act: "ignore", because: "its source was disconnected; it may be taken over by the new one" }
        }
    }
}
