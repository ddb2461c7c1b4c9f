//! Builds the server out of its rooms. The only place that knows them all; it decides nothing.
//!
//! Usable in one process with an emulator and a clock of its own: tests and the demo hand in an [`Outside`].

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use directory::{Directory, SourceId};
use dirsync::permissions::DecideRun;
use dirsync::sources::TenantSources;
use dirsync::{Dirsync, DirsyncError, KnowOperators, Post};
use graph::Pace;
use kernel::{Env, OperatorId, OrganisationId, Permission, Timestamp};
use mail::Mailer;
use mfa::Mfa;
use mfa::outlet::Outlet;
use oidc::IssuerKeys;
use operators::Operators;
use provisioning::ending::EndedConnections;
use provisioning::notice::KnowDeciders;
use provisioning::permissions::DecideHold;
use provisioning::{Provisioning, ProvisioningError};
use signals::webhooks::guard::Errand;
use signals::{Signals, Webhooks};
use store::{Store, StoreError};
use tenants::{TakeLeave, TenantId, Tenants, TenantsError};
use utoipa::openapi::OpenApi;
use web::{CsrfKey, Gate};

use crate::config::{Config, ConfigError};
use crate::console::Host;
use crate::jobs::Jobs;
use crate::keys::{KeysError, Ring};
use crate::router;
use crate::sources::Sources;
use crate::uses::SyncScopes;

/// What is handed in from outside: time, chance, and how long to wait for others.
#[derive(Clone, Debug)]
pub struct Outside {
    /// Clock and chance.
    pub env: Env,
    /// How to wait for Graph.
    pub pace: Pace,
}

impl Outside {
    /// The machine's.
    pub fn system() -> Self {
        Self { env: Env::system(), pace: Pace::real() }
    }
}

/// Why the server cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The master keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database.
    #[error("the database cannot be opened")]
    Store(#[from] StoreError),
    /// The recorder of figures.
    #[error("figures cannot be recorded")]
    Metrics(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The tenants' connections.
    #[error(transparent)]
    Tenants(#[from] TenantsError),
    /// The client by which the sign-in service's keys are read.
    #[error("the HTTP client cannot be built")]
    Http(#[from] graph::HttpError),
    /// The client that webhooks are sent with.
    #[error(transparent)]
    Webhooks(#[from] signals::webhooks::PostError),
    /// The bearer token for `/metrics`.
    #[error("web.metrics_token_file cannot be read")]
    MetricsToken(#[source] std::io::Error),
}

/// The whole server, ready to answer. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// What it was built from.
    pub config: Arc<Config>,
    /// Clock and chance.
    pub env: Env,
    /// The database.
    pub store: Store,
    /// The ring of master keys.
    pub ring: Ring,
    /// Who may run the server.
    pub operators: Operators,
    /// The log.
    pub signals: Signals,
    /// Where events are sent.
    pub webhooks: Webhooks,
    /// Connected tenants.
    pub tenants: Tenants,
    /// Users, groups, memberships.
    pub directory: Directory,
    /// The directory sync.
    pub dirsync: Dirsync,
    /// The SCIM server.
    pub provisioning: Provisioning,
    /// The second factor.
    pub mfa: Mfa,
    /// The job queue.
    pub jobs: Jobs,
    /// Every route, in its layers.
    pub router: Router,
    /// What the routes say about themselves.
    pub openapi: Arc<OpenApi>,
}

impl App {
    /// Opens the database and builds every room. Does not migrate and starts nothing.
    pub async fn build(config: Config, outside: Outside) -> Result<Self, WiringError> {
        if let Some(file) = config.store.file() {
            keep_private(&file);
        }
        let store = Store::open(&config.store.settings()?).await?;
        let ring = Ring::load(&config, &outside.env.rng)?;
        Self::over(config, outside, store, ring)
    }

    /// Builds every room over an open database.
    pub fn over(config: Config, outside: Outside, store: Store, ring: Ring) -> Result<Self, WiringError> {
        web::measure::install().map_err(|error| WiringError::Metrics(error.into()))?;
        let Outside { env, pace } = outside;
        let operators = Operators::new(store.clone(), env.clone(), config.operators.clone());
        let tenants = tenants(&config, &store, &env, &ring, pace)?;
        let directory = Directory::new(store.clone(), env.clone());
        let signals = Signals::new(store.clone()).with_objects(Arc::new(directory.clone()));
        let webhooks = webhooks(&config, &store, &env, &ring, &directory)?;
        let dirsync = dirsync(&config, (&store, &env), &ring, &tenants, &operators);
        let tenants = tenants.with_leave(Arc::new(Leave(dirsync.clone())));
        let issuer_keys = IssuerKeys::new(graph::http_client(&config.graph.settings()?)?, env.clone());
        let hall = (&tenants, &directory);
        let provisioning = provisioning(&config, (&store, &env), hall, &dirsync, issuer_keys.clone());
        let provisioning = provisioning.with_post(letters(&config, &operators));
        let mfa = mfa(&config, (&store, &env), hall, &ring, issuer_keys)?;
        let jobs = Jobs::new(store.clone(), env.clone());
        let gate = Gate::new(Arc::new(operators.clone()), CsrfKey::new(&ring.csrf, env.rng.clone()));
        let config = Arc::new(config);
        let host = Host {
            config: config.clone(),
            store: store.clone(),
            env: env.clone(),
            ring: ring.clone(),
            jobs: jobs.clone(),
            started: env.now(),
        };
        let rooms = router::Rooms {
            env: env.clone(),
            url: config.url(),
            server: Arc::new(host),
            operators: operators.clone(),
            signals: signals.clone(),
            webhooks: webhooks.clone(),
            tenants: tenants.clone(),
            directory: directory.clone(),
            dirsync: dirsync.clone(),
            provisioning: provisioning.clone(),
            mfa: mfa.clone(),
            jobs: jobs.clone(),
        };
        let (router, openapi) = router::build(rooms, layers(&config, &store, &env, gate)?);
        Ok(Self {
            config,
            env,
            store,
            ring,
            operators,
            signals,
            webhooks,
            tenants,
            directory,
            dirsync,
            provisioning,
            mfa,
            jobs,
            router,
            openapi,
        })
    }
}

fn tenants(config: &Config, store: &Store, env: &Env, ring: &Ring, pace: Pace) -> Result<Tenants, WiringError> {
    Ok(Tenants::new(tenants::Parts {
        store: store.clone(),
        env: env.clone(),
        sealer: ring.sealer.clone(),
        config: config.tenants.clone(),
        http: config.graph.settings()?,
        pace,
    })?)
}

fn dirsync(
    config: &Config,
    (store, env): (&Store, &Env),
    ring: &Ring,
    tenants: &Tenants,
    operators: &Operators,
) -> Dirsync {
    let ended = EndedConnections(store.clone());
    let sources = Arc::new(Sources { tenants: TenantSources(tenants.clone()), ended });
    let post =
        Post { mailer: Mailer::new(&config.mail), url: config.url(), operators: Arc::new(Owners(operators.clone())) };
    let dirsync = Dirsync::new(store.clone(), env.clone(), sources).with_config(config.dirsync.clone()).with_post(post);
    dirsync.with_sealer(ring.sealer.clone())
}

/// Who ends what a tenant was asked for before it is disconnected. The tenants that the sync itself reads by do not know it:
/// it would hold them, and they it.
struct Leave(Dirsync);

#[async_trait]
impl TakeLeave for Leave {
    async fn take_leave(&self, organisation: OrganisationId, tenant: TenantId) {
        if let Err(error) = self.0.end_notifications(organisation, SourceId(tenant.0)).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "notifications of a tenant that is disconnected end only when their time is over");
        }
    }
}

/// What a room of users and groups stands on.
type Hall<'a> = (&'a Tenants, &'a Directory);

fn mfa(
    config: &Config,
    (store, env): (&Store, &Env),
    hall: Hall<'_>,
    ring: &Ring,
    issuer_keys: IssuerKeys,
) -> Result<Mfa, WiringError> {
    let outlet = |errand| {
        signals::webhooks::post::guarded_client(&config.signals, errand).map(|(http, guard)| Outlet::new(http, guard))
    };
    let post = mfa::outofband::Post { mailer: Mailer::new(&config.mail), gateways: outlet(Errand::Gateways)? };
    let mfa = Mfa::new(mfa::Parts {
        store: store.clone(),
        env: env.clone(),
        sealer: ring.sealer.clone(),
        config: config.mfa.clone(),
        tenants: hall.0.clone(),
        directory: hall.1.clone(),
        issuer_keys,
        url: config.url(),
    });
    Ok(mfa.with_post(post).with_outlet(outlet(Errand::WebPush)?))
}

fn provisioning(
    config: &Config,
    (store, env): (&Store, &Env),
    (tenants, directory): Hall<'_>,
    dirsync: &Dirsync,
    keys: IssuerKeys,
) -> Provisioning {
    let parts = provisioning::Parts {
        store: store.clone(),
        env: env.clone(),
        directory: directory.clone(),
        tenants: tenants.clone(),
        url: config.url(),
    };
    Provisioning::new(parts)
        .with_config(config.provisioning.clone())
        .with_uses(Arc::new(SyncScopes(dirsync.clone())))
        .with_issuer_keys(keys)
}

/// What every request meets.
fn layers(config: &Config, store: &Store, env: &Env, gate: Gate) -> Result<web::Settings, WiringError> {
    let exposure = config.web.exposure().map_err(WiringError::MetricsToken)?;
    Ok(web::Settings {
        protocols: router::protocols(),
        foreign_forms: pages::takes_foreign_forms,
        probes: web::health::routes(router::checks(store), exposure),
        problem_page: Some(Arc::new(pages::problem_page(env))),
        ..config.web.layer_settings(env.clone(), gate)
    })
}

fn webhooks(
    config: &Config,
    store: &Store,
    env: &Env,
    ring: &Ring,
    directory: &Directory,
) -> Result<Webhooks, signals::webhooks::PostError> {
    Webhooks::new(signals::webhooks::Parts {
        store: store.clone(),
        env: env.clone(),
        sealer: ring.sealer.clone(),
        config: config.signals.clone(),
        objects: Some(Arc::new(directory.clone())),
        mailer: Mailer::new(&config.mail),
        url: config.url(),
    })
}

/// What letters about held calls are sent with.
fn letters(config: &Config, operators: &Operators) -> provisioning::notice::Post {
    let deciders = Arc::new(Owners(operators.clone()));
    provisioning::notice::Post { mailer: Mailer::new(&config.mail), deciders }
}

/// The operators, as those need them who write letters.
struct Owners(Operators);

#[async_trait]
impl KnowOperators for Owners {
    async fn mail_of(&self, organisation: OrganisationId, user_name: &str) -> Result<Option<String>, DirsyncError> {
        Ok(self.0.mail_of(organisation, user_name).await?)
    }

    async fn somebody_else_decides(
        &self,
        organisation: OrganisationId,
        person: OperatorId,
        since: Timestamp,
    ) -> Result<bool, DirsyncError> {
        Ok(self.0.others_able(organisation, person, <DecideRun as Permission>::ROLES, since).await?)
    }
}

#[async_trait]
impl KnowDeciders for Owners {
    async fn mails(&self, organisation: OrganisationId) -> Result<Vec<String>, ProvisioningError> {
        Ok(self.0.mails_of(organisation, <DecideHold as Permission>::ROLES).await?)
    }
}

/// Makes a database file that only we can read, where there is none yet; SQLite gives its other files the same rights.
fn keep_private(file: &Path) {
    // A failure means that it is there already, or opening it says better what is wrong.
    let _ = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
}
