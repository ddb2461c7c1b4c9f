//! What a write does beside its own row: the directory's object, its members, and what is lost by it.

use std::time::Duration;

use directory::{Change, Group, MemberKind, Origin, Source, SourceId, SourceKind, User};
use kernel::Timestamp;
use scim::{ResourceType, USER};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::members::Moved;
use crate::error::ProvisioningError;
use crate::guard::{Loss, LossKind};
use crate::plan::{self, Fate};
use crate::pusher::Pusher;
use crate::service::Provisioning;
use crate::store::resources::{self as rows, Stored, is_user};

/// The directory's source of a row. What a push makes under a tenant is a pushed object until Graph shows it.
fn source_of(pusher: &Pusher, source_id: SourceId) -> Source {
    Source { organisation: pusher.connection.organisation, kind: SourceKind::Scim, id: source_id }
}

/// What becomes of a row.
pub(super) fn fate(pusher: &Pusher, kind: &'static ResourceType, row: Option<&Stored>, now: Timestamp) -> Fate {
    match row {
        None => {
            let days = u64::from(pusher.connection.settings.purge_after_days);
            Fate::Deleted { purge_at: now.plus(Duration::from_secs(days * 86_400)) }
        }
        Some(row) if is_user(kind) && !row.active() => Fate::Disabled,
        Some(_) => Fate::Active,
    }
}

impl Provisioning {
    /// Brings the directory's object to what a row says, and its members along.
    pub(super) async fn follow(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        kind: &'static ResourceType,
        row: &Stored,
        fate: Fate,
        moved: &Moved,
    ) -> Result<(), ProvisioningError> {
        let changes = if is_user(kind) {
            self.user_changes(tx, pusher, row, fate).await?
        } else {
            self.group_changes(tx, row, fate, moved).await?
        };
        self.apply(tx, pusher, row.source_id, &changes).await
    }

    async fn user_changes(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        row: &Stored,
        fate: Fate,
    ) -> Result<Vec<Change>, ProvisioningError> {
        let manager = match plan::manager(&row.resource).and_then(rows::canonical) {
            Some(id) => rows::locate(tx, &USER, pusher.connection.id, &[id]).await?.first().map(|found| found.2),
            None => None,
        };
        let before = user_before(tx, row.source_id, row.object_id).await?;
        let wanted = plan::user_attributes(&row.resource, manager);
        Ok(plan::user(before.as_ref(), row.object_id, wanted, fate, self.env().now()).into_iter().collect())
    }

    async fn group_changes(
        &self,
        tx: &mut Tx,
        row: &Stored,
        fate: Fate,
        moved: &Moved,
    ) -> Result<Vec<Change>, ProvisioningError> {
        let before = group_before(tx, row.source_id, row.object_id).await?;
        let wanted = plan::group_attributes(&row.resource);
        let put = plan::group(before.as_ref(), row.object_id, wanted, fate, self.env().now());
        let members =
            plan::members(before.as_ref(), row.object_id, &row.name(), moved.added.clone(), moved.removed.clone());
        Ok(put.into_iter().chain(members).collect())
    }

    /// Takes a user out of the directory's groups that the connection had put it in.
    pub(super) async fn leave_groups(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        kind: &'static ResourceType,
        row: &Stored,
        groups: &[Stored],
    ) -> Result<(), ProvisioningError> {
        let member_kind = if is_user(kind) { MemberKind::User } else { MemberKind::Group };
        let member = directory::Member { object_id: row.object_id, kind: member_kind };
        for group in groups {
            let before = group_before(tx, group.source_id, group.object_id).await?;
            let changes = plan::members(before.as_ref(), group.object_id, &group.name(), Vec::new(), vec![member]);
            self.apply(tx, pusher, group.source_id, &changes).await?;
        }
        Ok(())
    }

    async fn apply(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        source_id: SourceId,
        changes: &[Change],
    ) -> Result<(), ProvisioningError> {
        if changes.is_empty() {
            return Ok(());
        }
        let origin = Origin { kind: "push", id: Some(pusher.request().0) };
        directory::apply(tx, self.env(), &pusher.actor, source_of(pusher, source_id), changes, origin).await?;
        Ok(())
    }
}

async fn user_before(tx: &mut Tx, source: SourceId, id: Uuid) -> Result<Option<User>, StoreError> {
    Ok(directory::read::users_by_object_ids(tx, source, &[id]).await?.pop())
}

async fn group_before(tx: &mut Tx, source: SourceId, id: Uuid) -> Result<Option<Group>, StoreError> {
    Ok(directory::read::groups_by_object_ids(tx, source, &[id]).await?.pop())
}

/// What a write takes away (NET-01, NET-15). `after` is `None` when it is deleted.
pub(super) fn losses(kind: &'static ResourceType, before: &Stored, after: Option<&Stored>, moved: &Moved) -> Vec<Loss> {
    let loss = |kind, amount, of| Loss {
        kind,
        resource_id: before.id,
        name: before.name(),
        amount,
        of,
        created_at: before.created_at,
    };
    if is_user(kind) {
        let lost = before.active() && !after.is_some_and(Stored::active);
        return lost.then(|| loss(LossKind::User, 1, 1)).into_iter().collect();
    }
    let gone = moved.removed.len() as u64;
    let members = (gone > 0).then(|| loss(LossKind::Members, gone, before.member_count));
    let group = after.is_none().then(|| loss(LossKind::Group, 1, 1));
    group.into_iter().chain(members).collect()
}
