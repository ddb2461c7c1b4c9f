//! One Graph client per tenant, one budget per Entra tenant and application.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use graph::{
    Budget, Client, CredentialProvider as _, HttpError, HttpSettings, Limits, Pace, ProxySetting, RetryPolicy,
};
use kernel::{OrganisationId, Secret};
use uuid::Uuid;

use crate::model::{Tenant, TenantId};
use crate::store::tenants as rows;
use crate::vault::Vault;
use crate::{Tenants, TenantsError};

/// The clients in use.
pub(crate) struct Clients {
    http: HttpSettings,
    plain: reqwest::Client,
    pace: Pace,
    made: Mutex<HashMap<TenantId, Made>>,
    budgets: Mutex<HashMap<(Uuid, Uuid), Arc<Budget>>>,
}

/// What a tenant's own application signs people in with.
#[derive(Debug, Clone)]
pub struct SignInClient {
    /// Through the tenant's proxy, trusting its authorities.
    pub http: reqwest::Client,
    /// Its cloud.
    pub authority: oidc::Authority,
    /// The application.
    pub client_id: Uuid,
    /// The tenant's id in Entra.
    pub entra_id: Uuid,
    /// Its credentials that are not retired.
    pub credentials: Vec<oidc::ClientCredentials>,
}

struct Made {
    version: i64,
    client: Client,
    http: reqwest::Client,
}

impl Clients {
    pub(crate) fn new(http: HttpSettings, pace: Pace) -> Result<Self, HttpError> {
        let plain = graph::http_client(&http)?;
        Ok(Self { http, plain, pace, made: Mutex::default(), budgets: Mutex::default() })
    }

    /// The HTTP client for a proxy and authorities of a tenant's own, or the server's.
    pub(crate) fn http(
        &self,
        proxy: Option<&Secret<String>>,
        ca_pem: Option<&str>,
    ) -> Result<reqwest::Client, HttpError> {
        if proxy.is_none() && ca_pem.is_none() {
            return Ok(self.plain.clone());
        }
        let mut settings = self.http.clone();
        if let Some(proxy) = proxy {
            settings.proxy = ProxySetting::Through { url: proxy.expose().clone(), except: String::new() };
        }
        if let Some(pem) = ca_pem {
            let both = settings.extra_ca_pem.iter().map(String::as_str).chain([pem]);
            settings.extra_ca_pem = Some(both.collect::<Vec<_>>().join("\n"));
        }
        graph::http_client(&settings)
    }

    /// The budget that everybody who calls Graph as this application in this tenant draws from.
    pub(crate) fn budget(&self, entra_id: Uuid, client_id: Uuid) -> Arc<Budget> {
        let mut budgets = self.budgets.lock().expect("invariant: no holder of the budgets panics");
        let fresh = || Arc::new(Budget::new(Limits::SMALL, self.pace.clone()));
        budgets.entry((entra_id, client_id)).or_insert_with(fresh).clone()
    }

    /// Drops a tenant's client, and with it its token.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.made().remove(&tenant);
    }

    fn cached(&self, tenant: &Tenant) -> Option<(Client, reqwest::Client)> {
        let made = self.made();
        let hit = made.get(&tenant.id).filter(|made| made.version == tenant.version)?;
        Some((hit.client.clone(), hit.http.clone()))
    }

    fn made(&self) -> std::sync::MutexGuard<'_, HashMap<TenantId, Made>> {
        self.made.lock().expect("invariant: no holder of the clients panics")
    }
}

impl Tenants {
    /// The Graph client of a tenant: it knows all credentials, and shares its token and its budget.
    pub async fn client(&self, organisation: OrganisationId, tenant: TenantId) -> Result<Client, TenantsError> {
        let tenant = self.find(organisation, tenant).await?;
        Ok(self.client_of(&tenant).await?.0)
    }

    /// A tenant's Graph client and the HTTP client below it.
    pub(crate) async fn client_of(&self, tenant: &Tenant) -> Result<(Client, reqwest::Client), TenantsError> {
        if let Some(hit) = self.clients.cached(tenant) {
            return Ok(hit);
        }
        let http = self.clients.http(self.proxy(tenant).await?.as_ref(), tenant.ca_pem.as_deref())?;
        let client = self.fresh_client(tenant, http.clone(), RetryPolicy::default())?;
        let made = Made { version: tenant.version, client: client.clone(), http: http.clone() };
        self.clients.made().insert(tenant.id, made);
        Ok((client, http))
    }

    /// The HTTP client for a tenant's way out: with its proxy and authorities, where it has them.
    pub async fn http(&self, tenant: &Tenant) -> Result<reqwest::Client, TenantsError> {
        if tenant.proxy_url.is_none() && tenant.ca_pem.is_none() {
            return Ok(self.clients.plain.clone());
        }
        Ok(self.client_of(tenant).await?.1)
    }

    /// What a tenant's own application signs people in with: primary credential first.
    pub async fn sign_in_client(
        &self,
        organisation: OrganisationId,
        tenant: TenantId,
    ) -> Result<SignInClient, TenantsError> {
        let tenant = self.find(organisation, tenant).await?;
        let http = self.client_of(&tenant).await?.1;
        let authority = oidc::Authority::of(&tenant.cloud)?;
        let named = self.vault(&tenant).credentials().await;
        let named = named.map_err(|error| TenantsError::Conflict(error.to_string()))?;
        let credentials = named.into_iter().map(|named| named.credentials).collect();
        Ok(SignInClient { http, authority, client_id: tenant.client_id, entra_id: tenant.entra_id, credentials })
    }

    fn vault(&self, tenant: &Tenant) -> Vault {
        Vault {
            store: self.store.clone(),
            env: self.env.clone(),
            sealer: self.sealer.clone(),
            config: self.config.clone(),
            tenant: tenant.clone(),
        }
    }

    /// A client with a token of its own and its own patience, from the shared budget.
    pub(crate) fn fresh_client(
        &self,
        tenant: &Tenant,
        http: reqwest::Client,
        retry: RetryPolicy,
    ) -> Result<Client, TenantsError> {
        let vault = self.vault(tenant);
        let budget = self.clients.budget(tenant.entra_id, tenant.client_id);
        let config = graph::Config {
            retry,
            ..graph::Config::new(http, self.env.clone(), tenant.cloud.clone(), Arc::new(vault), budget)
        };
        Ok(Client::new(config)?)
    }

    /// The proxy's whole address, with user name and password.
    async fn proxy(&self, tenant: &Tenant) -> Result<Option<Secret<String>>, TenantsError> {
        let Some(url) = &tenant.proxy_url else { return Ok(None) };
        let mut tx = self.store.read().await?;
        let Some(sealed) = rows::proxy_sealed(&mut tx, tenant.organisation, tenant.id).await? else {
            return Ok(Some(Secret::from(url.as_str())));
        };
        let whole = self.sealer.open_text(rows::proxy_place(tenant.id), &sealed)?;
        Ok(Some(whole))
    }
}
