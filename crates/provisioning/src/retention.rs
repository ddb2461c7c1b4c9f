//! What was deleted by a push leaves the directory for good when its time is over.
//!
//! Of a source that a tenant also fills, the directory sync does that.

use directory::{Act, Cause, Change, ObjectKind, Origin, Source, SourceId, SourceKind};
use kernel::{Actor, Timestamp};

use crate::error::ProvisioningError;
use crate::model::Connection;
use crate::service::Provisioning;
use crate::store::connections;

/// How many are purged in one unit of work.
const BATCH: usize = 500;
/// Whatever is deleted is due by then.
const END_OF_TIME: Timestamp = Timestamp::from_micros(i64::MAX);

impl Provisioning {
    /// Purges deleted users and groups of every connection whose time is over.
    pub async fn purge_due(&self) -> Result<(), ProvisioningError> {
        let all = connections::list_all(&mut self.store().read().await?).await?;
        for connection in all {
            while self.purge_some(&connection, self.env().now()).await? == BATCH {}
        }
        Ok(())
    }

    /// Purges what a connection has deleted, whether its time is over or not: the connection goes too.
    pub(crate) async fn purge_deleted(&self, connection: &Connection) -> Result<(), ProvisioningError> {
        while self.purge_some(connection, END_OF_TIME).await? == BATCH {}
        Ok(())
    }

    async fn purge_some(&self, connection: &Connection, now: Timestamp) -> Result<usize, ProvisioningError> {
        let organisation = connection.organisation;
        let source = Source { organisation, kind: SourceKind::Scim, id: SourceId(connection.id.0) };
        let mut tx = self.store().begin().await?;
        let users = directory::read::users_due(&mut tx, source, now, BATCH).await?;
        let groups = directory::read::groups_due(&mut tx, source, now, BATCH - users.len()).await?;
        let purge = |kind, object_id, name, revision| Change {
            kind,
            object_id,
            name,
            act: Act::Purge,
            cause: Cause::RetentionOver,
            base: Some(revision),
        };
        let users = users.iter().map(|user| purge(ObjectKind::User, user.object_id, user.name(), user.revision));
        let groups = groups.iter().map(|group| purge(ObjectKind::Group, group.object_id, group.name(), group.revision));
        let changes: Vec<Change> = users.chain(groups).collect();
        if !changes.is_empty() {
            let actor = Actor::system("provisioning retention", organisation, self.env().new_id());
            let origin = Origin { kind: "timer", id: None };
            directory::apply(&mut tx, self.env(), &actor, source, &changes, origin).await?;
            tx.commit().await?;
        }
        Ok(changes.len())
    }
}
