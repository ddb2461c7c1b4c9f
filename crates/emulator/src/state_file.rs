//! The emulator's state in a file, so that a restart goes on where it stopped: clock, switches, keys, TLS authority,
//! tenants with their applications and people, subscriptions to changes.
//!
//! People go into a file of their own beside it, one per tenant (`<state file>.<tenant id>.people`), written only when
//! something changed.
//!
//! Deliberately not kept: faults, the request log and running page tokens.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::access::Access;
use crate::apps::Apps;
use crate::clock::ClockSetting;
use crate::config::Options;
use crate::directory::Directory;
use crate::graph::subscriptions::Subscription;
use crate::identity::keys::{KeyRing, StoredKey};
use crate::methods::Methods;
use crate::prepare::{self, Prepared};
use crate::provisioning::StoredJob;
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
    #[serde(default)]
    provisioning: Vec<StoredJob>,
    #[serde(default)]
    subscriptions: Vec<Subscription>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredTenant {
    id: Uuid,
    display_name: String,
    domains: Vec<String>,
    created: Timestamp,
    license: License,
    apps: Apps,
    #[serde(default)]
    access: Access,
    #[serde(default)]
    methods: Methods,
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
        Some(state) => restore(&world, state, options.state_file.as_deref().unwrap_or(Path::new("")))?,
        None => prepare::prepare(&world, options)?,
    };
    Ok(Start { world: Arc::new(world), prepared, authority: authority.filter(|_| options.tls) })
}

fn read(file: &Path) -> anyhow::Result<State> {
    let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not a state file of this version", file.display()))
}

fn restore(world: &World, state: State, file: &Path) -> anyhow::Result<Prepared> {
    world.clock.restore(state.clock);
    world.set_switches(state.switches);
    if let Some(ring) = KeyRing::from_stored(&state.keys) {
        *world.keys_mut() = ring;
    }
    for stored in state.tenants {
        let tenant = Tenant::new(stored.id, &stored.display_name, stored.domains, stored.created);
        tenant.set_license(stored.license);
        *tenant.apps_mut() = stored.apps;
        *tenant.access_mut() = stored.access;
        *tenant.methods_mut() = stored.methods;
        *tenant.directory_mut() = read_people(&people_file(file, stored.id))?;
        world.add_tenant(tenant);
    }
    world.provisioning.restore(state.provisioning);
    let position = |tenant| world.tenant_by_id(tenant).map(|tenant| tenant.directory().position());
    world.graph.subscriptions.restore(state.subscriptions, position);
    Ok(Prepared { tenant_id: state.tenant_id, client_id: state.client_id, client_secret: state.client_secret })
}

fn people_file(file: &Path, tenant: Uuid) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{tenant}.people"));
    PathBuf::from(name)
}

fn read_people(file: &Path) -> anyhow::Result<Directory> {
    let input = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    Directory::read_snapshot(&mut BufReader::new(input)).with_context(|| format!("cannot read {}", file.display()))
}

/// Writes people beside the old file first, as for the state itself.
fn write_people(file: &Path, directory: &Directory) -> anyhow::Result<()> {
    let beside = file.with_extension("writing");
    let mut out = BufWriter::new(File::create(&beside).with_context(|| format!("cannot write {}", beside.display()))?);
    directory.write_snapshot(&mut out)?;
    out.flush()?;
    std::fs::rename(&beside, file).with_context(|| format!("cannot write {}", file.display()))
}

/// Writes the state.
#[derive(Debug, Clone)]
pub struct Keeper {
    file: PathBuf,
    prepared: Prepared,
    authority: Option<Authority>,
    /// Which people were written: the origin and position of each tenant's directory.
    written: Arc<Mutex<HashMap<Uuid, (u64, u64)>>>,
}

impl Keeper {
    /// For one file.
    pub fn new(file: PathBuf, prepared: Prepared, authority: Option<Authority>) -> Self {
        Self { file, prepared, authority, written: Arc::default() }
    }

    /// Writes the state now, beside the old file first, so that a crash leaves one of the two.
    pub async fn save(&self, world: &Arc<World>) -> anyhow::Result<()> {
        let (keeper, people_of) = (self.clone(), world.clone());
        tokio::task::spawn_blocking(move || keeper.save_people(&people_of)).await??;
        let text = serde_json::to_vec(&self.snapshot(world))?;
        let beside = self.file.with_extension("writing");
        tokio::fs::write(&beside, text).await.with_context(|| format!("cannot write {}", beside.display()))?;
        tokio::fs::rename(&beside, &self.file).await.with_context(|| format!("cannot write {}", self.file.display()))
    }

    /// Writes it again and again until stopped.
    pub async fn every_interval(self, world: Arc<World>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(INTERVAL);
        // The first tick comes at once; the state has just been written.
        ticks.tick().await;
        loop {
            tokio::select! { () = stop.cancelled() => return, _ = ticks.tick() => {} }
            if let Err(error) = self.save(&world).await {
                tracing::error!(%error, "the state was not kept");
            }
        }
    }

    fn save_people(&self, world: &World) -> anyhow::Result<()> {
        for tenant in world.tenants() {
            let directory = tenant.directory();
            let mark = (directory.origin(), directory.position());
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            if written.get(&tenant.id) != Some(&mark) {
                write_people(&people_file(&self.file, tenant.id), &directory)?;
                written.insert(tenant.id, mark);
            }
        }
        Ok(())
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
            tenants: world.tenants().iter().map(|tenant| stored(tenant)).collect(),
            provisioning: world.provisioning.stored(),
            subscriptions: world.graph.subscriptions.stored(),
        }
    }
}

fn stored(tenant: &Tenant) -> StoredTenant {
    StoredTenant {
        id: tenant.id,
        display_name: tenant.display_name.clone(),
        domains: tenant.domains.clone(),
        created: tenant.created,
        license: tenant.license(),
        apps: tenant.apps().clone(),
        access: tenant.access().clone(),
        methods: tenant.methods().clone(),
    }
}
