//! Carries notifications: once a beat looks for edits, posts them, and tries again what failed.
//!
//! | answer | then |
//! |---|---|
//! | 2xx within 3 s | done |
//! | anything else | again after 10 minutes by the emulator's clock, for 4 hours, then dropped |
//! | a slow host | at 10 % slow everything waits 10 minutes more, at 15 % it is dropped |

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use kernel::Timestamp;
use serde_json::{Value, json};

use super::lifecycle;
use super::model::Subscription;
use super::notice::notices;
use crate::World;

/// How often the log is looked at.
const BEAT: Duration = Duration::from_millis(100);
/// How long a listener may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// From here on an answer counts as slow.
const SLOW: Duration = Duration::from_millis(2_900);
/// When a failed notification is tried again.
const RETRY_AFTER: Duration = Duration::from_mins(10);
/// When a failed notification is dropped.
const GIVE_UP_AFTER: Duration = Duration::from_hours(4);
/// How many notifications one post holds.
const MOST_PER_POST: usize = 100;

/// Notifications on their way.
#[derive(Debug, Default)]
pub(super) struct Courier {
    parcels: Vec<Parcel>,
    hosts: HashMap<String, Host>,
}

/// One post that was not delivered yet.
#[derive(Debug)]
struct Parcel {
    address: String,
    value: Vec<Value>,
    first: Timestamp,
    due: Timestamp,
}

/// How quick a host has been lately.
#[derive(Debug, Default)]
struct Host {
    since: Timestamp,
    posts: u32,
    slow: u32,
}

/// Starts the delivery unless it runs. It ends with the world.
pub(crate) fn ensure_running(world: &Arc<World>) {
    if !world.graph.subscriptions.claim() {
        return;
    }
    let world = Arc::downgrade(world);
    tokio::spawn(async move {
        let mut beat = tokio::time::interval(BEAT);
        loop {
            beat.tick().await;
            let Some(world) = Weak::upgrade(&world) else { return };
            pass(&world).await;
        }
    });
}

/// One beat: packs what is new and posts what is due.
async fn pass(world: &World) {
    let subscriptions = &world.graph.subscriptions;
    let now = world.clock.now();
    let mut courier = subscriptions.courier.lock().await;
    let fresh = collect(world, now);
    for (address, mut value) in fresh {
        while !value.is_empty() {
            let rest = value.split_off(value.len().min(MOST_PER_POST));
            let due = courier.due(&address, now);
            let parcel = due.map(|due| Parcel { address: address.clone(), value, first: now, due });
            courier.parcels.extend(parcel);
            value = rest;
        }
    }
    let (due, later): (Vec<Parcel>, Vec<Parcel>) =
        std::mem::take(&mut courier.parcels).into_iter().partition(|parcel| parcel.due <= now);
    courier.parcels = later;
    let client = subscriptions.client();
    for parcel in due {
        let begun = Instant::now();
        let sent = client.post(&parcel.address).timeout(PATIENCE).json(&json!({ "value": parcel.value })).send().await;
        courier.note(&parcel.address, now, begun.elapsed() >= SLOW);
        if !sent.is_ok_and(|response| response.status().is_success()) && now < parcel.first.plus(GIVE_UP_AFTER) {
            courier.parcels.push(Parcel { due: now.plus(RETRY_AFTER), ..parcel });
        }
    }
}

/// What is new, by address.
fn collect(world: &World, now: Timestamp) -> BTreeMap<String, Vec<Value>> {
    let mut fresh: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let store = &world.graph.subscriptions;
    let delay = Duration::from_secs(world.switches().replication_delay_seconds);
    for tenant in world.tenants() {
        let active = store.find(|one| one.tenant_id == tenant.id && one.expires > now);
        let directory = tenant.directory();
        let position = directory.position_before(now.minus(delay));
        let Some(from) = store.advance(tenant.id, position) else { continue };
        let entries = directory.entries(from, position);
        for subscription in &active {
            let told = notices(&directory, entries, subscription);
            if !told.is_empty() {
                fresh.entry(subscription.notification_url.clone()).or_default().extend(told);
            }
        }
        active.iter().filter(|one| lifecycle::is_due(one, now)).for_each(|one| warn(world, one, &mut fresh));
    }
    fresh
}

fn warn(world: &World, subscription: &Subscription, fresh: &mut BTreeMap<String, Vec<Value>>) {
    if let Some(address) = &subscription.lifecycle_url {
        fresh.entry(address.clone()).or_default().push(lifecycle::notice(subscription));
    }
    world.graph.subscriptions.replace(Subscription { warned: true, ..subscription.clone() });
}

impl Courier {
    /// When a new post to this address may go; `None` when it is dropped.
    fn due(&self, address: &str, now: Timestamp) -> Option<Timestamp> {
        let host = self.hosts.get(&host_of(address));
        let share = host.filter(|host| host.posts >= 100).map_or(0, |host| host.slow * 100 / host.posts);
        match share {
            0..10 => Some(now),
            10..15 => Some(now.plus(RETRY_AFTER)),
            _ => None,
        }
    }

    /// Notes how quick an answer was; the counts start over every ten minutes.
    fn note(&mut self, address: &str, now: Timestamp, slow: bool) {
        let host = self.hosts.entry(host_of(address)).or_default();
        if now >= host.since.plus(RETRY_AFTER) {
            *host = Host { since: now, posts: 0, slow: 0 };
        }
        host.posts += 1;
        host.slow += u32::from(slow);
    }
}

fn host_of(address: &str) -> String {
    let host = url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_default()
}
