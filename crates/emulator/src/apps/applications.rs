//! `/applications`: registrations of the caller's own tenant.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::credentials::replace_keys;
use super::model::{Application, ResourceAccess};
use super::query::Asked;
use super::view;
use crate::auth::AppToken;
use crate::graph::error::GraphError;
use crate::prepare::new_application;
use crate::world::{Tenant, World};

const SET: &str = "applications";
/// Permissions that may read applications and service principals.
pub const READ: [&str; 4] =
    ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
/// Permissions that may change any of them.
pub const WRITE: [&str; 1] = ["Application.ReadWrite.All"];
/// The permission to read and change one's own.
pub const OWN: &str = "Application.ReadWrite.OwnedBy";

/// `GET /applications`.
pub async fn list(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    asked.page(SET, visible(&token)?)
}

/// `GET /applications/$count`.
pub async fn count(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    asked.bare_count(visible(&token)?)
}

/// `GET /applications/{id}`, also by `appId`.
pub async fn read(token: AppToken, asked: Asked, Path(key): Path<String>) -> Result<Response, GraphError> {
    let app = find(&token.tenant, &key)?;
    may(&token, &app, &READ)?;
    asked.entity(SET, view::application(&app, &token.tenant.default_domain, asked.selects("keyCredentials")))
}

/// `POST /applications`.
pub async fn create(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Json(body): Json<Value>,
) -> Result<Response, GraphError> {
    token.require(&[WRITE[0], OWN])?;
    let name = body["displayName"].as_str().ok_or_else(|| {
        GraphError::bad_request("A value is required for property 'displayName' of resource 'Application'.")
    })?;
    let mut app = new_application(&world, world.guid(), name);
    "AzureADMyOrg".clone_into(&mut app.sign_in_audience);
    change(&world, &mut app, &body)?;
    token.tenant.apps_mut().applications.insert(app.app_id, app.clone());
    asked.created(SET, view::application(&app, &token.tenant.default_domain, false))
}

/// `PATCH /applications/{id}`.
pub async fn update(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(key): Path<String>,
    Json(body): Json<Value>,
) -> Result<StatusCode, GraphError> {
    let mut app = find(&token.tenant, &key)?;
    may(&token, &app, &WRITE)?;
    change(&world, &mut app, &body)?;
    token.tenant.apps_mut().applications.insert(app.app_id, app);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /applications/{id}`: its instance in this tenant goes with it.
pub async fn remove(token: AppToken, Path(key): Path<String>) -> Result<StatusCode, GraphError> {
    let app = find(&token.tenant, &key)?;
    may(&token, &app, &WRITE)?;
    let mut apps = token.tenant.apps_mut();
    apps.applications.remove(&app.app_id);
    apps.remove_principal_of(app.app_id);
    Ok(StatusCode::NO_CONTENT)
}

/// The registration of that object id, or `appId=` client id.
pub fn find(tenant: &Tenant, key: &str) -> Result<Application, GraphError> {
    let apps = tenant.apps();
    let found = match key.strip_prefix("appId=") {
        Some(app_id) => app_id.parse::<Uuid>().ok().and_then(|app_id| apps.applications.get(&app_id)),
        None => apps.applications.values().find(|app| app.id.to_string() == key.to_ascii_lowercase()),
    };
    found.cloned().ok_or_else(|| GraphError::not_found(key))
}

/// Any of these permissions, or ownership of one's own registration.
pub fn may(token: &AppToken, app: &Application, any_of: &[&str]) -> Result<(), GraphError> {
    if app.app_id == token.app_id && token.allowed(&[OWN]) {
        return Ok(());
    }
    token.require(any_of)
}

fn visible(token: &AppToken) -> Result<Vec<Value>, GraphError> {
    token.require(&[&READ[..], &[OWN]].concat())?;
    let all = token.allowed(&READ);
    let apps = token.tenant.apps();
    let shown = apps.applications.values().filter(|app| all || app.app_id == token.app_id);
    Ok(shown.map(|app| view::application(app, &token.tenant.default_domain, false)).collect())
}

fn change(world: &World, app: &mut Application, body: &Value) -> Result<(), GraphError> {
    let members = body.as_object().ok_or_else(|| GraphError::bad_request("The request body must be an object."))?;
    for (name, value) in members {
        match name.as_str() {
            "displayName" => value.as_str().unwrap_or_default().clone_into(&mut app.display_name),
            "signInAudience" => value.as_str().unwrap_or_default().clone_into(&mut app.sign_in_audience),
            "identifierUris" => app.identifier_uris = texts(value),
            "web" => change_web(app, value),
            "spa" => app.spa_redirect_uris = texts(&value["redirectUris"]),
            "publicClient" => app.public_redirect_uris = texts(&value["redirectUris"]),
            "optionalClaims" => app.optional_claims = value.clone(),
            "api" => {
                let version = value["requestedAccessTokenVersion"].as_u64();
                app.token_version = version.and_then(|version| u8::try_from(version).ok());
                if let Some(scopes) = value["oauth2PermissionScopes"].as_array() {
                    let values = scopes.iter().filter_map(|scope| scope["value"].as_str());
                    app.scopes = values.map(str::to_owned).collect();
                }
            }
            "isFallbackPublicClient" => app.public_client = value.as_bool().unwrap_or(false),
            "requiredResourceAccess" => app.required_access = required_access(value),
            "keyCredentials" => replace_keys(world, app, value)?,
            "passwordCredentials" if value.as_array().is_some_and(Vec::is_empty) => app.passwords.clear(),
            "@odata.type" | "description" | "notes" | "tags" | "info" => {}
            other => return Err(unknown_property(other)),
        }
    }
    Ok(())
}

/// Complex properties are replaced member by member.
fn change_web(app: &mut Application, value: &Value) {
    if value["redirectUris"].is_array() {
        app.redirect_uris = texts(&value["redirectUris"]);
    }
    if let Some(address) = value.get("logoutUrl") {
        app.logout_url = address.as_str().map(str::to_owned);
    }
    if let Some(enabled) = value["implicitGrantSettings"]["enableIdTokenIssuance"].as_bool() {
        app.id_token_enabled = enabled;
    }
}

fn required_access(value: &Value) -> Vec<ResourceAccess> {
    let resources = value.as_array().cloned().unwrap_or_default();
    let accesses = resources.iter().filter_map(|resource| resource["resourceAccess"].as_array()).flatten();
    accesses
        .filter_map(|access| {
            let id = access["id"].as_str()?.parse().ok()?;
            Some(ResourceAccess { id, kind: access["type"].as_str()?.to_owned() })
        })
        .collect()
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().cloned().unwrap_or_default();
    all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn unknown_property(name: &str) -> GraphError {
    GraphError::bad_request(format!("Invalid property '{name}'."))
}
