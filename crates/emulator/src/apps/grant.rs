//! What an administrator does to an application: consent, withdraw. Both consent pages and the admin API come here.
//!
//! Consent takes effect after the switch `consent_delay_seconds`, as directories replicate; until then the token
//! endpoint does not know the service principal, or leaves the new roles out.

use std::time::Duration;

use kernel::Timestamp;
use uuid::Uuid;

use super::catalogue::{GRAPH_APP_ID, MICROSOFT_TENANT};
use super::model::{AppRoleAssignment, Application, Apps, PrincipalKind, ServicePrincipal};
use crate::world::{Tenant, World};

/// Grants application permissions on Microsoft Graph to an application in a tenant; makes its service principal first
/// when there is none. Returns the service principal's object id.
pub fn consent(world: &World, tenant: &Tenant, home: Uuid, application: &Application, roles: &[Uuid]) -> Uuid {
    let now = world.clock.now();
    let effective = now.plus(Duration::from_secs(world.switches().consent_delay_seconds));
    let mut apps = tenant.apps_mut();
    let principal_id = install(world, &mut apps, home, application, now, effective);
    for role in roles {
        assign(world, &mut apps, principal_id, *role, now, effective);
    }
    principal_id
}

/// Takes application permissions away, all of them when none is named.
pub fn withdraw(tenant: &Tenant, principal_id: Uuid, roles: &[Uuid]) {
    tenant.apps_mut().assignments.retain(|assignment| {
        assignment.principal_id != principal_id || !(roles.is_empty() || roles.contains(&assignment.app_role_id))
    });
}

/// Makes the service principal of an application unless there is one.
pub fn install(
    world: &World,
    apps: &mut Apps,
    home: Uuid,
    application: &Application,
    now: Timestamp,
    effective: Timestamp,
) -> Uuid {
    if let Some(principal) = apps.principal_of(application.app_id) {
        return principal.id;
    }
    let principal = ServicePrincipal {
        id: world.guid(),
        app_id: application.app_id,
        display_name: application.display_name.clone(),
        enabled: true,
        owner_tenant: home,
        created: now,
        effective,
    };
    let id = principal.id;
    apps.service_principals.insert(id, principal);
    id
}

/// Makes Microsoft Graph's own service principal; its object id differs per tenant.
pub fn install_graph(world: &World, apps: &mut Apps, now: Timestamp) -> Uuid {
    if let Some(principal) = apps.principal_of(GRAPH_APP_ID) {
        return principal.id;
    }
    let principal = ServicePrincipal {
        id: world.guid(),
        app_id: GRAPH_APP_ID,
        display_name: "Microsoft Graph".to_owned(),
        enabled: true,
        owner_tenant: MICROSOFT_TENANT,
        created: now,
        effective: now,
    };
    let id = principal.id;
    apps.service_principals.insert(id, principal);
    id
}

/// Adds one assignment; false when it is there already.
pub fn assign(
    world: &World,
    apps: &mut Apps,
    principal_id: Uuid,
    role_id: Uuid,
    now: Timestamp,
    effective: Timestamp,
) -> bool {
    let resource_id = install_graph(world, apps, now);
    let same =
        |assignment: &AppRoleAssignment| assignment.principal_id == principal_id && assignment.app_role_id == role_id;
    if apps.assignments.iter().any(same) {
        return false;
    }
    apps.assignments.push(AppRoleAssignment {
        id: world.rng.token::<32>(),
        app_role_id: role_id,
        principal_id,
        principal_kind: PrincipalKind::ServicePrincipal,
        resource_id,
        created: now,
        effective,
    });
    true
}

/// Assigns a person or a group to an enterprise application; false when it is assigned already.
pub fn assign_to(
    world: &World,
    apps: &mut Apps,
    resource_id: Uuid,
    principal: (PrincipalKind, Uuid),
    role_id: Uuid,
) -> bool {
    let (principal_kind, principal_id) = principal;
    let same = |known: &AppRoleAssignment| {
        known.principal_id == principal_id && known.resource_id == resource_id && known.app_role_id == role_id
    };
    if apps.assignments.iter().any(same) {
        return false;
    }
    let (id, now) = (world.rng.token::<32>(), world.clock.now());
    apps.assignments.push(AppRoleAssignment {
        id,
        app_role_id: role_id,
        principal_id,
        principal_kind,
        resource_id,
        created: now,
        effective: now,
    });
    true
}
