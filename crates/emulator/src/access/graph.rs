//! `/identity/conditionalAccess`: policies, named locations, authentication contexts.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::policy;
use super::risky;
use crate::World;
use crate::apps::query::Asked;
use crate::auth::AppToken;
use crate::graph::call::Object;
use crate::graph::error::GraphError;
use crate::world::License;

const POLICIES: &str = "identity/conditionalAccess/policies";
const LOCATIONS: &str = "identity/conditionalAccess/namedLocations";
const CONTEXTS: &str = "identity/conditionalAccess/authenticationContextClassReferences";
const READ: &[&str] = &["Policy.Read.All", "Policy.Read.ConditionalAccess", "Policy.ReadWrite.ConditionalAccess"];

type Body = Object;

/// The routes below `/v1.0` and `/beta`.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/identity/conditionalAccess/policies", get(list_policies).post(create_policy))
        .route("/identity/conditionalAccess/policies/{id}", get(read_policy).patch(update_policy).delete(remove_policy))
        .route("/identity/conditionalAccess/namedLocations", get(list_locations).post(create_location))
        .route(
            "/identity/conditionalAccess/namedLocations/{id}",
            get(read_location).patch(update_location).delete(remove_location),
        )
        .route("/identity/conditionalAccess/authenticationContextClassReferences", get(list_contexts))
        .route(
            "/identity/conditionalAccess/authenticationContextClassReferences/{id}",
            get(read_context).patch(put_context).delete(remove_context),
        )
        .merge(risky::routes())
}

/// What a token lacks, in this service's words.
fn require(token: &AppToken, every: &[&[&str]]) -> Result<(), GraphError> {
    if every.iter().all(|any| token.allowed(any)) {
        return Ok(());
    }
    let text = "You cannot perform the requested operation, required scopes are missing in the token.";
    Err(GraphError::new(StatusCode::FORBIDDEN, "AccessDenied", text))
}

fn may_write(token: &AppToken, with_apps: bool) -> Result<(), GraphError> {
    let mut every: Vec<&[&str]> = vec![&["Policy.Read.All"], &["Policy.ReadWrite.ConditionalAccess"]];
    if with_apps {
        every.push(&["Application.Read.All", "Application.ReadWrite.All"]);
    }
    require(token, &every)
}

fn licensed(token: &AppToken) -> Result<(), GraphError> {
    if token.tenant.license() != License::Free {
        return Ok(());
    }
    let text = "Your tenant is not licensed for this feature. Please upgrade your subscription to access it.";
    Err(GraphError::new(StatusCode::FORBIDDEN, "AccessDenied", text))
}

fn missing(id: &str) -> GraphError {
    GraphError::new(StatusCode::NOT_FOUND, "NotFound", format!("{id} does not exist in the directory."))
}

fn all(kept: &BTreeMap<Uuid, Value>) -> Vec<Value> {
    kept.values().cloned().collect()
}

fn one(kept: &BTreeMap<Uuid, Value>, id: &str) -> Result<(Uuid, Value), GraphError> {
    let key: Uuid = id.parse().map_err(|_| missing(id))?;
    kept.get(&key).cloned().map(|found| (key, found)).ok_or_else(|| missing(id))
}

/// A new object with its id and times; what came before keeps its own.
pub fn stamped(world: &World, before: Option<(Uuid, &Value)>, mut object: Value) -> (Uuid, Value) {
    let now = json!(world.clock.now());
    let id = before.map_or_else(|| world.guid(), |(id, _)| id);
    object["id"] = json!(id);
    object["createdDateTime"] = before.map_or_else(|| now.clone(), |(_, old)| old["createdDateTime"].clone());
    object["modifiedDateTime"] = if before.is_some() { now } else { Value::Null };
    object["deletedDateTime"] = Value::Null;
    (id, object)
}

// === policies ===

async fn list_policies(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    require(&token, &[READ])?;
    asked.page(POLICIES, all(&token.tenant.access().policies))
}

async fn read_policy(token: AppToken, asked: Asked, Path(id): Path<String>) -> Result<Response, GraphError> {
    require(&token, &[READ])?;
    let (_, found) = one(&token.tenant.access().policies, &id)?;
    asked.entity(POLICIES, found)
}

async fn create_policy(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Object(body): Body,
) -> Result<Response, GraphError> {
    may_write(&token, true)?;
    licensed(&token)?;
    let (id, made) = stamped(&world, None, policy::normal(&body)?);
    token.tenant.access_mut().policies.insert(id, made.clone());
    asked.created(POLICIES, made)
}

async fn update_policy(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(id): Path<String>,
    Object(body): Body,
) -> Result<StatusCode, GraphError> {
    may_write(&token, true)?;
    let mut access = token.tenant.access_mut();
    let (key, found) = one(&access.policies, &id)?;
    let (key, changed) = stamped(&world, Some((key, &found)), policy::patched(&found, &body)?);
    access.policies.insert(key, changed);
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_policy(token: AppToken, Path(id): Path<String>) -> Result<StatusCode, GraphError> {
    may_write(&token, false)?;
    let mut access = token.tenant.access_mut();
    let (key, _) = one(&access.policies, &id)?;
    access.policies.remove(&key);
    Ok(StatusCode::NO_CONTENT)
}

// === named locations ===

async fn list_locations(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    require(&token, &[READ])?;
    asked.page(LOCATIONS, all(&token.tenant.access().locations))
}

async fn read_location(token: AppToken, asked: Asked, Path(id): Path<String>) -> Result<Response, GraphError> {
    require(&token, &[READ])?;
    let (_, found) = one(&token.tenant.access().locations, &id)?;
    asked.entity(LOCATIONS, found)
}

async fn create_location(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Object(body): Body,
) -> Result<Response, GraphError> {
    may_write(&token, false)?;
    let (id, made) = stamped(&world, None, location(&body)?);
    token.tenant.access_mut().locations.insert(id, made.clone());
    asked.created(LOCATIONS, made)
}

async fn update_location(
    State(world): State<Arc<World>>,
    token: AppToken,
    Path(id): Path<String>,
    Object(body): Body,
) -> Result<StatusCode, GraphError> {
    may_write(&token, false)?;
    if !body.contains_key("@odata.type") {
        return Err(untyped());
    }
    let mut access = token.tenant.access_mut();
    let (key, found) = one(&access.locations, &id)?;
    let mut whole = found.as_object().cloned().unwrap_or_default();
    whole.extend(body);
    let (key, changed) = stamped(&world, Some((key, &found)), location(&whole)?);
    access.locations.insert(key, changed);
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_location(token: AppToken, Path(id): Path<String>) -> Result<StatusCode, GraphError> {
    may_write(&token, false)?;
    let mut access = token.tenant.access_mut();
    let (key, found) = one(&access.locations, &id)?;
    if found["isTrusted"] == true {
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "Trusted named location cannot be deleted.",
        ));
    }
    access.locations.remove(&key);
    Ok(StatusCode::NO_CONTENT)
}

fn untyped() -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "BadRequest", "1007: The '@odata.type' of the named location is missing.")
}

/// A location out of a body.
pub fn location(body: &Map<String, Value>) -> Result<Value, GraphError> {
    let whole = Value::Object(body.clone());
    let name = whole["displayName"].as_str().filter(|name| !name.is_empty()).ok_or_else(untyped)?;
    let kind = whole["@odata.type"].as_str().unwrap_or_default();
    match kind.trim_start_matches('#') {
        "microsoft.graph.ipNamedLocation" => Ok(json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": name,
            "isTrusted": whole["isTrusted"] == true, "ipRanges": whole["ipRanges"],
        })),
        "microsoft.graph.countryNamedLocation" => Ok(json!({
            "@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": name,
            "countriesAndRegions": whole["countriesAndRegions"],
            "countryLookupMethod": whole["countryLookupMethod"].as_str().unwrap_or("clientIpAddress"),
            "includeUnknownCountriesAndRegions": whole["includeUnknownCountriesAndRegions"] == true,
        })),
        _ => Err(untyped()),
    }
}

// === authentication contexts ===

const READ_CONTEXTS: &[&str] =
    &["AuthenticationContext.Read.All", "AuthenticationContext.ReadWrite.All", "Policy.Read.ConditionalAccess"];
const WRITE_CONTEXTS: &[&str] = &["AuthenticationContext.ReadWrite.All", "Policy.ReadWrite.ConditionalAccess"];

async fn list_contexts(token: AppToken, asked: Asked) -> Result<Response, GraphError> {
    require(&token, &[READ_CONTEXTS])?;
    let contexts = token.tenant.access().contexts.values().cloned().collect();
    asked.page(CONTEXTS, contexts)
}

async fn read_context(token: AppToken, asked: Asked, Path(id): Path<String>) -> Result<Response, GraphError> {
    require(&token, &[READ_CONTEXTS])?;
    let found = token.tenant.access().contexts.get(&id).cloned().ok_or_else(|| missing(&id))?;
    asked.entity(CONTEXTS, found)
}

/// Makes one or changes it.
async fn put_context(token: AppToken, Path(id): Path<String>, Object(body): Body) -> Result<StatusCode, GraphError> {
    require(&token, &[WRITE_CONTEXTS])?;
    let number = id.strip_prefix('c').and_then(|number| number.parse::<u8>().ok());
    if !number.is_some_and(|number| (1..=99).contains(&number)) {
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            format!("1042: {id} is not one of c1 to c99."),
        ));
    }
    let mut access = token.tenant.access_mut();
    let new = || json!({ "id": id, "displayName": null, "description": null, "isAvailable": false });
    let context = access.contexts.entry(id.clone()).or_insert_with(new);
    for name in ["displayName", "description", "isAvailable"] {
        if let Some(value) = body.get(name) {
            context[name] = value.clone();
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_context(token: AppToken, Path(id): Path<String>) -> Result<StatusCode, GraphError> {
    require(&token, &[WRITE_CONTEXTS])?;
    token.tenant.access_mut().contexts.remove(&id).map(|_| StatusCode::NO_CONTENT).ok_or_else(|| missing(&id))
}
