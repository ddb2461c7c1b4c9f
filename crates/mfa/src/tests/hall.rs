//! The room with a tenant whose sign-ins ask it.

use directory::Directory;
use graph::{HttpSettings, Pace, ProxySetting};
use kernel::{Role, Secret};
use oidc::IssuerKeys;
use serde_json::json;
use tenants::connect::NewTenant;
use tenants::permissions::ConnectTenant;
use tenants::{TenantId, Tenants};
use testkit::{Db, operator};

use super::entra::{APP, Entra, TENANT, encoded};
use crate::authorize::Begun;
use crate::model::{Origin, ProviderState, TransactionId};
use crate::permissions::ChangeProvider;
use crate::providers::ProviderUpdate;
use crate::{Config, Mfa, Parts};

/// The room, its tenant, and who plays Entra.
pub(crate) struct Hall {
    pub(crate) mfa: Mfa,
    pub(crate) db: Db,
    pub(crate) entra: Entra,
    pub(crate) tenant: TenantId,
}

impl Hall {
    pub(crate) async fn new(db: Db) -> Self {
        let entra = Entra::start(db.env.now()).await;
        let settings = HttpSettings { proxy: ProxySetting::Direct, ..HttpSettings::default() };
        let tenants = Tenants::new(tenants::Parts {
            store: db.store.clone(),
            env: db.env.clone(),
            sealer: db.sealer.clone(),
            config: tenants::Config::default(),
            http: settings.clone(),
            pace: Pace::virtual_time().0,
        })
        .unwrap();
        let new: NewTenant = serde_json::from_value(json!({
            "tenant": TENANT, "client_id": APP, "credential": { "secret": "a client secret" },
            "cloud": { "name": "custom", "login": entra.base, "graph": entra.base }, "settings": { "name": "Contoso" },
        }))
        .unwrap();
        let owner = operator(db.organisation, Role::Owner);
        let tenant = tenants.create_tenant(&owner.may(ConnectTenant {}).unwrap(), &new).await.unwrap().id;
        let mfa = Mfa::new(Parts {
            store: db.store.clone(),
            env: db.env.clone(),
            sealer: db.sealer.clone(),
            config: Config::default(),
            tenants,
            directory: Directory::new(db.store.clone(), db.env.clone()),
            issuer_keys: IssuerKeys::new(graph::http_client(&settings).unwrap(), db.env.clone()),
            url: "https://hall.example".to_owned(),
        });
        let hall = Self { mfa, db, entra, tenant };
        hall.set(ProviderUpdate {
            state: Some(ProviderState::On),
            client_id: Some("entra-42".to_owned()),
            ..ProviderUpdate::default()
        })
        .await;
        hall
    }

    /// Changes what is set for the tenant, whoever loses what.
    pub(crate) async fn set(&self, update: ProviderUpdate) {
        let owner = operator(self.db.organisation, Role::Owner);
        let update = ProviderUpdate { confirmation: Some("Contoso".to_owned()), ..update };
        let may = owner.may(ChangeProvider { tenant: self.tenant }).unwrap();
        Box::pin(self.mfa.put_provider(&may, update)).await.unwrap();
    }

    /// A form about Mia, as Entra would have it now.
    pub(crate) fn form(&self, nonce: &str) -> Vec<(&'static str, String)> {
        let mut claims = self.entra.claims(self.db.env.now());
        // Each hint differs from the others, as Entra's do.
        claims["uti"] = nonce.into();
        self.entra.form(&self.entra.key.sign(&claims).unwrap(), nonce)
    }

    pub(crate) async fn authorize(&self, form: &[(&'static str, String)]) -> Begun {
        self.mfa.authorize(self.tenant, &encoded(form), Origin::default()).await.unwrap()
    }

    /// A sign-in of Mia's that waits for her.
    pub(crate) async fn begin(&self, nonce: &str) -> (TransactionId, Secret<String>) {
        self.begin_by(&self.form(nonce)).await
    }

    /// The same by a form of which the browser has changed what is asked for.
    pub(crate) async fn begin_asking(
        &self,
        nonce: &str,
        claims: &serde_json::Value,
    ) -> (TransactionId, Secret<String>) {
        let mut form = self.form(nonce);
        form.iter_mut().filter(|(name, _)| *name == "claims").for_each(|(_, value)| *value = claims.to_string());
        self.begin_by(&form).await
    }

    async fn begin_by(&self, form: &[(&'static str, String)]) -> (TransactionId, Secret<String>) {
        match self.authorize(form).await {
            Begun::Prove { transaction, browser, .. } => (transaction, browser),
            other => panic!("nobody is asked: {other:?}"),
        }
    }
}
