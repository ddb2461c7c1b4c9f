//! `/policies/authenticationMethodsPolicy` and its configurations.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Methods;
use super::external::{Configuration, TYPE, is_discovery_url};
use crate::World;
use crate::apps::query::Asked;
use crate::auth::AppToken;
use crate::graph::call::Object;
use crate::graph::error::GraphError;
use crate::world::Tenant;

const POLICY: &str = "policies/authenticationMethodsPolicy";
const SET: &str = "policies/authenticationMethodsPolicy/authenticationMethodConfigurations";
const READ: &[&str] = &["Policy.Read.AuthenticationMethod", "Policy.ReadWrite.AuthenticationMethod", "Policy.Read.All"];
const WRITE: &[&str] = &["Policy.ReadWrite.AuthenticationMethod"];

type Body = Object;

/// The routes below `/v1.0` and `/beta`.
pub fn routes() -> Router<Arc<World>> {
    let set = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations";
    Router::new()
        .route("/policies/authenticationMethodsPolicy", get(read_policy).patch(update_policy))
        .route(set, get(list).post(create))
        .route(&format!("{set}/{{id}}"), get(read).patch(update).delete(remove))
}

fn may(token: &AppToken, any: &[&str]) -> Result<(), GraphError> {
    if token.allowed(any) {
        return Ok(());
    }
    Err(GraphError::new(StatusCode::FORBIDDEN, "accessDenied", "Request Authorization failed"))
}

fn refused(text: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "badRequest", text)
}

fn missing(id: &str) -> GraphError {
    GraphError::new(
        StatusCode::NOT_FOUND,
        "resourceNotFound",
        format!("The authentication method configuration '{id}' was not found."),
    )
}

fn configurations(methods: &Methods) -> Vec<Value> {
    methods.built_in.values().cloned().chain(methods.external.values().map(Configuration::shown)).collect()
}

async fn read_policy(State(world): State<Arc<World>>, token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    may(&token, READ)?;
    let methods = token.tenant.methods();
    let mut policy = json!({
        "id": "authenticationMethodsPolicy", "displayName": "Authentication Methods Policy",
        "description": "The tenant-wide policy that controls which authentication methods are allowed in the tenant, authentication method registration requirements, and self-service password reset settings",
        "lastModifiedDateTime": token.tenant.created, "policyVersion": "1.5", "policyMigrationState": "migrationComplete",
        "reconfirmationInDays": null,
        "registrationEnforcement": { "authenticationMethodsRegistrationCampaign": {
            "snoozeDurationInDays": 1, "state": "default", "excludeTargets": [], "includeTargets": [],
        } },
    });
    for (name, value) in &methods.policy {
        policy[name] = value.clone();
    }
    policy["authenticationMethodConfigurations"] = json!(configurations(&methods));
    drop((methods, world));
    asked.entity(POLICY, policy)
}

async fn update_policy(
    State(world): State<Arc<World>>,
    token: AppToken,
    Object(body): Body,
) -> Result<StatusCode, GraphError> {
    may(&token, WRITE)?;
    let open =
        ["registrationEnforcement", "policyMigrationState", "reconfirmationInDays", "displayName", "description"];
    let mut methods = token.tenant.methods_mut();
    methods.policy.extend(body.into_iter().filter(|(name, _)| open.contains(&name.as_str())));
    methods.policy.insert("lastModifiedDateTime".to_owned(), json!(world.clock.now()));
    Ok(StatusCode::NO_CONTENT)
}

async fn list(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    may(&token, READ)?;
    asked.page(SET, configurations(&token.tenant.methods()))
}

async fn read(token: AppToken, asked: Asked, Path(id): Path<String>) -> Result<Response, GraphError> {
    may(&token, READ)?;
    let found = configurations(&token.tenant.methods()).into_iter().find(|one| is(one, &id));
    asked.entity(SET, found.ok_or_else(|| missing(&id))?)
}

fn is(configuration: &Value, id: &str) -> bool {
    configuration["id"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(id))
}

async fn create(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Object(body): Body,
) -> Result<Response, GraphError> {
    may(&token, WRITE)?;
    let kind = body.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
    if !kind.trim_start_matches('#').eq_ignore_ascii_case(TYPE.trim_start_matches('#')) {
        return Err(refused("Only external authentication method configurations can be created."));
    }
    let made = configuration(&world, &token.tenant, &body)?;
    let shown = made.shown();
    token.tenant.methods_mut().external.insert(made.id, made);
    asked.created(SET, shown)
}

/// A configuration out of a body.
pub fn configuration(world: &World, tenant: &Tenant, body: &Map<String, Value>) -> Result<Configuration, GraphError> {
    let body = Value::Object(body.clone());
    let text = |value: &Value, name: &str| {
        let found = value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        found.ok_or_else(|| refused(format!("The property '{name}' is required.")))
    };
    let name = text(&body["displayName"], "displayName")?;
    if tenant.methods().external.values().any(|known| known.name.eq_ignore_ascii_case(&name)) {
        return Err(refused(format!("An external authentication method named '{name}' exists already.")));
    }
    let app_id = text(&body["appId"], "appId")?;
    let setting = &body["openIdConnectSetting"];
    let mut made = Configuration {
        id: world.guid(),
        name,
        enabled: false,
        app_id: app_id.parse().map_err(|_| refused("The property 'appId' must be a GUID."))?,
        client_id: text(&setting["clientId"], "openIdConnectSetting/clientId")?,
        discovery_url: text(&setting["discoveryUrl"], "openIdConnectSetting/discoveryUrl")?,
        include: targets(&body["includeTargets"]),
        exclude: excluded(&body["excludeTargets"]),
    };
    check(world, tenant, &mut made, body["state"].as_str())?;
    Ok(made)
}

/// The address must be one, and nothing is switched on without consent to the provider's application.
fn check(world: &World, tenant: &Tenant, made: &mut Configuration, state: Option<&str>) -> Result<(), GraphError> {
    if !is_discovery_url(&made.discovery_url, !world.switches().external_provider_needs_https) {
        return Err(refused("The discovery URL must use https and end with '/.well-known/openid-configuration'."));
    }
    made.enabled = match state {
        Some("enabled") => true,
        Some("disabled") => false,
        None => made.enabled,
        Some(other) => return Err(refused(format!("'{other}' is not a state."))),
    };
    if state == Some("enabled") && tenant.apps().principal_of(made.app_id).is_none() {
        return Err(refused(format!(
            "Admin consent is required for the application '{}' before the method can be enabled.",
            made.app_id
        )));
    }
    Ok(())
}

fn targets(given: &Value) -> Vec<Value> {
    let all = given.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut targets = excluded(given);
    for (target, given) in targets.iter_mut().zip(all) {
        target["isRegistrationRequired"] = json!(given["isRegistrationRequired"] == true);
    }
    targets
}

/// Who is left out is not asked to register either (Graph: excludeTarget).
fn excluded(given: &Value) -> Vec<Value> {
    let all = given.as_array().map(Vec::as_slice).unwrap_or_default();
    let one =
        |target: &Value| json!({ "targetType": target["targetType"].as_str().unwrap_or("group"), "id": target["id"] });
    all.iter().map(one).collect()
}

async fn update(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(id): Path<String>,
    Object(body): Body,
) -> Result<StatusCode, GraphError> {
    may(&token, WRITE)?;
    let Some(mut changed) = external(&token.tenant, &id) else { return update_built_in(&token.tenant, &id, body) };
    change(&world, &token.tenant, &mut changed, &Value::Object(body))?;
    token.tenant.methods_mut().external.insert(changed.id, changed);
    Ok(StatusCode::NO_CONTENT)
}

/// Lays a body over an external method. The name never changes.
pub fn change(world: &World, tenant: &Tenant, method: &mut Configuration, body: &Value) -> Result<(), GraphError> {
    if body["displayName"].as_str().is_some_and(|name| name != method.name) {
        return Err(refused("The property 'displayName' cannot be changed after creation."));
    }
    if let Some(app_id) = body["appId"].as_str() {
        method.app_id = app_id.parse().map_err(|_| refused("The property 'appId' must be a GUID."))?;
    }
    let setting = &body["openIdConnectSetting"];
    for (name, kept) in [("clientId", &mut method.client_id), ("discoveryUrl", &mut method.discovery_url)] {
        if let Some(text) = setting[name].as_str() {
            text.clone_into(kept);
        }
    }
    if body["includeTargets"].is_array() {
        method.include = targets(&body["includeTargets"]);
    }
    if body["excludeTargets"].is_array() {
        method.exclude = excluded(&body["excludeTargets"]);
    }
    check(world, tenant, method, body["state"].as_str())
}

fn external(tenant: &Tenant, id: &str) -> Option<Configuration> {
    tenant.methods().external.get(&id.parse::<Uuid>().ok()?).cloned()
}

fn update_built_in(tenant: &Tenant, id: &str, body: Map<String, Value>) -> Result<StatusCode, GraphError> {
    let mut methods = tenant.methods_mut();
    let found = methods.built_in.values_mut().find(|one| is(one, id)).ok_or_else(|| missing(id))?;
    for (name, value) in body.into_iter().filter(|(name, _)| name != "id" && !name.starts_with('@')) {
        found[&name] = value;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(token: AppToken, Path(id): Path<String>) -> Result<StatusCode, GraphError> {
    may(&token, WRITE)?;
    let known = external(&token.tenant, &id).ok_or_else(|| missing(&id))?;
    forget(&token.tenant, known.id);
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an external method away, with everybody's registration.
pub fn forget(tenant: &Tenant, id: Uuid) {
    let mut methods = tenant.methods_mut();
    methods.external.remove(&id);
    for own in methods.registrations.values_mut() {
        own.retain(|registration| registration.configuration != id);
    }
}
