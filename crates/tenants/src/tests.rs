//! The room against a real database of each kind, and against an Entra played by a few lines of axum.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod checklist;
mod connect;
mod consent;
mod credentials;
mod double;
mod redaction;
mod routes;
mod status;

use std::sync::Arc;
use std::time::Duration;

use graph::{HttpSettings, Pace, ProxySetting};
use kernel::{Actor, OrganisationId, Permission, Role, Secret};
use serde_json::Value;
use signals::{Filter, Logged};
use store::worker::Worker;
use testkit::Db;

use crate::connect::NewTenant;
use crate::draft::{CloudBody, NewCredential, TenantSettings};
use crate::permissions::ConnectTenant;
use crate::{Config, Parts, Tenant, Tenants};
use double::{CLIENT, Double, SECRET};

/// The room, its Entra, its database.
struct House {
    tenants: Tenants,
    entra: Double,
    db: Db,
}

impl House {
    async fn new(db: Db) -> Self {
        Self::with(db, Config::default()).await
    }

    async fn with(db: Db, config: Config) -> Self {
        let entra = Double::start(db.hand.clone()).await;
        let tenants = Tenants::new(Parts {
            store: db.store.clone(),
            env: db.env.clone(),
            sealer: db.sealer.clone(),
            config,
            http: HttpSettings { proxy: ProxySetting::Direct, ..HttpSettings::default() },
            pace: Pace::virtual_time().0,
        })
        .unwrap();
        Self { tenants, entra, db }
    }

    fn actor(&self) -> Actor {
        testkit::operator(self.db.organisation, Role::Administrator)
    }

    fn may<P: Permission>(&self, subject: P) -> kernel::May<P> {
        self.actor().may(subject).unwrap()
    }

    fn cloud(&self) -> CloudBody {
        CloudBody::Custom { login: self.entra.base.clone(), graph: self.entra.base.clone() }
    }

    fn new_tenant(&self) -> NewTenant {
        NewTenant {
            tenant: double::TENANT.to_string(),
            cloud: self.cloud(),
            client_id: CLIENT,
            credential: secret(SECRET),
            settings: TenantSettings { name: Some("Contoso".to_owned()), ..TenantSettings::default() },
        }
    }

    /// A tenant connected with a secret that works.
    async fn connected(&self) -> Tenant {
        self.tenants.create_tenant(&self.may(ConnectTenant {}), &self.new_tenant()).await.unwrap()
    }

    async fn again(&self, tenant: &Tenant) -> Tenant {
        self.tenants.find(tenant.organisation, tenant.id).await.unwrap()
    }

    /// Lets time pass and runs what is due.
    async fn after(&self, span: Duration) {
        self.db.hand.advance(span);
        self.work().await;
    }

    async fn work(&self) {
        let handlers = self.tenants.handlers();
        let worker = Worker::new(self.db.store.clone(), self.db.env.clone(), "test".to_owned(), handlers);
        worker.run_due().await.unwrap();
    }

    async fn log(&self) -> Vec<Logged> {
        self.log_of(self.db.organisation).await
    }

    async fn log_of(&self, organisation: OrganisationId) -> Vec<Logged> {
        let mut tx = self.db.store.read().await.unwrap();
        signals::oldest_first(&mut tx, organisation, &Filter::default(), 0, 1_000).await.unwrap()
    }

    async fn names(&self) -> Vec<String> {
        self.log().await.into_iter().map(|entry| entry.name).collect()
    }
}

fn secret(value: &str) -> NewCredential {
    NewCredential { secret: Some(Secret::from(value)), ..NewCredential::default() }
}

fn after(entry: &Logged) -> Value {
    serde_json::from_str(entry.after.as_ref().unwrap().get()).unwrap()
}

/// Days as a span.
fn days(count: u64) -> Duration {
    Duration::from_hours(24 * count)
}

type Shared<T> = Arc<std::sync::Mutex<T>>;
