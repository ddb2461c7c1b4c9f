//! Clock, switches, signing keys, request log.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use kernel::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::AdminError;
use crate::World;
use crate::identity::keys::SigningKey;
use crate::requests::{Counters, Entry};
use crate::switches::Switches;

/// `GET health`.
pub async fn health(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "status": "ok", "now": world.clock.now(), "tenants": world.tenants().len(), "seed": world.seed }))
}

/// What `POST clock` is told; several at once are done in this order.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockOrder {
    /// Back to the machine's time.
    pub reset: bool,
    /// Set the time (RFC 3339).
    pub now: Option<Timestamp>,
    /// Go forward by so many seconds.
    pub advance_seconds: Option<u64>,
    /// Stop, or run on.
    pub frozen: Option<bool>,
}

/// `GET clock`.
pub async fn get_clock(State(world): State<Arc<World>>) -> Json<Value> {
    Json(clock(&world))
}

/// `POST clock`.
pub async fn set_clock(State(world): State<Arc<World>>, Json(order): Json<ClockOrder>) -> Json<Value> {
    move_clock(&world, &order);
    Json(clock(&world))
}

/// Does what the order says.
pub fn move_clock(world: &World, order: &ClockOrder) {
    if order.reset {
        world.clock.reset();
    }
    if let Some(moment) = order.now {
        world.clock.set(moment);
    }
    if let Some(seconds) = order.advance_seconds {
        world.clock.advance(Duration::from_secs(seconds));
    }
    match order.frozen {
        Some(true) => world.clock.freeze(),
        Some(false) => world.clock.run(),
        None => {}
    }
}

fn clock(world: &World) -> Value {
    let setting = world.clock.setting();
    json!({
        "now": world.clock.now(), "frozen": setting.frozen_at.is_some(), "offset_seconds": setting.offset_micros / 1_000_000,
    })
}

/// `GET switches`.
pub async fn get_switches(State(world): State<Arc<World>>) -> Json<Switches> {
    Json(world.switches())
}

/// `PATCH switches`: the named ones change, the others stay.
pub async fn patch_switches(
    State(world): State<Arc<World>>,
    Json(patch): Json<Map<String, Value>>,
) -> Result<Json<Switches>, AdminError> {
    change_switches(&world, patch).map(Json)
}

/// Lays a patch over the switches.
pub fn change_switches(world: &World, patch: Map<String, Value>) -> Result<Switches, AdminError> {
    let mut whole = serde_json::to_value(world.switches()).map_err(|error| AdminError::Invalid(error.to_string()))?;
    if let Some(members) = whole.as_object_mut() {
        members.extend(patch);
    }
    let switches: Switches = serde_json::from_value(whole).map_err(|error| AdminError::Invalid(error.to_string()))?;
    world.set_switches(switches.clone());
    Ok(switches)
}

/// `DELETE switches`: as they were at the start.
pub async fn reset_switches(State(world): State<Arc<World>>) -> Json<Switches> {
    world.set_switches(Switches::default());
    Json(world.switches())
}

/// `GET keys`: the ids of the signing keys; the first signs.
pub async fn get_keys(State(world): State<Arc<World>>) -> Json<Value> {
    Json(key_ids(&world))
}

/// What `POST keys/roll` is told.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RollOrder {
    /// The old keys vanish at once, as in an emergency; tokens they signed stop working.
    pub drop_old: bool,
}

/// `POST keys/roll`: a new key signs from now on.
pub async fn roll_keys(
    State(world): State<Arc<World>>,
    order: Option<Json<RollOrder>>,
) -> Result<Json<Value>, AdminError> {
    let order = order.map(|Json(order)| order).unwrap_or_default();
    roll(&world, order.drop_old)?;
    Ok(Json(key_ids(&world)))
}

/// Makes a new signing key.
pub fn roll(world: &World, drop_old: bool) -> Result<(), AdminError> {
    let fresh = SigningKey::generate().map_err(|error| AdminError::Invalid(error.to_string()))?;
    world.keys_mut().roll(fresh, drop_old);
    Ok(())
}

fn key_ids(world: &World) -> Value {
    json!({ "keys": world.keys().all().iter().map(|key| key.kid.clone()).collect::<Vec<_>>() })
}

/// What `GET requests` is asked.
#[derive(Debug, Deserialize)]
pub struct RequestsQuery {
    /// How many at most.
    #[serde(default = "some")]
    limit: usize,
}

fn some() -> usize {
    100
}

/// `GET requests`: the last ones, newest first.
pub async fn get_requests(State(world): State<Arc<World>>, Query(query): Query<RequestsQuery>) -> Json<Vec<Entry>> {
    Json(world.requests.last(query.limit))
}

/// `DELETE requests`: forgets them and the counters.
pub async fn clear_requests(State(world): State<Arc<World>>) -> Json<Counters> {
    world.requests.clear();
    Json(world.requests.counters())
}

/// `GET counters`.
pub async fn get_counters(State(world): State<Arc<World>>) -> Json<Counters> {
    Json(world.requests.counters())
}

/// `POST reset`: no faults, usual switches, the machine's time, an empty log. Tenants stay as they are.
pub async fn reset(State(world): State<Arc<World>>) -> Json<Value> {
    calm(&world);
    Json(clock(&world))
}

/// The same, for the page.
pub fn calm(world: &World) {
    world.faults.clear();
    world.external.quirks.clear();
    world.set_switches(Switches::default());
    world.clock.reset();
    world.requests.clear();
}
