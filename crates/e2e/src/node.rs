//! One node of the server in this process: every room over one database, served on a free port.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use graph::{HttpSettings, Pace, ProxySetting};
use kernel::{Env, Rng};
use operators::Operators;
use signals::Signals;
use store::worker::{Handler, Worker};
use store::{Settings, Store};
use tenants::Tenants;
use tokio::sync::oneshot;
use utoipa_axum::router::OpenApiRouter;
use web::{CsrfKey, Gate, ServeSettings, Server};

use crate::world::Ground;
use dirsync::Dirsync;
use dirsync::jobs::RunHandler;
use dirsync::sources::TenantSources;

/// One node.
pub struct Node {
    /// Its database.
    pub store: Store,
    /// Where it answers.
    pub url: String,
    /// Who may run it.
    pub operators: Operators,
    /// What its routes say about themselves.
    pub openapi: utoipa::openapi::OpenApi,
    env: Env,
    tenants: Tenants,
    dirsync: Dirsync,
    _stop: oneshot::Sender<()>,
}

impl Node {
    /// Opens the database and serves.
    pub async fn start(ground: &Ground) -> anyhow::Result<Self> {
        let Ground { url, env, sealer, .. } = ground.clone();
        let settings = Settings { acquire_timeout: Duration::from_secs(2), ..Settings::new(url) };
        let store = Store::open(&settings).await?;
        let operators = Operators::new(store.clone(), env.clone(), operators::Config::default());
        let tenants = Tenants::new(tenants::Parts {
            store: store.clone(),
            env: env.clone(),
            sealer,
            config: tenants::Config::default(),
            http: HttpSettings { proxy: ProxySetting::Direct, ..HttpSettings::default() },
            pace: Pace::virtual_time().0,
        })?;
        let sources = Arc::new(TenantSources(tenants.clone()));
        let dirsync = Dirsync::new(store.clone(), env.clone(), sources);
        let (router, openapi) = OpenApiRouter::new()
            .nest("/api/v1/operators", operators::routes(operators.clone()))
            .nest("/api/v1/signals", signals::routes(Signals::new(store.clone())))
            .nest("/api/v1/tenants", tenants::routes(tenants.clone()))
            .nest("/api/v1/dirsync", dirsync::routes(dirsync.clone()))
            .split_for_parts();
        let gate = Gate::new(Arc::new(operators.clone()), CsrfKey::random(Rng::seeded(5)));
        let router = web::layers(router, web::Settings { rate: None, ..web::Settings::new(env.clone(), gate) });
        let server = Server::bind(ServeSettings::plain(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).await?;
        let url = server.url();
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.run(router, async move {
            // An error is the sender's end, which is what is waited for.
            let _ = stopped.await;
        }));
        Ok(Self { store, url, operators, openapi, env, tenants, dirsync, _stop: stop })
    }

    /// A runner of jobs that no other runner is mistaken for.
    pub fn worker(&self) -> Worker {
        let mut handlers: Vec<Arc<dyn Handler>> = self.tenants.handlers();
        handlers.push(Arc::new(RunHandler::new(self.dirsync.engine())));
        let name = format!("node-{}", self.env.rng.token::<6>());
        Worker::new(self.store.clone(), self.env.clone(), name, handlers)
    }

    /// Does what its timers would do now.
    pub async fn tick(&self) {
        self.dirsync.tick().await.expect("the clockwork ticks");
    }
}
