//! `/servicePrincipals`: the applications' instances in the caller's tenant, Microsoft Graph's own among them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use kernel::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::applications::{OWN, READ, WRITE};
use super::model::ServicePrincipal;
use super::query::Asked;
use super::{grant, view};
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::world::{Tenant, World};

const SET: &str = "servicePrincipals";

/// `GET /servicePrincipals`.
pub async fn list(State(world): State<Arc<World>>, token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    asked.page(SET, visible(&world, &token)?)
}

/// `GET /servicePrincipals/$count`.
pub async fn count(State(world): State<Arc<World>>, token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    asked.bare_count(visible(&world, &token)?)
}

/// `GET /servicePrincipals/{id}`, also by `appId`.
pub async fn read(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
) -> Result<Response, GraphError> {
    may_read(&token)?;
    let principal = find(&token.tenant, &key, world.clock.now())?;
    if !token.allowed(&READ) && principal.id != token.sp_id {
        return Err(GraphError::denied());
    }
    asked.entity(SET, shown(&world, &principal))
}

/// `POST /servicePrincipals`: installs an application.
pub async fn create(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Json(body): Json<Value>,
) -> Result<Response, GraphError> {
    token.require(&WRITE)?;
    let text = body["appId"].as_str().unwrap_or_default();
    let app_id: Uuid = text.parse().map_err(|_| no_such_app(text))?;
    let (home, application) = world.application(app_id).ok_or_else(|| no_such_app(text))?;
    let now = world.clock.now();
    let principal = {
        let mut apps = token.tenant.apps_mut();
        if apps.principal_of(app_id).is_some() {
            return Err(GraphError::new(
                StatusCode::CONFLICT,
                "Request_MultipleObjectsWithSameKeyValue",
                format!(
                    "The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use."
                ),
            ));
        }
        let id = grant::install(&world, &mut apps, home.id, &application, now, now);
        apps.service_principals.get(&id).cloned().ok_or_else(|| GraphError::not_found(text))?
    };
    asked.created(SET, shown(&world, &principal))
}

/// `PATCH /servicePrincipals/{id}`.
pub async fn update(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(key): Path<String>,
    Json(body): Json<Value>,
) -> Result<StatusCode, GraphError> {
    token.require(&WRITE)?;
    let principal = find(&token.tenant, &key, world.clock.now())?;
    let mut apps = token.tenant.apps_mut();
    let Some(principal) = apps.service_principals.get_mut(&principal.id) else {
        return Err(GraphError::not_found(&key));
    };
    if let Some(enabled) = body["accountEnabled"].as_bool() {
        principal.enabled = enabled;
    }
    if let Some(name) = body["displayName"].as_str() {
        name.clone_into(&mut principal.display_name);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /servicePrincipals/{id}`.
pub async fn remove(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(key): Path<String>,
) -> Result<StatusCode, GraphError> {
    token.require(&WRITE)?;
    let principal = find(&token.tenant, &key, world.clock.now())?;
    token.tenant.apps_mut().remove_principal_of(principal.app_id);
    Ok(StatusCode::NO_CONTENT)
}

/// The service principal of that object id, or `appId=` client id, once it can be seen.
pub fn find(tenant: &Tenant, key: &str, now: Timestamp) -> Result<ServicePrincipal, GraphError> {
    let apps = tenant.apps();
    let found = match key.strip_prefix("appId=") {
        Some(app_id) => app_id.parse().ok().and_then(|app_id| apps.principal_of(app_id)),
        None => key.parse().ok().and_then(|id: Uuid| apps.service_principals.get(&id)),
    };
    found.filter(|principal| principal.effective <= now).cloned().ok_or_else(|| GraphError::not_found(key))
}

/// Reading needs a permission; the one for one's own objects counts.
pub fn may_read(token: &AppToken) -> Result<(), GraphError> {
    token.require(&[&READ[..], &[OWN]].concat())
}

fn visible(world: &World, token: &AppToken) -> Result<Vec<Value>, GraphError> {
    may_read(token)?;
    let all = token.allowed(&READ);
    let now = world.clock.now();
    let principals: Vec<_> = token.tenant.apps().service_principals.values().cloned().collect();
    let seen = principals.iter().filter(|principal| principal.effective <= now && (all || principal.id == token.sp_id));
    Ok(seen.map(|principal| shown(world, principal)).collect())
}

fn shown(world: &World, principal: &ServicePrincipal) -> Value {
    let application = world.application(principal.app_id).map(|(_, application)| application);
    view::service_principal(principal, application.as_ref())
}

fn no_such_app(app_id: &str) -> GraphError {
    GraphError::bad_request(format!(
        "The appId '{app_id}' of the service principal does not reference a valid application object."
    ))
}
