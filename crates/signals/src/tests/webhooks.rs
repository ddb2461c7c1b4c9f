//! Webhooks against a real receiver on this machine, and a real database of each kind.

mod api;
mod delivering;
mod failing;
mod receiver;
mod restarts;
mod tls;

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Actor, OrganisationId, Role};
use store::StoreError;
use store::worker::Worker;
use testkit::{Db, operator};
use uuid::Uuid;

use self::receiver::Receiver;
use crate::permissions::{CreateWebhook, ManageWebhook, ReadWebhooks};
use crate::webhooks::model::WebhookId;
use crate::webhooks::{DeliveryFilter, DeliveryState, DeliveryView, Issued, NewWebhook, Parts, WebhookView, Webhooks};
use crate::{Config, Entry, Identities, Identity, KnowObjects, Known, Logged, Object, append};

/// The service over a database, and a receiver.
pub struct Bench {
    pub webhooks: Webhooks,
    pub receiver: Receiver,
    pub worker: Worker,
    pub owner: Actor,
}

/// Webhooks may go to this machine.
pub fn config() -> Config {
    Config { webhook_networks: vec!["127.0.0.0/8".to_owned()], ..Config::default() }
}

pub fn service(db: &Db, config: Config) -> Webhooks {
    let parts = Parts {
        store: db.store.clone(),
        env: db.env.clone(),
        sealer: db.sealer.clone(),
        config,
        objects: Some(Arc::new(Acquaintance)),
        mailer: None,
        url: "https://vestibule.example".to_owned(),
    };
    Webhooks::new(parts).unwrap()
}

/// Knows that every object's id in the source is one more than ours.
struct Acquaintance;

#[async_trait]
impl KnowObjects for Acquaintance {
    async fn identities(&self, _: OrganisationId, entries: &[Logged]) -> Result<Identities, StoreError> {
        let mut found = Identities::default();
        for object in entries.iter().filter_map(|entry| entry.object.as_ref()) {
            let object_id = Uuid::from_u128(object.id.as_u128() + 1);
            let identity = Identity { source: "graph".to_owned(), source_id: Uuid::from_u128(0x7e), object_id };
            found.objects.insert(object.id, identity);
        }
        let known = Known { id: Uuid::from_u128(0xada), name: "Ada".to_owned() };
        found.members.insert((Uuid::from_u128(0x7e), Uuid::from_u128(1)), known);
        Ok(found)
    }
}

impl Bench {
    pub async fn new(db: &Db) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let webhooks = service(db, config());
        let worker = Worker::new(db.store.clone(), db.env.clone(), "one".to_owned(), webhooks.handlers());
        let owner = operator(db.organisation, Role::Owner);
        Self { webhooks, receiver: Receiver::start().await, worker, owner }
    }

    /// A webhook to the receiver.
    pub async fn create(&self, events: &[&str]) -> Issued {
        let events = events.iter().map(|event| (*event).to_owned()).collect();
        let new =
            NewWebhook { name: "Warehouse".to_owned(), url: self.receiver.url(), events, ..NewWebhook::default() };
        self.create_as(new).await
    }

    pub async fn create_as(&self, new: NewWebhook) -> Issued {
        self.webhooks.create_webhook(&self.owner.may(CreateWebhook {}).unwrap(), new).await.unwrap()
    }

    pub fn manage(&self, webhook: WebhookId) -> kernel::May<ManageWebhook> {
        self.owner.may(ManageWebhook { webhook }).unwrap()
    }

    /// Sends whatever is due.
    pub async fn run(&self) {
        while self.webhooks.schedule().await.unwrap() > 0 {
            if self.worker.run_due().await.unwrap() == 0 {
                return;
            }
        }
    }

    pub async fn get(&self, id: WebhookId) -> WebhookView {
        self.webhooks.get_webhook(&self.owner.may(ReadWebhooks {}).unwrap(), id).await.unwrap()
    }

    pub async fn deliveries(&self, id: WebhookId, state: Option<DeliveryState>) -> Vec<DeliveryView> {
        let filter = DeliveryFilter { state, ..DeliveryFilter::default() };
        let page = kernel::PageRequest::first(500);
        let may = self.owner.may(ReadWebhooks {}).unwrap();
        self.webhooks.list_deliveries(&may, id, &filter, &page).await.unwrap().items
    }
}

/// A change of a user.
pub fn user(number: u128, name: &'static str) -> Entry {
    let object = Object::new("user", Uuid::from_u128(number), format!("user {number}"));
    Entry::change(name).object(object).after(&serde_json::json!({ "n": 1 }))
}

pub async fn log(db: &Db, entries: Vec<Entry>) -> i64 {
    let actor = operator(db.organisation, Role::Owner);
    let mut tx = db.store.begin().await.unwrap();
    let revision = append(&mut tx, &db.env, &actor, entries).await.unwrap();
    tx.commit().await.unwrap();
    revision
}
