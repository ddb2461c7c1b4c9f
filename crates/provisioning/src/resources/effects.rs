//! What a write does beside its own row: the directory's object, its members, and what is lost by it.

use std::time::Duration;

use directory::{Change, Group, Known, MemberKind, Origin, Source, SourceId, SourceKind, User};
use kernel::Timestamp;
use scim::{ResourceType, USER};
use store::Tx;

use super::Write;
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
        write: &mut Write,
        pusher: &Pusher,
        kind: &'static ResourceType,
        row: &Stored,
        fate: Fate,
        moved: &Moved,
    ) -> Result<(), ProvisioningError> {
        let (changes, before) = if is_user(kind) {
            self.user_changes(&mut write.tx, pusher, row, fate).await?
        } else {
            self.group_changes(&mut write.tx, row, fate, moved).await?
        };
        self.apply(write, pusher, row.source_id, &changes, before).await
    }

    async fn user_changes(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        row: &Stored,
        fate: Fate,
    ) -> Result<(Vec<Change>, Before), ProvisioningError> {
        let manager = match plan::manager(&row.resource).and_then(rows::canonical) {
            Some(id) => rows::locate(tx, &USER, pusher.connection.id, &[id]).await?.first().map(|found| found.2),
            None => None,
        };
        let users = directory::read::users_by_object_ids(tx, row.source_id, &[row.object_id]).await?;
        let wanted = plan::user_attributes(&row.resource, manager);
        let change = plan::user(users.first(), row.object_id, wanted, fate, self.env().now());
        Ok((change.into_iter().collect(), (users, Vec::new())))
    }

    async fn group_changes(
        &self,
        tx: &mut Tx,
        row: &Stored,
        fate: Fate,
        moved: &Moved,
    ) -> Result<(Vec<Change>, Before), ProvisioningError> {
        let groups = directory::read::groups_by_object_ids(tx, row.source_id, &[row.object_id]).await?;
        let wanted = plan::group_attributes(&row.resource);
        let put = plan::group(groups.first(), row.object_id, wanted, fate, self.env().now());
        let (added, removed) = (moved.added.clone(), moved.removed.clone());
        let members = plan::members(groups.first(), row.object_id, &row.name(), added, removed);
        Ok((put.into_iter().chain(members).collect(), (Vec::new(), groups)))
    }

    /// Takes a user out of the directory's groups that the connection had put it in.
    pub(super) async fn leave_groups(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        kind: &'static ResourceType,
        row: &Stored,
        groups: &[Stored],
    ) -> Result<(), ProvisioningError> {
        let member_kind = if is_user(kind) { MemberKind::User } else { MemberKind::Group };
        let member = directory::Member { object_id: row.object_id, kind: member_kind };
        for group in groups {
            let id = group.object_id;
            let known = directory::read::groups_by_object_ids(&mut write.tx, group.source_id, &[id]).await?;
            let changes = plan::members(known.first(), id, &group.name(), Vec::new(), vec![member]);
            self.apply(write, pusher, group.source_id, &changes, (Vec::new(), known)).await?;
        }
        Ok(())
    }

    async fn apply(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        source_id: SourceId,
        changes: &[Change],
        (users, groups): Before,
    ) -> Result<(), ProvisioningError> {
        if changes.is_empty() {
            return Ok(());
        }
        let origin = Origin { kind: "push", id: Some(pusher.request().0) };
        let Write { tx, turn } = write;
        let (source, known) = (source_of(pusher, source_id), Known { turn, users, groups });
        directory::apply_to(tx, self.env(), &pusher.actor, source, changes, origin, known).await?;
        Ok(())
    }
}

/// What the directory has of the user or the group.
type Before = (Vec<User>, Vec<Group>);

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
