//! Enterprise applications: made from the template for applications that are not in the gallery, and who is assigned.

use std::sync::Arc;

use uuid::{Uuid, uuid};

use crate::apps::{Application, PrincipalKind, catalogue, grant};
use crate::directory::Kind;
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
