//! Everything one emulator holds: tenants, clock, faults, switches, keys, the request log. Shared as `Arc<World>`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use axum::Router;
use http::HeaderMap;
use kernel::{Clock, Rng, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::access::Access;
use crate::apps::{Application, Apps};
use crate::clock::EmulatorClock;
use crate::directory::Directory;
use crate::external::External;
use crate::faults::Faults;
use crate::graph::Memory;
use crate::identity::keys::{KeyError, KeyRing};
use crate::methods::Methods;
use crate::provisioning::Provisioning;
use crate::requests::RequestLog;
use crate::sample::Sample;
use crate::sign_in::SignIns;
use crate::switches::Switches;

/// The emulator.
#[derive(Debug)]
pub struct World {
    /// What everything generated grows from.
    pub seed: u64,
    /// The emulated time.
    pub clock: EmulatorClock,
    /// Chance: repeatable from the seed.
    pub rng: Rng,
    /// Faults on demand.
    pub faults: Faults,
    /// The last requests.
    pub requests: RequestLog,
    /// What Graph remembers between calls: quotas and subscriptions.
    pub graph: Memory,
    /// The provisioning service's jobs.
    pub provisioning: Provisioning,
    /// Who visits the sample application.
    pub sample: Sample,
    /// Conversations with providers of second factors.
    pub external: External,
    /// Sign-ins, sessions, codes.
    pub sign_ins: SignIns,
    switches: RwLock<Switches>,
    keys: RwLock<KeyRing>,
    tenants: RwLock<BTreeMap<Uuid, Arc<Tenant>>>,
    challenge_since: RwLock<Option<Timestamp>>,
    base_url: RwLock<String>,
    tls: AtomicBool,
    /// Weak, because the router holds the world.
    router: RwLock<Weak<Router>>,
}

/// The licence of a tenant; some answers depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum License {
    /// No premium licence.
    Free,
    /// Entra ID P1.
    #[default]
    P1,
    /// Entra ID P2.
    P2,
}

impl std::str::FromStr for License {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "free" => Ok(Self::Free),
            "p1" => Ok(Self::P1),
            "p2" => Ok(Self::P2),
            _ => Err(format!("{text} is not one of Free, P1 and P2")),
        }
    }
}

/// One emulated tenant.
#[derive(Debug)]
pub struct Tenant {
    /// The tenant id.
    pub id: Uuid,
    /// The organisation's name.
    pub display_name: String,
    /// The default domain: `contoso.com`.
    pub default_domain: String,
    /// All verified domains, the default and the initial one (`contoso.onmicrosoft.com`) among them.
    pub domains: Vec<String>,
    /// When the tenant was made.
    pub created: Timestamp,
    license: RwLock<License>,
    access: RwLock<Access>,
    apps: RwLock<Apps>,
    methods: RwLock<Methods>,
    directory: RwLock<Directory>,
}

impl Tenant {
    /// A tenant with nothing in it.
    pub fn new(id: Uuid, display_name: &str, domains: Vec<String>, created: Timestamp) -> Self {
        Self {
            id,
            display_name: display_name.to_owned(),
            default_domain: domains.first().cloned().unwrap_or_default(),
            domains,
            created,
            license: RwLock::default(),
            access: RwLock::default(),
            apps: RwLock::default(),
            methods: RwLock::default(),
            directory: RwLock::default(),
        }
    }

    /// The licence.
    pub fn license(&self) -> License {
        *read(&self.license)
    }

    /// Changes the licence.
    pub fn set_license(&self, license: License) {
        *write(&self.license) = license;
    }

    /// Applications and service principals, to read.
    pub fn apps(&self) -> RwLockReadGuard<'_, Apps> {
        read(&self.apps)
    }

    /// Applications and service principals, to change.
    pub fn apps_mut(&self) -> RwLockWriteGuard<'_, Apps> {
        write(&self.apps)
    }

    /// Conditional Access, to read.
    pub fn access(&self) -> RwLockReadGuard<'_, Access> {
        read(&self.access)
    }

    /// Conditional Access, to change.
    pub fn access_mut(&self) -> RwLockWriteGuard<'_, Access> {
        write(&self.access)
    }

    /// Authentication methods and passwords, to read.
    pub fn methods(&self) -> RwLockReadGuard<'_, Methods> {
        read(&self.methods)
    }

    /// Authentication methods and passwords, to change.
    pub fn methods_mut(&self) -> RwLockWriteGuard<'_, Methods> {
        write(&self.methods)
    }

    /// Users and groups, to read. Do not hold it across an `await`.
    pub fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        read(&self.directory)
    }

    /// Users and groups, to change. Do not hold it across an `await`.
    pub fn directory_mut(&self) -> RwLockWriteGuard<'_, Directory> {
        write(&self.directory)
    }

    /// Every name the tenant answers to.
    pub fn names(&self) -> Vec<String> {
        std::iter::once(self.id.to_string()).chain(self.domains.iter().cloned()).collect()
    }
}

impl World {
    /// A world without tenants.
    pub fn new(seed: u64, base: Clock) -> Result<Self, KeyError> {
        Ok(Self {
            seed,
            clock: EmulatorClock::new(base),
            rng: Rng::seeded(seed),
            faults: Faults::default(),
            requests: RequestLog::default(),
            graph: Memory::default(),
            provisioning: Provisioning::default(),
            sample: Sample::default(),
            external: External::default(),
            sign_ins: SignIns::default(),
            switches: RwLock::default(),
            keys: RwLock::new(KeyRing::start()?),
            tenants: RwLock::default(),
            challenge_since: RwLock::default(),
            base_url: RwLock::new("http://localhost".to_owned()),
            tls: AtomicBool::new(false),
            router: RwLock::default(),
        })
    }

    /// A random GUID (version 4), repeatable from the seed.
    pub fn guid(&self) -> Uuid {
        Builder::from_random_bytes(self.rng.bytes()).into_uuid()
    }

    /// A copy of the switches.
    pub fn switches(&self) -> Switches {
        read(&self.switches).clone()
    }

    /// Changes the switches.
    pub fn set_switches(&self, switches: Switches) {
        let challenge = switches.claims_challenge;
        let mut since = write(&self.challenge_since);
        *since = if challenge { since.or_else(|| Some(self.clock.now())) } else { None };
        drop(since);
        *write(&self.switches) = switches;
    }

    /// Since when clients with `cp1` are challenged.
    pub fn challenge_since(&self) -> Option<Timestamp> {
        *read(&self.challenge_since)
    }

    /// The signing keys, to read.
    pub fn keys(&self) -> RwLockReadGuard<'_, KeyRing> {
        read(&self.keys)
    }

    /// The signing keys, to change.
    pub fn keys_mut(&self) -> RwLockWriteGuard<'_, KeyRing> {
        write(&self.keys)
    }

    /// Adds a tenant, or replaces the one of that id.
    pub fn add_tenant(&self, tenant: Tenant) -> Arc<Tenant> {
        let tenant = Arc::new(tenant);
        write(&self.tenants).insert(tenant.id, tenant.clone());
        tenant
    }

    /// Takes a tenant away.
    pub fn remove_tenant(&self, id: Uuid) {
        write(&self.tenants).remove(&id);
    }

    /// Every tenant.
    pub fn tenants(&self) -> Vec<Arc<Tenant>> {
        read(&self.tenants).values().cloned().collect()
    }

    /// The tenant of that id.
    pub fn tenant_by_id(&self, id: Uuid) -> Option<Arc<Tenant>> {
        read(&self.tenants).get(&id).cloned()
    }

    /// The tenant of that id or verified domain.
    pub fn tenant(&self, name: &str) -> Option<Arc<Tenant>> {
        if let Ok(id) = name.parse() {
            return self.tenant_by_id(id);
        }
        let named = |tenant: &&Arc<Tenant>| tenant.domains.iter().any(|domain| domain.eq_ignore_ascii_case(name));
        read(&self.tenants).values().find(named).cloned()
    }

    /// The registration of a client id, in whichever tenant it is, with that tenant.
    pub fn application(&self, app_id: Uuid) -> Option<(Arc<Tenant>, Application)> {
        self.tenants().into_iter().find_map(|tenant| {
            let application = tenant.apps().applications.get(&app_id).cloned()?;
            Some((tenant, application))
        })
    }

    /// The world's own address, for links when a request names none.
    pub fn base_url(&self) -> String {
        read(&self.base_url).clone()
    }

    /// Sets the world's own address once it is bound.
    pub fn set_base_url(&self, url: &str) {
        self.tls.store(url.starts_with("https://"), Ordering::Relaxed);
        url.clone_into(&mut write(&self.base_url));
    }

    /// Graph's router while a server runs, so that a batch need not build one per inner request.
    pub(crate) fn graph_router(&self) -> Option<Arc<Router>> {
        read(&self.router).upgrade()
    }

    pub(crate) fn remember_graph_router(&self, router: &Arc<Router>) {
        *write(&self.router) = Arc::downgrade(router);
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.tls.load(Ordering::Relaxed) { "https" } else { "http" }
    }
}

/// The tenant a request is about: named by the path (login) or by the bearer token (Graph).
pub fn tenant_of(world: &World, path: &str, headers: &HeaderMap) -> Option<Arc<Tenant>> {
    if crate::paths::is_graph(path) {
        return world.tenant_by_id(crate::auth::unverified(headers)?.tid?);
    }
    world.tenant(path.split('/').nth(1)?)
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
