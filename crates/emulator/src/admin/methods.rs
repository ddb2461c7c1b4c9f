//! Authentication methods: external providers, who registered them, phone numbers; and the conversation with providers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::user;
use super::people::find;
use super::{AdminError, tenant};
use crate::World;
use crate::apps::grant;
use crate::directory::Kind;
use crate::external::Answered;
use crate::external::quirks::Rule;
use crate::methods::external::Configuration;
use crate::methods::policy_graph::{change, configuration, forget};
use crate::methods::{Registration, user_graph};
use crate::prepare::new_application;
use crate::world::Tenant;

/// `GET tenants/{tenant}/external-methods`.
pub async fn list(State(world): State<Arc<World>>, Path(name): Path<String>) -> Result<Json<Vec<Value>>, AdminError> {
    Ok(Json(tenant(&world, &name)?.methods().external.values().map(Configuration::shown).collect()))
}

/// A provider, set up at once: its application registered and consented to, the method made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// What people see.
    pub display_name: String,
    /// What the provider calls this tenant.
    pub client_id: String,
    /// Where the provider describes itself.
    pub discovery_url: String,
    /// The provider's application; drawn when none is given, registered when nobody has.
    #[serde(default)]
    pub app_id: Option<Uuid>,
    /// Reply URLs to add to the application: the provider's authorization endpoint must begin with one. The issuer when
    /// none is given.
    #[serde(default)]
    pub reply_urls: Vec<String>,
    /// Whether the application is consented to.
    #[serde(default = "yes")]
    pub consented: bool,
    /// Whether the method is on.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// For whom: everybody when none is named.
    #[serde(default)]
    pub groups: Vec<String>,
    /// For whom not.
    #[serde(default)]
    pub exclude_groups: Vec<String>,
}

fn yes() -> bool {
    true
}

/// `POST tenants/{tenant}/external-methods`.
pub async fn create(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(order): Json<Order>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let tenant = tenant(&world, &name)?;
    Ok((StatusCode::CREATED, Json(add(&world, &tenant, &order)?)))
}

/// Sets a provider up.
pub fn add(world: &World, tenant: &Tenant, order: &Order) -> Result<Value, AdminError> {
    let app_id = order.app_id.unwrap_or_else(|| world.guid());
    let body = json!({
        "displayName": order.display_name, "appId": app_id, "state": "disabled",
        "openIdConnectSetting": { "clientId": order.client_id, "discoveryUrl": order.discovery_url },
        "includeTargets": targets(tenant, &order.groups, true)?, "excludeTargets": targets(tenant, &order.exclude_groups, false)?,
    });
    let body = body.as_object().cloned().unwrap_or_default();
    let mut made = configuration(world, tenant, &body).map_err(|error| AdminError::Invalid(error.message))?;
    register(world, tenant, app_id, order, made.issuer());
    made.enabled = order.enabled;
    let shown = made.shown();
    tenant.methods_mut().external.insert(made.id, made);
    Ok(shown)
}

fn register(world: &World, tenant: &Tenant, app_id: Uuid, order: &Order, issuer: &str) {
    let home = world.application(app_id).map_or(tenant.id, |(home, _)| home.id);
    let Some(home) = world.tenant_by_id(home) else { return };
    let urls = if order.reply_urls.is_empty() { vec![issuer.to_owned()] } else { order.reply_urls.clone() };
    let app = {
        let mut apps = home.apps_mut();
        let app =
            apps.applications.entry(app_id).or_insert_with(|| new_application(world, app_id, &order.display_name));
        app.redirect_uris.extend(urls.into_iter().filter(|url| !app.redirect_uris.contains(url)).collect::<Vec<_>>());
        app.clone()
    };
    if order.consented {
        grant::consent(world, tenant, home.id, &app, &[]);
    }
}

fn targets(tenant: &Tenant, groups: &[String], all_when_none: bool) -> Result<Vec<Value>, AdminError> {
    let directory = tenant.directory();
    let ids: Result<Vec<_>, _> = groups
        .iter()
        .map(|key| find(&directory, Kind::Group, key).map(|group| directory.id(group).to_string()))
        .collect();
    let mut ids = ids?;
    if ids.is_empty() && all_when_none {
        ids.push("all_users".to_owned());
    }
    Ok(ids.into_iter().map(|id| json!({ "targetType": "group", "id": id })).collect())
}

/// `PATCH tenants/{tenant}/external-methods/{method}`: as Graph takes it.
pub async fn update(
    State(world): State<Arc<World>>,
    Path((name, id)): Path<(String, Uuid)>,
    Json(body): Json<Map<String, Value>>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let mut method = known(&tenant, id)?;
    change(&world, &tenant, &mut method, &Value::Object(body)).map_err(|error| AdminError::Invalid(error.message))?;
    let shown = method.shown();
    tenant.methods_mut().external.insert(id, method);
    Ok(Json(shown))
}

/// `DELETE tenants/{tenant}/external-methods/{method}`.
pub async fn remove(
    State(world): State<Arc<World>>,
    Path((name, id)): Path<(String, Uuid)>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    known(&tenant, id)?;
    forget(&tenant, id);
    Ok(StatusCode::NO_CONTENT)
}

fn known(tenant: &Tenant, id: Uuid) -> Result<Configuration, AdminError> {
    let found = tenant.methods().external.get(&id).cloned();
    found.ok_or_else(|| AdminError::NotFound(format!("external method {id}")))
}

/// `PUT tenants/{tenant}/users/{user}/external-methods/{method}`: registers somebody.
pub async fn register_user(
    State(world): State<Arc<World>>,
    Path((name, key, id)): Path<(String, String, Uuid)>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    let (method, user) = (known(&tenant, id)?, user(&tenant, &key)?);
    let made = Registration { id: world.guid(), configuration: id, name: method.name, created: world.clock.now() };
    tenant.methods_mut().register(user, made);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE tenants/{tenant}/users/{user}/external-methods/{method}`: the next sign-in registers again.
pub async fn forget_user(
    State(world): State<Arc<World>>,
    Path((name, key, id)): Path<(String, String, Uuid)>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    let user = user(&tenant, &key)?;
    tenant.methods_mut().registrations.entry(user).or_default().retain(|own| own.configuration != id);
    Ok(StatusCode::NO_CONTENT)
}

/// `GET tenants/{tenant}/users/{user}/methods`: what somebody registered.
pub async fn of_user(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let user = user(&tenant, &key)?;
    let methods = tenant.methods();
    Ok(Json(json!({
        "external": methods.registrations.get(&user).cloned().unwrap_or_default(), "email": methods.emails.get(&user),
        "phones": methods.phones.get(&user).cloned().unwrap_or_default(),
    })))
}

/// Numbers and addresses; `null` takes one away.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// By kind: `mobile`, `alternateMobile`, `office`.
    #[serde(default)]
    phones: Map<String, Value>,
    /// The address for resetting a password.
    #[serde(default, deserialize_with = "present")]
    email: Option<Value>,
}

/// A member that is there, `null` or not.
fn present<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Value>, D::Error> {
    Deserialize::deserialize(source).map(Some)
}

/// `PUT tenants/{tenant}/users/{user}/methods`: phone numbers and the address.
pub async fn set_contact(
    State(world): State<Arc<World>>,
    Path((name, key)): Path<(String, String)>,
    Json(contact): Json<Contact>,
) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    let user = user(&tenant, &key)?;
    for (kind, number) in &contact.phones {
        if number.is_null() {
            tenant.methods_mut().phones.entry(user).or_default().remove(kind);
        } else {
            let set = user_graph::set_phone(&tenant, user, kind, Some(number));
            set.map_err(|error| AdminError::Invalid(error.message))?;
        }
    }
    match contact.email {
        Some(Value::String(address)) => drop(tenant.methods_mut().emails.insert(user, address)),
        Some(Value::Null) => drop(tenant.methods_mut().emails.remove(&user)),
        Some(other) => return Err(AdminError::Invalid(format!("{other} is no e-mail address"))),
        None => {}
    }
    Ok(StatusCode::NO_CONTENT)
}

// === the conversation ===

/// `GET external/metadata`: what is kept of providers.
pub async fn metadata(State(world): State<Arc<World>>) -> Json<Vec<Value>> {
    let memory = world.external.memory();
    let shown = memory.providers.iter().map(|(address, provider)| {
        json!({
            "discovery_url": address, "issuer": provider.issuer, "read": provider.read,
            "authorization_endpoint": provider.authorization_endpoint,
            "keys": provider.keys.iter().map(|key| key.kid.clone()).collect::<Vec<_>>(),
        })
    });
    Json(shown.collect())
}

/// `DELETE external/metadata`: everything is read again when it is needed.
pub async fn forget_metadata(State(world): State<Arc<World>>) -> StatusCode {
    world.external.memory().providers.clear();
    StatusCode::NO_CONTENT
}

/// `GET external/quirks`.
pub async fn quirks(State(world): State<Arc<World>>) -> Json<Vec<Rule>> {
    Json(world.external.quirks.list())
}

/// `POST external/quirks`.
pub async fn add_quirk(State(world): State<Arc<World>>, Json(rule): Json<Rule>) -> (StatusCode, Json<Rule>) {
    world.external.quirks.add(rule.clone());
    (StatusCode::CREATED, Json(rule))
}

/// `DELETE external/quirks`.
pub async fn clear_quirks(State(world): State<Arc<World>>) -> StatusCode {
    world.external.quirks.clear();
    StatusCode::NO_CONTENT
}

/// How many.
#[derive(Debug, Default, Deserialize)]
pub struct Limit {
    limit: Option<usize>,
}

/// `GET external/answers?limit=`: what providers answered, youngest first.
pub async fn answers(State(world): State<Arc<World>>, Query(query): Query<Limit>) -> Json<Vec<Answered>> {
    let memory = world.external.memory();
    Json(memory.answers.iter().take(query.limit.unwrap_or(100)).cloned().collect())
}
