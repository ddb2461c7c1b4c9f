//! Conditional Access, risk and the sign-in log.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::people::find;
use super::{AdminError, tenant};
use crate::World;
use crate::access::graph::{location, stamped};
use crate::access::{Risk, policy, risky};
use crate::directory::{Directory, Kind};
use crate::graph::error::GraphError;
use crate::sign_in::log::Entry;
use crate::world::Tenant;

/// `GET tenants/{tenant}/policies`: as Graph shows them.
pub async fn list(State(world): State<Arc<World>>, Path(name): Path<String>) -> Result<Json<Vec<Value>>, AdminError> {
    Ok(Json(tenant(&world, &name)?.access().policies.values().cloned().collect()))
}

/// A policy in few words. Users go by principal name or id, groups by id or name, `All` is everybody.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Order {
    /// The name.
    pub display_name: String,
    /// `enabled`, `disabled`, `enabledForReportingButNotEnforced`.
    pub state: String,
    /// Who: everybody when neither users nor groups are named.
    pub users: Vec<String>,
    /// Members of these too.
    pub groups: Vec<String>,
    /// But not these.
    pub exclude_users: Vec<String>,
    /// Nor members of these.
    pub exclude_groups: Vec<String>,
    /// Which applications, by client id: all when none is named.
    pub apps: Vec<String>,
    /// But not these.
    pub exclude_apps: Vec<String>,
    /// Which authentication contexts instead of applications.
    pub contexts: Vec<String>,
    /// At which levels of the user's risk.
    pub user_risk: Vec<String>,
    /// At which levels of the sign-in's risk.
    pub sign_in_risk: Vec<String>,
    /// In which named locations.
    pub locations: Vec<String>,
    /// But not in these.
    pub exclude_locations: Vec<String>,
    /// What is asked for.
    pub grant: Vec<String>,
    /// Custom controls that are asked for, by their ids.
    pub controls: Vec<String>,
    /// `OR` or `AND`.
    pub operator: String,
    /// `sessionControls`, as Graph has them.
    pub session: Value,
}

impl Default for Order {
    fn default() -> Self {
        let none = Vec::new;
        Self {
            display_name: "Require multifactor authentication".to_owned(),
            state: "enabled".to_owned(),
            users: none(),
            groups: none(),
            exclude_users: none(),
            exclude_groups: none(),
            apps: none(),
            exclude_apps: none(),
            contexts: none(),
            user_risk: none(),
            sign_in_risk: none(),
            locations: none(),
            exclude_locations: none(),
            grant: vec!["mfa".to_owned()],
            controls: none(),
            operator: "OR".to_owned(),
            session: Value::Null,
        }
    }
}

/// `POST tenants/{tenant}/policies`: an [`Order`], or a body as Graph takes it (with `conditions`).
pub async fn create(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(body): Json<Map<String, Value>>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let tenant = tenant(&world, &name)?;
    Ok((StatusCode::CREATED, Json(add(&world, &tenant, body)?)))
}

/// Adds a policy.
pub fn add(world: &World, tenant: &Tenant, body: Map<String, Value>) -> Result<Value, AdminError> {
    let whole = if body.contains_key("conditions") {
        body
    } else {
        let order =
            serde_json::from_value(Value::Object(body)).map_err(|error| AdminError::Invalid(error.to_string()))?;
        spelled_out(&tenant.directory(), order)?
    };
    let (id, made) = stamped(world, None, policy::normal(&whole).map_err(refused)?);
    tenant.access_mut().policies.insert(id, made.clone());
    Ok(made)
}

fn spelled_out(directory: &Directory, order: Order) -> Result<Map<String, Value>, AdminError> {
    let everybody = order.users.is_empty() && order.groups.is_empty();
    let everything = order.apps.is_empty() && order.contexts.is_empty();
    let or_all = |all: bool, named: Vec<String>| if all { vec!["All".to_owned()] } else { named };
    let placed = !order.locations.is_empty() || !order.exclude_locations.is_empty();
    let nowhere = placed && order.locations.is_empty();
    let locations = json!({
        "includeLocations": or_all(nowhere, order.locations), "excludeLocations": order.exclude_locations,
    });
    let whole = json!({
        "displayName": order.display_name, "state": order.state, "sessionControls": order.session,
        "grantControls": {
            "operator": order.operator, "builtInControls": order.grant, "customAuthenticationFactors": order.controls,
        },
        "conditions": {
            "clientAppTypes": ["all"], "userRiskLevels": order.user_risk, "signInRiskLevels": order.sign_in_risk,
            "locations": if placed { locations } else { Value::Null },
            "applications": {
                "includeApplications": or_all(everything, order.apps), "excludeApplications": order.exclude_apps,
                "includeAuthenticationContextClassReferences": order.contexts,
            },
            "users": {
                "includeUsers": or_all(everybody, ids(directory, Kind::User, &order.users)?),
                "excludeUsers": ids(directory, Kind::User, &order.exclude_users)?,
                "includeGroups": ids(directory, Kind::Group, &order.groups)?,
                "excludeGroups": ids(directory, Kind::Group, &order.exclude_groups)?,
            },
        },
    });
    Ok(whole.as_object().cloned().unwrap_or_default())
}

fn ids(directory: &Directory, kind: Kind, names: &[String]) -> Result<Vec<String>, AdminError> {
    let one = |name: &String| match name.as_str() {
        "All" | "None" | "GuestsOrExternalUsers" => Ok(name.clone()),
        key => find(directory, kind, key).map(|object| directory.id(object).to_string()),
    };
    names.iter().map(one).collect()
}

/// `PATCH tenants/{tenant}/policies/{policy}`: as Graph takes it.
pub async fn update(
    State(world): State<Arc<World>>,
    Path((name, id)): Path<(String, Uuid)>,
    Json(body): Json<Map<String, Value>>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut access = tenant.access_mut();
    let found = access.policies.get(&id).cloned().ok_or_else(|| AdminError::NotFound(format!("policy {id}")))?;
    let (_, changed) = stamped(&world, Some((id, &found)), policy::patched(&found, &body).map_err(refused)?);
    access.policies.insert(id, changed.clone());
    Ok(Json(changed))
}

/// `DELETE tenants/{tenant}/policies/{policy}`.
pub async fn remove(
    State(world): State<Arc<World>>,
    Path((name, id)): Path<(String, Uuid)>,
) -> Result<StatusCode, AdminError> {
    let gone = tenant(&world, &name)?.access_mut().policies.remove(&id);
    gone.map(|_| StatusCode::NO_CONTENT).ok_or_else(|| AdminError::NotFound(format!("policy {id}")))
}

/// `DELETE tenants/{tenant}/policies`: all of them.
pub async fn clear(State(world): State<Arc<World>>, Path(name): Path<String>) -> Result<StatusCode, AdminError> {
    tenant(&world, &name)?.access_mut().policies.clear();
    Ok(StatusCode::NO_CONTENT)
}

/// `POST tenants/{tenant}/locations`: a named location, as Graph takes it.
pub async fn create_location(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(body): Json<Map<String, Value>>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let (id, made) = stamped(&world, None, location(&body).map_err(refused)?);
    tenant(&world, &name)?.access_mut().locations.insert(id, made.clone());
    Ok((StatusCode::CREATED, Json(made)))
}

/// How risky somebody is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskOrder {
    /// The user's level.
    #[serde(default = "none")]
    pub level: String,
    /// The level of the next sign-ins, until a second factor is passed.
    #[serde(default = "none")]
    pub sign_in_level: String,
}

fn none() -> String {
    "none".to_owned()
}

/// `PUT tenants/{tenant}/users/{user}/risk`.
pub async fn set_risk(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
    Json(order): Json<RiskOrder>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let levels = ["none", "low", "medium", "high"];
    if !levels.contains(&order.level.as_str()) || !levels.contains(&order.sign_in_level.as_str()) {
        return Err(AdminError::Invalid(format!("a level is one of {}", levels.join(", "))));
    }
    let id = user(&tenant, &key)?;
    let state = if order.level == "none" { "none" } else { "atRisk" };
    let risk = Risk {
        level: order.level,
        state: state.to_owned(),
        detail: none(),
        sign_in_level: order.sign_in_level,
        at: world.clock.now(),
    };
    tenant.access_mut().risks.insert(id, risk.clone());
    Ok(Json(risky::shown(&tenant, id, &risk)))
}

/// The object id of a user a path names.
pub fn user(tenant: &Tenant, key: &str) -> Result<Uuid, AdminError> {
    let directory = tenant.directory();
    find(&directory, Kind::User, key).map(|object| directory.id(object))
}

/// What `GET sign-ins` is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    limit: Option<usize>,
    user: Option<String>,
}

/// `GET tenants/{tenant}/sign-ins?limit=&user=`: youngest first, with every step and policy.
pub async fn sign_ins(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Query(query): Query<LogQuery>,
) -> Result<Json<Vec<Entry>>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let wanted = query.user.as_deref().map(|key| user(&tenant, key)).transpose()?;
    let memory = world.sign_ins.memory();
    let entries = memory.log.of(tenant.id).filter(|entry| wanted.is_none_or(|user| user == entry.user_id));
    Ok(Json(entries.take(query.limit.unwrap_or(100)).cloned().collect()))
}

/// `DELETE tenants/{tenant}/sign-ins`: forgets them.
pub async fn clear_sign_ins(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    world.sign_ins.memory().log.clear(tenant.id);
    Ok(StatusCode::NO_CONTENT)
}

fn refused(error: GraphError) -> AdminError {
    AdminError::Invalid(error.message)
}
