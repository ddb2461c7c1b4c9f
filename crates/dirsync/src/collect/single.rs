//! One user or one group, looked at directly.

use super::kind::{Kind as _, stage_looked};
use super::{DirsyncError, Look, ObjectKind, Removed, RunState, Source, Staged, StagedMember, Uuid, Work, staged};
use crate::sources::SeenUser;

/// What a single run looks at.
pub(crate) enum Subject {
    User(Uuid),
    Group(Uuid),
    Address(String),
}

impl Subject {
    /// Reads `user:<id>`, `group:<id>` or an address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(id) = text.strip_prefix("user:") {
            id.parse().ok().map(Self::User)
        } else if let Some(id) = text.strip_prefix("group:") {
            id.parse().ok().map(Self::Group)
        } else {
            (text.contains('@') && text.len() <= 320).then(|| Self::Address(text.to_owned()))
        }
    }
}

pub(super) async fn collect(work: &mut Work, source: &dyn Source) -> Result<(), DirsyncError> {
    let subject =
        work.run.subject.as_deref().and_then(Subject::parse).ok_or(DirsyncError::NotFound("user or group"))?;
    let mut tx;
    match subject {
        Subject::User(id) => {
            let looks = source.look(ObjectKind::User, &[id]).await?;
            tx = work.store.begin().await?;
            keep(work, &mut tx, ObjectKind::User, id, looks).await?;
        }
        Subject::Address(address) => {
            let found = source.find_by_address(&address).await?;
            let (id, seen) = found.ok_or(DirsyncError::NotFound("user in Microsoft Entra ID"))?;
            tx = work.store.begin().await?;
            put_user(work, &mut tx, id, &seen).await?;
        }
        Subject::Group(id) => {
            let looks = source.look(ObjectKind::Group, &[id]).await?;
            let there = matches!(looks.first(), Some(Look::There(_)));
            let members = if there { source.members(id).await? } else { Vec::new() };
            tx = work.store.begin().await?;
            keep(work, &mut tx, ObjectKind::Group, id, looks).await?;
            let members: Vec<_> = members.into_iter().map(|member| StagedMember { member, removed: false }).collect();
            work.run.progress.memberships = members.len() as u64;
            staged::put_members(&mut tx, work.run.id, vec![(id, 1, members)]).await?;
        }
    }
    work.save(&mut tx, RunState::Collecting).await?;
    tx.commit().await?;
    Ok(())
}

async fn put_user(work: &mut Work, tx: &mut store::Tx, id: Uuid, seen: &SeenUser) -> Result<(), DirsyncError> {
    work.run.progress.users = 1;
    staged::put(tx, work.run.id, ObjectKind::User, vec![seen.stage(id)]).await?;
    Ok(())
}

async fn keep(
    work: &mut Work,
    tx: &mut store::Tx,
    kind: ObjectKind,
    id: Uuid,
    looks: Vec<Look>,
) -> Result<(), DirsyncError> {
    let row = match looks.into_iter().next() {
        Some(Look::There(looked)) => stage_looked(id, &looked),
        Some(Look::Gone) | None => Staged::gone(id, Some(Removed::Confirmed)),
    };
    match kind {
        ObjectKind::User => work.run.progress.users = 1,
        ObjectKind::Group => work.run.progress.groups = 1,
    }
    staged::put(tx, work.run.id, kind, vec![row]).await?;
    Ok(())
}
