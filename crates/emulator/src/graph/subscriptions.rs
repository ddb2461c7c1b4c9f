//! `/subscriptions`: change notifications for users and groups (Graph, change notifications overview).
//!
//! Deliberately no rich notifications: Graph does not offer them for users and groups.

mod deliver;
mod handshake;
mod lifecycle;
mod model;
mod notice;

use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use kernel::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::call::{Call, object};
use super::error::GraphError;
pub(crate) use deliver::ensure_running;
use model::{MOST_MINUTES, PER_APPLICATION, PER_TENANT, Resource};
pub(crate) use model::{Subscription, Subscriptions};

/// `GET /subscriptions`: the application's own.
pub(crate) async fn list_subscriptions(call: Call) -> Response {
    let now = call.world.clock.now();
    let own = call.world.graph.subscriptions.find(|one| mine(&call, one) && one.expires > now);
    let body = json!({
        "@odata.context": call.context("subscriptions"),
        "value": own.iter().map(|one| one.shown(false)).collect::<Vec<_>>(),
    });
    call.value(StatusCode::OK, &body)
}

/// `POST /subscriptions`: validates both addresses, then subscribes.
pub(crate) async fn create_subscription(call: Call, body: Bytes) -> Result<Response, GraphError> {
    let fields = object(&body)?;
    let subscription = read(&call, &fields)?;
    check_quota(&call)?;
    let need_https = call.switches.subscriptions_need_https;
    for url in std::iter::once(&subscription.notification_url).chain(&subscription.lifecycle_url) {
        handshake::check_address(url, need_https)?;
    }
    let client = call.world.graph.subscriptions.client();
    for url in std::iter::once(&subscription.notification_url).chain(&subscription.lifecycle_url) {
        handshake::validate(&client, url, subscription.id).await?;
    }
    let body = with_context(&call, subscription.shown(true));
    let position = call.caller.tenant.directory().position();
    call.world.graph.subscriptions.add(subscription, position);
    ensure_running(&call.world);
    Ok(call.value(StatusCode::CREATED, &body))
}

fn read(call: &Call, fields: &Map<String, Value>) -> Result<Subscription, GraphError> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let required =
        |name: &str| text(name).ok_or_else(|| invalid(format!("Property '{name}' is required and must be a string.")));
    let changes: Vec<String> = required("changeType")?.split(',').map(|word| word.trim().to_owned()).collect();
    if let Some(unknown) = changes.iter().find(|word| !matches!(word.as_str(), "updated" | "deleted")) {
        return Err(invalid(format!(
            "Invalid 'changeType' attribute: '{unknown}' is not supported for this resource."
        )));
    }
    let path = required("resource")?;
    let resource = Resource::parse(&path)
        .ok_or_else(|| invalid(format!("Resource '{path}' is not supported for change notifications.")))?;
    call.caller.require(resource.permissions())?;
    let client_state = text("clientState");
    if client_state.as_ref().is_some_and(|state| state.chars().count() > 128) {
        return Err(invalid("The 'clientState' attribute must not be longer than 128 characters."));
    }
    Ok(Subscription {
        id: call.world.guid(),
        tenant_id: call.caller.tenant.id,
        app_id: call.caller.app_id,
        creator_id: call.caller.sp_id,
        path,
        resource,
        changes,
        notification_url: required("notificationUrl")?,
        lifecycle_url: text("lifecycleNotificationUrl"),
        client_state,
        tls: text("latestSupportedTlsVersion"),
        expires: expiry(call, &required("expirationDateTime")?)?,
        created: call.world.clock.now(),
        warned: false,
    })
}

fn expiry(call: &Call, text: &str) -> Result<Timestamp, GraphError> {
    let now = call.world.clock.now();
    let expires = Timestamp::parse(text)
        .map_err(|_| invalid("The 'expirationDateTime' attribute is not a valid date and time."))?;
    if expires <= now {
        return Err(invalid("Subscription expiration must be in the future."));
    }
    if expires.since(now).as_secs() > MOST_MINUTES * 60 {
        return Err(invalid(format!("Subscription expiration can only be {MOST_MINUTES} minutes in the future.")));
    }
    Ok(expires)
}

fn check_quota(call: &Call) -> Result<(), GraphError> {
    let now = call.world.clock.now();
    let tenant = call.world.graph.subscriptions.find(|one| one.tenant_id == call.caller.tenant.id && one.expires > now);
    let own = tenant.iter().filter(|one| one.app_id == call.caller.app_id).count();
    let (limit, whose) = if own >= PER_APPLICATION {
        (PER_APPLICATION, "application and tenant")
    } else if tenant.len() >= PER_TENANT {
        (PER_TENANT, "tenant")
    } else {
        return Ok(());
    };
    let message = format!("The limit of {limit} subscriptions per {whose} has been reached.");
    Err(GraphError::new(StatusCode::FORBIDDEN, "ExtensionError", message))
}

/// `GET /subscriptions/{id}`.
pub(crate) async fn get_subscription(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    let subscription = named(&call, &key)?;
    Ok(call.value(StatusCode::OK, &with_context(&call, subscription.shown(false))))
}

/// `PATCH /subscriptions/{id}`: renews; a new address is validated.
pub(crate) async fn update_subscription(
    call: Call,
    Path(key): Path<String>,
    body: Bytes,
) -> Result<Response, GraphError> {
    let fields = object(&body)?;
    let mut subscription = named(&call, &key)?;
    if let Some(text) = fields.get("expirationDateTime").and_then(Value::as_str) {
        subscription.expires = expiry(&call, text)?;
        subscription.warned = false;
    }
    if let Some(url) = fields.get("notificationUrl").and_then(Value::as_str) {
        handshake::check_address(url, call.switches.subscriptions_need_https)?;
        handshake::validate(&call.world.graph.subscriptions.client(), url, subscription.id).await?;
        url.clone_into(&mut subscription.notification_url);
    }
    if fields.contains_key("lifecycleNotificationUrl") {
        return Err(invalid(
            "The 'lifecycleNotificationUrl' attribute cannot be changed; delete the subscription and create it anew.",
        ));
    }
    let body = with_context(&call, subscription.shown(false));
    call.world.graph.subscriptions.replace(subscription);
    Ok(call.value(StatusCode::OK, &body))
}

/// `DELETE /subscriptions/{id}`.
pub(crate) async fn delete_subscription(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    let subscription = named(&call, &key)?;
    call.world.graph.subscriptions.remove(subscription.id);
    Ok(call.no_content())
}

/// `POST /subscriptions/{id}/reauthorize`.
pub(crate) async fn reauthorize(call: Call, Path(key): Path<String>) -> Result<Response, GraphError> {
    let mut subscription = named(&call, &key)?;
    subscription.warned = true;
    call.world.graph.subscriptions.replace(subscription);
    Ok(call.no_content())
}

fn named(call: &Call, key: &str) -> Result<Subscription, GraphError> {
    let now = call.world.clock.now();
    let id = Uuid::parse_str(key).ok();
    let found = call.world.graph.subscriptions.find(|one| Some(one.id) == id && mine(call, one) && one.expires > now);
    let missing = || GraphError::new(StatusCode::NOT_FOUND, "ResourceNotFound", "The object was not found.");
    found.into_iter().next().ok_or_else(missing)
}

fn mine(call: &Call, subscription: &Subscription) -> bool {
    subscription.tenant_id == call.caller.tenant.id && subscription.app_id == call.caller.app_id
}

fn with_context(call: &Call, mut body: Value) -> Value {
    body["@odata.context"] = json!(call.context("subscriptions/$entity"));
    body
}

fn invalid(message: impl Into<String>) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "InvalidRequest", message)
}
