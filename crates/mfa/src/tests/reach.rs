//! A tenant whose people can be reached: by mail, and by a gateway for text messages.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use kernel::{May, Permission, Role, Secret};
use mail::{Encryption, Mailer};
use serde_json::Value;
use signals::webhooks::guard::Errand;
use signals::webhooks::post::guarded_client;
use tenants::Feature;
use tenants::connect::TenantUpdate;
use tenants::permissions::{ProbeTenant, UpdateTenant};
use testkit::{Db, MailServer, operator};

use super::hall::Hall;
use crate::factors::Shown;
use crate::gateway::{GatewayUpdate, Receipts, Template, Way};
use crate::model::{FactorKind, Origin, TransactionId};
use crate::outlet::Outlet;
use crate::outofband::{Post, Sending, Target, Wording};
use crate::permissions::{ChangeProvider, ReadMfa};
use crate::prove::Proved;
use crate::providers::ProviderUpdate;
use crate::settings::Settings;
use crate::{Mfa, Parts};

/// What the pages say.
pub(super) const WORDING: Wording<'static> =
    Wording { subject: "Your code", text: "{code} counts for {minutes} minutes" };

/// What a gateway was told, and what it answers.
#[derive(Default)]
pub(super) struct Gateway {
    pub(super) told: Vec<Value>,
    pub(super) status: Option<u16>,
    /// The body of its answers.
    pub(super) answer: String,
    /// What it tells to whom, at which of its addresses, before it answers.
    pub(super) tells_first: Option<(Mfa, String, String)>,
}

/// The hall, with somebody who carries letters and somebody who carries messages.
pub(super) struct Reach {
    pub(super) hall: Hall,
    pub(super) mail: MailServer,
    pub(super) gateway: Arc<Mutex<Gateway>>,
    gateway_url: String,
}

pub(super) fn here() -> Origin {
    Origin { address: Some("192.0.2.7".to_owned()), ..Origin::default() }
}

impl Reach {
    /// Everything is granted and delivered; Swedish numbers may be texted.
    pub(super) async fn new(db: Db) -> Self {
        let reach = Self::not_granted(db).await;
        reach.grant().await;
        reach.set(|settings| settings.out_of_band.countries = vec!["SE".to_owned()]).await;
        reach.put_gateway(10).await;
        reach
    }

    /// People have addresses, and nobody may read them.
    pub(super) async fn not_granted(db: Db) -> Self {
        let mut hall = Hall::new(db).await;
        {
            let mut contacts = hall.entra.contacts.lock().unwrap();
            contacts.phones = vec![("mobile", "+46 701234567")];
            contacts.email = Some("mia@home.example");
        }
        let mail = MailServer::start().await.unwrap();
        let gateway = Arc::<Mutex<Gateway>>::default();
        let gateway_url = listen(gateway.clone()).await;
        hall.mfa = hall.mfa.clone().with_post(post_by(&mail));
        Self { hall, mail, gateway, gateway_url }
    }

    /// The feature is chosen, and an administrator of the tenant consents.
    pub(super) async fn grant(&self) {
        self.hall.entra.contacts.lock().unwrap().roles = vec!["UserAuthenticationMethod.Read.All".to_owned()];
        let features = vec![Feature::Users, Feature::Groups, Feature::OutOfBand];
        let (owner, tenant) = (operator(self.hall.db.organisation, Role::Owner), self.hall.tenant);
        let tenants = &self.hall.mfa.parts.tenants;
        let version = tenants.find(self.hall.db.organisation, tenant).await.unwrap().version;
        let update = TenantUpdate { version, features: Some(features), ..TenantUpdate::default() };
        tenants.update_tenant(&owner.may(UpdateTenant { tenant }).unwrap(), &update).await.unwrap();
        tenants.probe_tenant(&owner.may(ProbeTenant { tenant }).unwrap()).await.unwrap();
    }

    pub(super) async fn set(&self, change: impl FnOnce(&mut Settings)) {
        let provider = self.hall.mfa.provider(&mut self.hall.db.store.read().await.unwrap(), self.hall.tenant).await;
        let mut settings = provider.unwrap().settings;
        change(&mut settings);
        self.hall.set(ProviderUpdate { settings: Some(settings), ..ProviderUpdate::default() }).await;
    }

    pub(super) async fn put_gateway(&self, price: u32) {
        let template: Template = serde_json::from_value(serde_json::json!({
            "url": self.gateway_url, "headers": [{ "name": "authorization", "value": "Bearer {secret}" }],
            "body": r#"{"to": "{to}", "text": "{text}", "spoken": "{spoken}"}"#, "price": price,
        }))
        .unwrap();
        let owner = operator(self.hall.db.organisation, Role::Owner);
        let may = owner.may(ChangeProvider { tenant: self.hall.tenant }).unwrap();
        for way in [Way::Sms, Way::Voice] {
            let secret = Some(Secret::from("gateway secret"));
            let update = GatewayUpdate { template: template.clone(), receipts: None, secret, version: None };
            self.hall.mfa.put_gateway(&may, way, update).await.unwrap();
        }
    }

    /// The gateway of text messages is listened to, or is not.
    pub(super) async fn listen_to(&self, receipts: Option<Receipts>) {
        let mfa = &self.hall.mfa;
        let found = mfa.out_of_band(&self.may(ReadMfa {}), self.hall.tenant).await.unwrap().gateways;
        let template = found.into_iter().find(|gateway| gateway.way == FactorKind::Sms).unwrap().template;
        let update = GatewayUpdate { template, receipts, secret: None, version: None };
        let may = self.may(ChangeProvider { tenant: self.hall.tenant });
        mfa.put_gateway(&may, Way::Sms, update).await.unwrap();
    }

    /// The token in a fresh address for its receipts.
    pub(super) async fn receipt_token(&self) -> String {
        let may = self.may(ChangeProvider { tenant: self.hall.tenant });
        let address = self.hall.mfa.renew_receipt_address(&may, Way::Sms).await.unwrap();
        address.expose().rsplit('/').next().unwrap().to_owned()
    }

    /// An owner's leave.
    pub(super) fn may<P: Permission>(&self, permission: P) -> May<P> {
        operator(self.hall.db.organisation, Role::Owner).may(permission).unwrap()
    }

    /// Another node on the same database.
    pub(super) async fn other_node(&self) -> Mfa {
        let settings = store::Settings { outlives_power_loss: false, ..store::Settings::new(&self.hall.db.url) };
        let parts = &self.hall.mfa.parts;
        let other = Parts {
            store: store::Store::open(&settings).await.unwrap(),
            env: parts.env.clone(),
            sealer: parts.sealer.clone(),
            config: crate::Config::default(),
            tenants: parts.tenants.clone(),
            directory: parts.directory.clone(),
            issuer_keys: parts.issuer_keys.clone(),
            url: parts.url.clone(),
        };
        Mfa::new(other).with_post(post_by(&self.mail))
    }

    /// Has a code sent, on this node.
    pub(super) async fn send(&self, at: &(TransactionId, Secret<String>), way: FactorKind) -> Sending {
        self.send_on(&self.hall.mfa, at, way).await
    }

    pub(super) async fn send_on(&self, mfa: &Mfa, at: &(TransactionId, Secret<String>), way: FactorKind) -> Sending {
        let target = if way == FactorKind::Email { Target::Email } else { Target::Mobile };
        mfa.send_code_for(at.0, &at.1, (way, target), WORDING, &here()).await.unwrap()
    }

    /// The code in the last letter.
    pub(super) fn mailed_code(&self) -> String {
        let letter = self.mail.arrived().pop().unwrap().raw;
        digits(letter.split("\r\n\r\n").nth(1).unwrap())
    }

    /// The code in the last message.
    pub(super) fn texted_code(&self) -> String {
        let gateway = self.gateway.lock().unwrap();
        digits(gateway.told.last().unwrap()["text"].as_str().unwrap())
    }

    /// Enters a code, on this node.
    pub(super) async fn enter(&self, at: &(TransactionId, Secret<String>), code: &str) -> Proved {
        self.enter_on(&self.hall.mfa, at, code).await
    }

    pub(super) async fn enter_on(&self, mfa: &Mfa, at: &(TransactionId, Secret<String>), code: &str) -> Proved {
        let shown = Shown::Entered { holder: at.0.0, code: code.into() };
        mfa.prove(at.0, &at.1, &shown, &here()).await.unwrap()
    }

    /// Every event of a name.
    pub(super) async fn count(&self, name: &str) -> usize {
        let mut tx = self.hall.db.store.read().await.unwrap();
        let filter = signals::Filter { names: vec![name.to_owned()], ..signals::Filter::default() };
        signals::oldest_first(&mut tx, self.hall.db.organisation, &filter, 0, 1_000).await.unwrap().len()
    }
}

fn digits(text: &str) -> String {
    text.chars().take_while(char::is_ascii_digit).collect()
}

pub(super) fn post_by(mail: &MailServer) -> Post {
    let config = mail::Config {
        server: Some("127.0.0.1".to_owned()),
        port: mail.port,
        encryption: Encryption::None,
        from: Some("Vestibule <vestibule@example.org>".to_owned()),
        ..mail::Config::default()
    };
    let networks = signals::Config { webhook_networks: vec!["127.0.0.0/8".to_owned()], ..signals::Config::default() };
    let (http, guard) = guarded_client(&networks, Errand::Gateways).unwrap();
    Post { mailer: Mailer::new(&config), gateways: Outlet::new(http, guard) }
}

async fn listen(gateway: Arc<Mutex<Gateway>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/send", listener.local_addr().unwrap());
    let take = async move |headers: HeaderMap, body: Bytes| {
        let first = gateway.lock().unwrap().tells_first.clone();
        if let Some((mfa, token, receipt)) = first {
            mfa.receive_receipts(&token, receipt.as_bytes()).await.unwrap();
        }
        let mut gateway = gateway.lock().unwrap();
        let mut told: Value = serde_json::from_slice(&body).unwrap();
        told["authorization"] = headers["authorization"].to_str().unwrap().into();
        gateway.told.push(told);
        (StatusCode::from_u16(gateway.status.unwrap_or(202)).unwrap(), gateway.answer.clone())
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/send", post(take))).await });
    url
}
