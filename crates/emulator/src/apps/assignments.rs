//! App role assignments: what a service principal was granted, and who was granted roles on it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::model::{AppRoleAssignment, Apps, PrincipalKind};
use super::query::Asked;
use super::service_principals::{find, may_read};
use super::{catalogue, grant, view};
use crate::auth::AppToken;
use crate::directory::Kind;
use crate::graph::error::GraphError;
use crate::world::World;

const SET: &str = "appRoleAssignments";
const WRITE: [&str; 1] = ["AppRoleAssignment.ReadWrite.All"];

/// `GET /servicePrincipals/{id}/appRoleAssignments`.
pub async fn list(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
) -> Result<Response, GraphError> {
    may_read(&token)?;
    let principal = find(&token.tenant, &key, world.clock.now())?;
    let of = |assignment: &AppRoleAssignment| assignment.principal_id == principal.id;
    asked.page(SET, visible(&world, &token, of))
}

/// `GET /servicePrincipals/{id}/appRoleAssignedTo`.
pub async fn list_assigned_to(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
) -> Result<Response, GraphError> {
    may_read(&token)?;
    let resource = find(&token.tenant, &key, world.clock.now())?;
    let on = |assignment: &AppRoleAssignment| assignment.resource_id == resource.id;
    asked.page(SET, visible(&world, &token, on))
}

/// `GET /servicePrincipals/{id}/appRoleAssignments/{assignment}`.
pub async fn read(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, GraphError> {
    may_read(&token)?;
    let found = visible(&world, &token, |assignment| assignment.id == id).pop();
    asked.entity(SET, found.ok_or_else(|| GraphError::not_found(&id))?)
}

/// `POST` on either collection: the body says who is granted what on whom.
pub async fn create(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Json(body): Json<Value>,
) -> Result<Response, GraphError> {
    token.require(&WRITE)?;
    let id = |name: &str| {
        let text = body[name].as_str().unwrap_or_default();
        text.parse::<Uuid>().map_err(|_| {
            GraphError::bad_request(format!(
                "Invalid value specified for property '{name}' of resource 'AppRoleAssignment'."
            ))
        })
    };
    let (principal_id, resource_id, role_id) = (id("principalId")?, id("resourceId")?, id("appRoleId")?);
    let now = world.clock.now();
    let mut apps = token.tenant.apps_mut();
    check_parties(&token, &apps, principal_id, resource_id, role_id)?;
    let fresh = match person_or_group(&token, principal_id) {
        Some(kind) => grant::assign_to(&world, &mut apps, resource_id, (kind, principal_id), role_id),
        None => grant::assign(&world, &mut apps, principal_id, role_id, now, now),
    };
    if !fresh {
        return Err(GraphError::bad_request("Permission being assigned already exists on the object"));
    }
    let directory = token.tenant.directory();
    let made = apps.assignments.last().map(|made| view::assignment(made, &apps, &directory)).unwrap_or_default();
    asked.created(SET, made)
}

/// `DELETE /servicePrincipals/{id}/appRoleAssignments/{assignment}`.
pub async fn remove(token: AppToken, Path((_, id)): Path<(String, String)>) -> Result<StatusCode, GraphError> {
    token.require(&WRITE)?;
    let mut apps = token.tenant.apps_mut();
    let before = apps.assignments.len();
    apps.assignments.retain(|assignment| assignment.id != id);
    if apps.assignments.len() == before { Err(GraphError::not_found(&id)) } else { Ok(StatusCode::NO_CONTENT) }
}

/// `DELETE /servicePrincipals/{id}/appRoleAssignedTo/{assignment}`.
pub async fn remove_assigned_to(token: AppToken, path: Path<(String, String)>) -> Result<StatusCode, GraphError> {
    remove(token, path).await
}

/// Delegated grants: the emulator has none yet.
pub async fn no_delegated_grants(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    may_read(&token)?;
    asked.page("oauth2PermissionGrants", Vec::new())
}

/// A live person or group of the tenant.
fn person_or_group(token: &AppToken, id: Uuid) -> Option<PrincipalKind> {
    let directory = token.tenant.directory();
    let object = directory.find(id).filter(|object| directory.is_live(*object))?;
    Some(match object.kind {
        Kind::User => PrincipalKind::User,
        Kind::Group => PrincipalKind::Group,
    })
}

fn check_parties(token: &AppToken, apps: &Apps, principal: Uuid, resource: Uuid, role: Uuid) -> Result<(), GraphError> {
    if person_or_group(token, principal).is_some() {
        return check_assignment(apps, resource, role);
    }
    for id in [principal, resource] {
        if !apps.service_principals.contains_key(&id) {
            return Err(GraphError::not_found(&id.to_string()));
        }
    }
    let graph = apps.principal_of(catalogue::GRAPH_APP_ID).map(|graph| graph.id);
    if graph != Some(resource) || catalogue::role_by_id(role).is_none() {
        return Err(GraphError::bad_request("Permission being assigned was not found on application"));
    }
    Ok(())
}

/// People and groups get the default role, or the one that enterprise applications publish.
fn check_assignment(apps: &Apps, resource: Uuid, role: Uuid) -> Result<(), GraphError> {
    let known = apps.service_principals.get(&resource).filter(|found| found.app_id != catalogue::GRAPH_APP_ID);
    known.ok_or_else(|| GraphError::not_found(&resource.to_string()))?;
    if role.is_nil() || role == catalogue::USER_ROLE {
        return Ok(());
    }
    Err(GraphError::bad_request("Permission being assigned was not found on application"))
}

fn visible(world: &World, token: &AppToken, wanted: impl Fn(&AppRoleAssignment) -> bool) -> Vec<Value> {
    let now = world.clock.now();
    let (apps, directory) = (token.tenant.apps(), token.tenant.directory());
    let found = apps.assignments.iter().filter(|assignment| assignment.effective <= now && wanted(assignment));
    found.map(|assignment| view::assignment(assignment, &apps, &directory)).collect()
}
