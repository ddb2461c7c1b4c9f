//! The emulator's state in a file, so that a restart goes on where it stopped: clock, switches, keys, TLS authority,
//! tenants with their applications and people.
//!
//! Deliberately not kept: faults, the request log and running page tokens.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::apps::Apps;
use crate::clock::ClockSetting;
use crate::config::Options;
use crate::identity::keys::{KeyRing, StoredKey};
use crate::prepare::{self, Prepared};
use crate::switches::Switches;
use crate::tls::Authority;
use crate::world::{License, Tenant, World};

/// How often the state is written while running.
const INTERVAL: Duration = Duration::from_secs(30);

/// What `start` begins with.
pub struct Start {
    /// The world, filled.
    pub world: Arc<World>,
    /// The prepared ids.
    pub prepared: Prepared,
    /// The TLS authority, when TLS is on.
    pub authority: Option<Authority>,
}

#[derive(Debug, Serialize, Deserialize)]
struct State {
    seed: u64,
    tenant_id: Uuid,
    client_id: Uuid,
    client_secret: String,
    clock: ClockSetting,
    switches: Switches,
    keys: Vec<StoredKey>,
    authority: Option<Authority>,
    tenants: Vec<StoredTenant>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredTenant {
    id: Uuid,
    display_name: String,
    domains: Vec<String>,
    created: Timestamp,
    license: License,
    apps: Apps,
    users: usize,
    groups: usize,
    seed: u64,
}

/// Reads the state file when there is one, else prepares a new world.
pub fn load_or_prepare(options: &Options) -> anyhow::Result<Start> {
    let stored = options.state_file.as_deref().filter(|file| file.exists()).map(read).transpose()?;
    let mut authority = stored.as_ref().and_then(|state| state.authority.clone());
    if options.tls && authority.is_none() {
        authority = Some(Authority::create(options.clock.now())?);
    }
    let seed = stored.as_ref().map_or(options.seed, |state| state.seed);
    let world = World::new(seed, options.clock.clone())?;
    let prepared = match stored {
        Some(state) => restore(&world, state),
        None => prepare::prepare(&world, options)?,
    };
    Ok(Start { world: Arc::new(world), prepared, authority: authority.filter(|_| options.tls) })
}

fn read(file: &Path) -> anyhow::Result<State> {
    let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not a state file of this version", file.display()))
}

fn restore(world: &World, state: State) -> Prepared {
    world.clock.restore(state.clock);
    world.set_switches(state.switches);
    if let Some(ring) = KeyRing::from_stored(&state.keys) {
        *world.keys_mut() = ring;
    }
    for stored in state.tenants {
        let tenant = Tenant::new(stored.id, &stored.display_name, stored.domains, stored.created);
        tenant.set_license(stored.license);
        *tenant.apps_mut() = stored.apps;
        *tenant.directory_mut() = prepare::people(world, &tenant, stored.seed, stored.users, stored.groups);
        world.add_tenant(tenant);
    }
    Prepared { tenant_id: state.tenant_id, client_id: state.client_id, client_secret: state.client_secret }
}

/// Writes the state.
#[derive(Debug, Clone)]
pub struct Keeper {
    file: PathBuf,
    prepared: Prepared,
    authority: Option<Authority>,
}

impl Keeper {
    /// For one file.
    pub fn new(file: PathBuf, prepared: Prepared, authority: Option<Authority>) -> Self {
        Self { file, prepared, authority }
    }

    /// Writes the state now, beside the old file first, so that a crash leaves one of the two.
    pub async fn save(&self, world: &World) -> anyhow::Result<()> {
        let text = serde_json::to_vec(&self.snapshot(world))?;
        let beside = self.file.with_extension("writing");
        tokio::fs::write(&beside, text).await.with_context(|| format!("cannot write {}", beside.display()))?;
        tokio::fs::rename(&beside, &self.file).await.with_context(|| format!("cannot write {}", self.file.display()))
    }

    /// Writes it again and again until stopped.
    pub async fn every_interval(self, world: Arc<World>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            tokio::select! { () = stop.cancelled() => return, _ = ticks.tick() => {} }
            if let Err(error) = self.save(&world).await {
                tracing::error!(%error, "the state was not kept");
            }
        }
    }

    fn snapshot(&self, world: &World) -> State {
        State {
            seed: world.seed,
            tenant_id: self.prepared.tenant_id,
            client_id: self.prepared.client_id,
            client_secret: self.prepared.client_secret.clone(),
            clock: world.clock.setting(),
            switches: world.switches(),
            keys: world.keys().all().iter().map(crate::identity::keys::SigningKey::stored).collect(),
            authority: self.authority.clone(),
            tenants: world.tenants().iter().map(|tenant| stored(world, tenant)).collect(),
        }
    }
}

fn stored(world: &World, tenant: &Tenant) -> StoredTenant {
    StoredTenant {
        id: tenant.id,
        display_name: tenant.display_name.clone(),
        domains: tenant.domains.clone(),
        created: tenant.created,
        license: tenant.license(),
        apps: tenant.apps().clone(),
        users: 0,
        groups: 0,
        seed: world.seed,
    }
}
