//! Requests without a sign-in: what a test of a provider posts itself. The answer is checked as any other.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::hand_over::prepare;
use super::quirks::Quirk;
use crate::World;
use crate::admin::access::user;
use crate::admin::{AdminError, tenant};
use crate::links::Links;
use crate::sign_in::person::Person;

/// For whom, and how spoilt.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// A principal name or an object id.
    user: String,
    /// What is spoilt.
    #[serde(default)]
    quirks: Vec<Quirk>,
}

/// `POST tenants/{tenant}/external-methods/{method}/request`.
pub async fn mint(
    State(world): State<Arc<World>>,
    links: Links,
    Path((name, method)): Path<(String, Uuid)>,
    Json(order): Json<Order>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    let missing = || AdminError::NotFound(format!("external method {method}"));
    let method = tenant.methods().external.get(&method).cloned().ok_or_else(missing)?;
    let id = user(&tenant, &order.user)?;
    let person = Person::of(&tenant, id).ok_or_else(|| AdminError::NotFound(format!("user {id}")))?;
    let correlation_id = world.guid();
    let made = prepare(&world, &links, &tenant, &person, &method, correlation_id, &order.quirks).await;
    let (action, request) = made.map_err(|error| AdminError::Invalid(error.headline()))?;
    let answer = json!({
        "action": action, "fields": request.fields, "state": request.state, "nonce": request.pending.nonce,
        "subject": request.pending.subject, "correlation_id": correlation_id,
    });
    let since = request.pending.since;
    world.external.memory().pending.insert(request.state, request.pending, since);
    Ok(Json(answer))
}
