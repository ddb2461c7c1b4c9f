//! The end of a connection that has users or groups: shown before, confirmed by its typed name, planned afterwards.
//!
//! Like a tenant's disconnection (decision 0005) it changes no user. It takes away the keys, what SCIM shows, and what was
//! held; what becomes of the people is a plan of the directory sync, which treats the connection as a source that is no
//! longer connected: held whatever the limits say, and not decided by whoever ended it where two people decide.
//!
//! | the connection | its users and groups |
//! |---|---|
//! | of its own | wait for the plan: conflict, then deletion; or a user of a connected tenant takes the place |
//! | bound to a tenant | are the tenant's: what Graph reads stays, what it does not read goes as the tenant's settings say |

use directory::SourceId;
use kernel::{May, OperatorId, OrganisationId, Timestamp};
use serde::Serialize;
use signals::{Entry, Object};
use store::{Store, StoreError};
use tenants::TenantId;
use utoipa::ToSchema;

use crate::error::ProvisioningError;
use crate::model::{Connection, ConnectionId};
use crate::permissions::{DeleteConnection, ReadProvisioning};
use crate::service::Provisioning;
use crate::store::{connections, ended as rows, keys};

/// What the end of a connection would mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProvisioningEnding)]
pub struct EndingView {
    /// Users that it has.
    pub users: u64,
    /// How many of them are active.
    pub active_users: u64,
    /// Groups that it has.
    pub groups: u64,
    /// Keys that work, and would no longer.
    pub keys: u64,
    /// Held calls that would be dropped.
    pub held_calls: u64,
    /// What becomes of the users and groups.
    pub afterwards: Afterwards,
    /// What must be typed to end it: its name. Nothing where it has no users and groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<String>,
}

kernel::text_enum!(
    /// What becomes of what an ended connection has pushed.
    pub enum Afterwards {
        /// There is nothing.
        Nothing = "nothing",
        /// A plan of the directory sync waits for a person: into conflict, and deleted when the delay is over.
        Planned = "planned",
        /// It belongs to the tenant that the connection is bound to, and goes on as that tenant's settings say.
        Tenant = "tenant",
    }
);

/// A connection that was ended while it had users or groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedConnection {
    /// The id it had; where it was bound to no tenant, also that of the directory's source.
    pub id: ConnectionId,
    /// Whose it was.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// The tenant that it was bound to.
    pub tenant: Option<TenantId>,
    /// Users that it had.
    pub user_count: u64,
    /// Groups that it had.
    pub group_count: u64,
    /// When it was ended.
    pub ended_at: Timestamp,
    /// By whom: an actor's label.
    pub ended_by: String,
    /// By which operator, directly or through a token of theirs.
    pub person: Option<OperatorId>,
}

impl EndedConnection {
    /// The source of its users and groups, where that was its own.
    pub fn source(&self) -> Option<SourceId> {
        self.tenant.is_none().then_some(SourceId(self.id.0))
    }
}

/// Knows which connections were ended: for those who plan what becomes of their users. Needs the database alone.
#[derive(Clone)]
pub struct EndedConnections(pub Store);

impl EndedConnections {
    /// Every connection that was ended, of every organisation, oldest first.
    pub async fn list(&self) -> Result<Vec<EndedConnection>, StoreError> {
        rows::list(&mut self.0.read().await?).await
    }
}

impl Provisioning {
    /// What the end of a connection would mean. Changes nothing.
    pub async fn preview_ending(
        &self,
        may: &May<ReadProvisioning>,
        connection: ConnectionId,
    ) -> Result<EndingView, ProvisioningError> {
        let mut tx = self.store().read().await?;
        let found = connections::find(&mut tx, may.actor().organisation, connection).await?;
        let connection = found.ok_or(ProvisioningError::NoSuchConnection)?;
        let keys = keys::count_working(&mut tx, connection.id, self.env().now()).await?;
        Ok(EndingView {
            users: connection.user_count,
            active_users: rows::count_active(&mut tx, connection.id).await?,
            groups: connection.group_count,
            keys,
            held_calls: rows::count_held(&mut tx, connection.id).await?,
            afterwards: afterwards(&connection),
            confirmation: (!connection.is_empty()).then_some(connection.name),
        })
    }

    /// Ends a connection that has users or groups. `confirmation` is its name, typed in.
    pub(crate) async fn end_connection(
        &self,
        may: &May<DeleteConnection>,
        confirmation: Option<&str>,
    ) -> Result<(), ProvisioningError> {
        let actor = may.actor();
        let mut tx = self.store().begin().await?;
        // The log first, as every write does: no call changes anything until this has ended.
        signals::append(&mut tx, self.env(), actor, Vec::new()).await?;
        let found = connections::find(&mut tx, actor.organisation, may.connection).await?;
        let connection = found.ok_or(ProvisioningError::NoSuchConnection)?;
        confirmed(&connection, confirmation)?;
        rows::insert(&mut tx, &connection, self.env().now(), actor).await?;
        rows::clear(&mut tx, connection.id).await?;
        connections::delete(&mut tx, actor.organisation, connection.id).await?;
        let after = serde_json::json!({
            "users": connection.user_count, "groups": connection.group_count, "afterwards": afterwards(&connection),
        });
        let view = self.view(connection);
        let entry = Entry::act("provisioning.connection_ended")
            .object(Object::new("connection", view.id, &view.name))
            .change_of(Some(&view), Some(&after));
        signals::append(&mut tx, self.env(), actor, vec![entry]).await?;
        tx.commit().await?;
        self.door().forget_all();
        Ok(())
    }
}

fn afterwards(connection: &Connection) -> Afterwards {
    match connection.tenant {
        _ if connection.is_empty() => Afterwards::Nothing,
        Some(_) => Afterwards::Tenant,
        None => Afterwards::Planned,
    }
}

fn confirmed(connection: &Connection, confirmation: Option<&str>) -> Result<(), ProvisioningError> {
    if confirmation.map(str::trim) == Some(connection.name.as_str()) {
        return Ok(());
    }
    let (users, groups) = (connection.user_count, connection.group_count);
    Err(ProvisioningError::Conflict(format!(
        "the connection still has users or groups ({users} users, {groups} groups); type its name, {:?}, as confirmation to end \
         it with them, or let the application that pushes delete them first",
        connection.name
    )))
}
