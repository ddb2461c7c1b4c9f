//! Applications that push: made, set, paused and deleted by operators.
//!
//! Deliberately never deletes what a connection has brought: users and groups go by its own pushes, or by the plan that
//! follows its end (`ending`).

use kernel::{May, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use signals::{Entry, Object};
use store::Tx;
use tenants::{TenantId, TenantsError};
use utoipa::ToSchema;

use crate::error::ProvisioningError;
use crate::model::{Connection, ConnectionId, ConnectionState};
use crate::permissions::{CreateConnection, DeleteConnection, ReadProvisioning, UpdateConnection};
use crate::service::Provisioning;
use crate::settings::Settings;
use crate::store::connections as rows;

/// Most connections of one organisation.
const MOST: usize = 50;
/// The longest name, in characters.
const LONGEST_NAME: usize = 80;

/// A connection as operators see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ProvisioningConnection)]
pub struct ConnectionView {
    /// Its id.
    pub id: ConnectionId,
    /// The friendly name.
    pub name: String,
    /// The connected tenant that it pushes from. Then `externalId` must be Entra's object id, and push and pull meet in
    /// one user.
    pub tenant_id: Option<TenantId>,
    /// Whether it takes calls.
    pub state: ConnectionState,
    /// What an operator sets.
    pub settings: Settings,
    /// How many users it has.
    pub user_count: u64,
    /// How many groups it has.
    pub group_count: u64,
    /// When it was last called with a valid key.
    pub last_call_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name, tenant, state or settings last changed.
    pub changed_at: Timestamp,
    /// Grows with every such change; send it back with the next one.
    pub version: i64,
    /// The address to enter in the pushing application: Entra's tenant URL.
    pub base_url: String,
}

/// A connection to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnection {
    /// The friendly name.
    pub name: String,
    /// The connected tenant that it pushes from, where it is one.
    #[serde(default)]
    pub tenant_id: Option<TenantId>,
    /// What an operator sets; else the usual.
    #[serde(default)]
    pub settings: Option<Settings>,
}

/// What changes about a connection; what is left out stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionUpdate {
    /// The version that was read; a change in between is refused.
    pub version: i64,
    /// The friendly name.
    #[serde(default)]
    pub name: Option<String>,
    /// The connected tenant that it pushes from; null for none. Only while it has no users and groups.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<TenantId>)]
    pub tenant_id: Option<Option<TenantId>>,
    /// Pauses or resumes it.
    #[serde(default)]
    pub state: Option<ConnectionState>,
    /// All of the settings.
    #[serde(default)]
    pub settings: Option<Settings>,
}

/// What is there is given, null too; what is left out never gets here.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl Provisioning {
    /// Every connection of the caller's organisation, oldest first.
    pub async fn list_connections(
        &self,
        may: &May<ReadProvisioning>,
    ) -> Result<Vec<ConnectionView>, ProvisioningError> {
        let found = rows::list(&mut self.store().read().await?, may.actor().organisation).await?;
        Ok(found.into_iter().map(|connection| self.view(connection)).collect())
    }

    /// One connection.
    pub async fn get_connection(
        &self,
        may: &May<ReadProvisioning>,
        connection: ConnectionId,
    ) -> Result<ConnectionView, ProvisioningError> {
        let found = rows::find(&mut self.store().read().await?, may.actor().organisation, connection).await?;
        Ok(self.view(found.ok_or(ProvisioningError::NoSuchConnection)?))
    }

    /// Makes a connection. It takes calls as soon as it has a key.
    pub async fn create_connection(
        &self,
        may: &May<CreateConnection>,
        new: NewConnection,
    ) -> Result<ConnectionView, ProvisioningError> {
        let now = self.env().now();
        let connection = Connection {
            id: self.env().new_id(),
            organisation: may.actor().organisation,
            name: label("name", &new.name)?,
            tenant: new.tenant_id,
            state: ConnectionState::On,
            settings: new.settings.unwrap_or_else(|| self.config().settings()),
            user_count: 0,
            group_count: 0,
            last_call_at: None,
            created_at: now,
            changed_at: now,
            version: 1,
        };
        self.check_tenant(&connection).await?;
        let mut tx = self.store().begin().await?;
        rows::insert(&mut tx, &connection).await?;
        let view = self.view(connection.clone());
        let entry = Entry::act("provisioning.connection_created").object(object_of(&view)).after(&view);
        // Waits for others who write to the organisation's log: what is checked behind it is still so at the end.
        signals::append(&mut tx, self.env(), may.actor(), vec![entry]).await?;
        check_beside_others(&mut tx, &connection).await?;
        tx.commit().await?;
        Ok(view)
    }

    /// Changes a connection.
    pub async fn update_connection(
        &self,
        may: &May<UpdateConnection>,
        update: ConnectionUpdate,
    ) -> Result<ConnectionView, ProvisioningError> {
        let organisation = may.actor().organisation;
        let read = rows::find(&mut self.store().read().await?, organisation, may.connection).await?;
        let before = read.ok_or(ProvisioningError::NoSuchConnection)?;
        if before.version != update.version {
            return Err(ProvisioningError::Stale);
        }
        let after = self.changed(&before, update)?;
        if after.tenant != before.tenant {
            self.check_tenant(&after).await?;
        }
        let mut tx = self.store().begin().await?;
        if !rows::update(&mut tx, &after, before.version).await? {
            return Err(ProvisioningError::Stale);
        }
        let (old, view) = (self.view(before.clone()), self.view(after.clone()));
        let entry = Entry::act(name_of(&old, &view)).object(object_of(&view)).change_of(Some(&old), Some(&view));
        signals::append(&mut tx, self.env(), may.actor(), vec![entry]).await?;
        check_beside_others(&mut tx, &after).await?;
        check_binding(&mut tx, &before, &after).await?;
        tx.commit().await?;
        self.door().forget_all();
        Ok(view)
    }

    /// Deletes a connection with its keys and calls, and purges what it has deleted. One that has users or groups is ended
    /// by its name, typed in as `confirmation`: what becomes of them is planned afterwards.
    pub async fn delete_connection(
        &self,
        may: &May<DeleteConnection>,
        confirmation: Option<&str>,
    ) -> Result<(), ProvisioningError> {
        let organisation = may.actor().organisation;
        let found = rows::find(&mut self.store().read().await?, organisation, may.connection).await?;
        let connection = found.ok_or(ProvisioningError::NoSuchConnection)?;
        if !connection.is_empty() {
            return self.end_connection(may, confirmation).await;
        }
        // Before it goes: behind it, nobody would know whose they were.
        self.purge_deleted(&connection).await?;
        let mut tx = self.store().begin().await?;
        if !rows::delete(&mut tx, organisation, connection.id).await? {
            // Something has come in meanwhile.
            return Err(ProvisioningError::Stale);
        }
        let view = self.view(connection);
        let entry = Entry::act("provisioning.connection_deleted").object(object_of(&view));
        let entry = entry.change_of(Some(&view), None::<&()>);
        signals::append(&mut tx, self.env(), may.actor(), vec![entry]).await?;
        tx.commit().await?;
        self.door().forget_all();
        Ok(())
    }

    fn changed(&self, before: &Connection, update: ConnectionUpdate) -> Result<Connection, ProvisioningError> {
        let mut after = before.clone();
        if let Some(name) = update.name {
            after.name = label("name", &name)?;
        }
        if let Some(tenant) = update.tenant_id {
            after.tenant = tenant;
        }
        after.state = update.state.unwrap_or(before.state);
        after.settings = update.settings.unwrap_or(after.settings);
        after.changed_at = self.env().now();
        after.version += 1;
        Ok(after)
    }

    async fn check_tenant(&self, connection: &Connection) -> Result<(), ProvisioningError> {
        connection.settings.validate()?;
        let Some(tenant) = connection.tenant else { return Ok(()) };
        match self.parts.tenants.find(connection.organisation, tenant).await {
            Ok(_) => Ok(()),
            Err(TenantsError::NoSuchTenant(_)) => {
                Err(ProvisioningError::Invalid("tenant_id names no connected tenant".to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn view(&self, connection: Connection) -> ConnectionView {
        ConnectionView {
            base_url: self.base_of(connection.organisation),
            id: connection.id,
            name: connection.name,
            tenant_id: connection.tenant,
            state: connection.state,
            settings: connection.settings,
            user_count: connection.user_count,
            group_count: connection.group_count,
            last_call_at: connection.last_call_at,
            created_at: connection.created_at,
            changed_at: connection.changed_at,
            version: connection.version,
        }
    }
}

/// A text for people, without blanks around it.
pub(crate) fn label(field: &str, text: &str) -> Result<String, ProvisioningError> {
    let text = text.trim();
    let length = text.chars().count();
    if !(1..=LONGEST_NAME).contains(&length) || text.chars().any(char::is_control) {
        let detail = format!("{field} must have 1 to {LONGEST_NAME} characters, on one line");
        return Err(ProvisioningError::Invalid(detail));
    }
    Ok(text.to_owned())
}

/// What one connection must not share with another of its organisation.
async fn check_beside_others(tx: &mut Tx, own: &Connection) -> Result<(), ProvisioningError> {
    own.settings.validate()?;
    let all = rows::list(tx, own.organisation).await?;
    if all.len() > MOST {
        return Err(ProvisioningError::Conflict(format!("an organisation has at most {MOST} connections")));
    }
    for other in all.iter().filter(|other| other.id != own.id) {
        if other.name.to_lowercase() == own.name.to_lowercase() {
            return Err(ProvisioningError::Conflict(format!("the name {} is taken", other.name)));
        }
        if own.settings.entra_tokens.is_some() && other.settings.entra_tokens == own.settings.entra_tokens {
            let detail = format!("{} takes Entra's tokens of this tenant and audience already", other.name);
            return Err(ProvisioningError::Conflict(detail));
        }
    }
    Ok(())
}

/// What was pushed is tied to what it was bound to then.
async fn check_binding(tx: &mut Tx, before: &Connection, after: &Connection) -> Result<(), ProvisioningError> {
    if before.tenant == after.tenant {
        return Ok(());
    }
    let now = rows::find(tx, after.organisation, after.id).await?.ok_or(ProvisioningError::NoSuchConnection)?;
    if !now.is_empty() {
        let detail = "the tenant of a connection that has users or groups stays; end it, and make another connection";
        return Err(ProvisioningError::Conflict(detail.to_owned()));
    }
    Ok(())
}

fn name_of(before: &ConnectionView, after: &ConnectionView) -> &'static str {
    match (before.state, after.state) {
        (ConnectionState::On, ConnectionState::Paused) => "provisioning.connection_paused",
        (ConnectionState::Paused, ConnectionState::On) => "provisioning.connection_resumed",
        _ => "provisioning.connection_updated",
    }
}

fn object_of(connection: &ConnectionView) -> Object {
    Object::new("connection", connection.id, &connection.name)
}
