//! Enterprise applications: made from the template for applications that are not in the gallery, and who is assigned.

use std::sync::Arc;

use serde::Deserialize;
use uuid::{Uuid, uuid};

use super::behaviour::Behaviour;
use super::filter::Filter;
use super::job::{Job, Schedule, State};
use super::mapping::Schema;
use crate::apps::{Application, PrincipalKind, catalogue, grant};
use crate::directory::property::{group, user};
use crate::directory::{Directory, Kind, Ref};
use crate::prepare::new_application;
use crate::world::{Tenant, World};

/// The template of an application that is not in the gallery.
pub const CUSTOM_TEMPLATE: Uuid = uuid!("8adf8e6e-67b2-4cf2-a259-e3dc5476c621");

/// Makes an application and its instance in the tenant. Answers the registration and the instance's object id.
pub fn create(world: &World, tenant: &Arc<Tenant>, name: &str) -> (Application, Uuid) {
    let mut application = new_application(world, world.guid(), name);
    "AzureADMyOrg".clone_into(&mut application.sign_in_audience);
    application.from_template = true;
    let now = world.clock.now();
    let mut apps = tenant.apps_mut();
    apps.applications.insert(application.app_id, application.clone());
    let principal = grant::install(world, &mut apps, tenant.id, &application, now, now);
    (application, principal)
}

/// A new application with provisioning.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Its name.
    #[serde(default = "usual_name")]
    pub display_name: String,
    /// The tenant URL, with `?aadOptscim062020` for the compliant dialect.
    pub target_url: String,
    /// The secret token; left out, Entra's own token goes with the requests.
    #[serde(default)]
    pub token: String,
    /// Client credentials instead.
    #[serde(default)]
    pub oauth: Option<Oauth>,
    /// Who of those assigned is in scope.
    #[serde(default)]
    pub filters: Filters,
    /// The source attribute that becomes a user's `externalId`: `mailNickname`, or `objectId`.
    #[serde(default = "usual_external_id")]
    pub external_id: String,
    /// Who is assigned: object ids and principal names.
    #[serde(default)]
    pub assign: Vec<String>,
    /// Switches; those not named are as usual.
    #[serde(default)]
    pub behaviour: Behaviour,
    /// Start at once; else it waits to be started.
    #[serde(default)]
    pub start: bool,
}

/// Client credentials at a token endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oauth {
    /// The token endpoint.
    pub token_url: String,
    /// The client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

/// Scoping filters by kind of object; those left out stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filters {
    /// For users.
    pub users: Option<Filter>,
    /// For groups.
    pub groups: Option<Filter>,
}

impl State {
    /// Saves a proof and forgets the other kinds.
    pub fn set_proof(&mut self, token: &str, oauth: Option<&Oauth>) {
        let oauth = oauth.map(|it| {
            [
                ("Oauth2TokenExchangeUri", it.token_url.as_str()),
                ("Oauth2ClientId", &it.client_id),
                ("Oauth2ClientSecret", &it.client_secret),
            ]
        });
        self.secrets.retain(|key, _| key != "SecretToken" && !key.starts_with("Oauth2"));
        let pairs = oauth.into_iter().flatten().chain([("SecretToken", token)]);
        self.secrets.extend(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    /// Sets scoping filters; everything is looked at again.
    pub fn set_filters(&mut self, filters: &Filters) {
        if *filters == Filters::default() {
            return;
        }
        let mut schema = self.schema.clone();
        if let Some(filter) = &filters.users {
            schema.users.filter = filter.clone();
        }
        if let Some(filter) = &filters.groups {
            schema.groups.filter = filter.clone();
        }
        self.set_schema(schema);
    }
}

fn usual_name() -> String {
    "Provisioned application".to_owned()
}

fn usual_external_id() -> String {
    "mailNickname".to_owned()
}

/// Why an application was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The tenant URL will not do.
    #[error("{0}")]
    Target(String),
    /// Nobody has that id or name.
    #[error("person or group {0}")]
    Nobody(String),
}

/// Makes an application, its job, and its assignments: all of it or nothing.
pub fn set_up(world: &World, tenant: &Arc<Tenant>, order: &Order) -> Result<Arc<Job>, SetUpError> {
    let (_, principal) = create(world, tenant, &order.display_name);
    let now = world.clock.now();
    let job = world.provisioning.create(tenant.id, principal, "scim", world.guid(), now);
    let ready = prepare(world, tenant, &job, order);
    if let Err(error) = ready {
        take_down(world, &job);
        return Err(error);
    }
    if order.start {
        job.with(|state| state.start(now));
    }
    Ok(job)
}

fn prepare(world: &World, tenant: &Tenant, job: &Job, order: &Order) -> Result<(), SetUpError> {
    job.with(|state| {
        state.schema = Schema::usual(&order.external_id);
        state.set_filters(&order.filters);
        state.secrets.insert("BaseAddress".to_owned(), order.target_url.clone());
        state.set_proof(&order.token, order.oauth.as_ref());
        state.behaviour = order.behaviour.clone();
    });
    job.target(world).map_err(SetUpError::Target)?;
    for key in &order.assign {
        assign(world, tenant, job.principal_id, key).ok_or_else(|| SetUpError::Nobody(key.clone()))?;
    }
    Ok(())
}

/// Takes a job and its application away.
pub fn take_down(world: &World, job: &Job) {
    job.with(|state| state.schedule = Schedule::Paused);
    world.provisioning.remove(&job.id);
    let Some(tenant) = world.tenant_by_id(job.tenant_id) else { return };
    let mut apps = tenant.apps_mut();
    if let Some(app_id) = apps.service_principals.get(&job.principal_id).map(|principal| principal.app_id) {
        apps.remove_principal_of(app_id);
        apps.applications.remove(&app_id);
    }
}

/// Assigns a live person or group, named by object id or principal name. Answers its id, or none when there is nobody.
pub fn assign(world: &World, tenant: &Tenant, principal: Uuid, key: &str) -> Option<Uuid> {
    let found = named(tenant, key)?;
    let kind = match found.1 {
        Kind::User => PrincipalKind::User,
        Kind::Group => PrincipalKind::Group,
    };
    grant::assign_to(world, &mut tenant.apps_mut(), principal, (kind, found.0), catalogue::USER_ROLE);
    Some(found.0)
}

/// Takes every assignment of a person or group away; false when there was none.
pub fn unassign(tenant: &Tenant, principal: Uuid, id: Uuid) -> bool {
    let mut apps = tenant.apps_mut();
    let before = apps.assignments.len();
    apps.assignments.retain(|known| known.resource_id != principal || known.principal_id != id);
    apps.assignments.len() < before
}

/// A live person or group by object id or principal name.
pub fn named(tenant: &Tenant, key: &str) -> Option<(Uuid, Kind)> {
    let directory = tenant.directory();
    if let Some(user) = directory.find_user(key) {
        return Some((directory.user(user).id, Kind::User));
    }
    directory.find_group(key).map(|group| (directory.group(group).id, Kind::Group))
}

/// What people call an object.
pub fn name_of(directory: &Directory, object: Ref) -> Option<String> {
    let property = if object.kind == Kind::User { user::DISPLAY_NAME } else { group::DISPLAY_NAME };
    directory.record(object).text(property)
}
