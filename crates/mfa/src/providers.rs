//! Tenants whose sign-ins ask here for the second factor.

use kernel::{May, OrganisationId, Timestamp};
use oidc::cloud::custom_control_redirect;
use oidc::{Authority, KeysAddress};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::Tx;
use tenants::{Tenant, TenantId};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::MfaError;
use crate::model::{Provider, ProviderState};
use crate::permissions::{ChangeProvider, ReadMfa};
use crate::service::Mfa;
use crate::settings::{Settings, address};
use crate::store::{keys as key_rows, providers as rows};

/// The longest client id or App ID, in characters.
const LONGEST_ID: usize = 200;

/// The second factor of a tenant, as operators see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaProvider)]
pub struct ProviderView {
    /// The connected tenant.
    pub tenant: TenantId,
    /// The tenant's id in Entra.
    pub entra_id: Uuid,
    /// Whether Entra is answered.
    pub state: ProviderState,
    /// What to enter in Entra as *Client ID*.
    pub client_id: String,
    /// What to enter in Entra as *App ID*; hints are for it.
    pub app_id: String,
    /// Our issuer.
    pub issuer: String,
    /// What to enter in Entra as *Discovery Endpoint*.
    pub discovery_url: String,
    /// What the application's reply addresses must include.
    pub authorization_endpoint: String,
    /// The one address that answers are posted to.
    pub redirect_uri: String,
    /// What is set for it.
    pub settings: Settings,
    /// Since when.
    pub created_at: Timestamp,
    /// Last changed.
    pub changed_at: Timestamp,
    /// To be sent back with a change.
    pub version: i64,
}

/// What is set for the second factor of a tenant.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaProviderUpdate)]
pub struct ProviderUpdate {
    /// Whether Entra is answered; left out: as it is, and off at first.
    #[serde(default)]
    pub state: Option<ProviderState>,
    /// What Entra calls itself to us; left out: as it is, and made up at first.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Entra's App ID of the method; left out: as it is, and the tenant's own application at first.
    #[serde(default)]
    pub app_id: Option<String>,
    /// What is set for it, whole: what is left out of it is as it was at first. Left out itself: as it is.
    #[serde(default)]
    pub settings: Option<Settings>,
    /// The version that was read; left out: whatever there is.
    #[serde(default)]
    pub version: Option<i64>,
    /// The tenant's name, typed in: needed where somebody would lose the last factor they can use.
    #[serde(default)]
    pub confirmation: Option<String>,
}

/// Where a tenant's sign-in service is, for the second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInService {
    /// Where its keys are.
    pub keys: KeysAddress,
    /// Its issuer, with `{tenantid}` where the tenant's id stands.
    pub issuer: String,
    /// The one address that takes answers.
    pub redirect_uri: String,
    /// The tenant's verified domains, as far as they are known.
    pub domains: Vec<String>,
}

/// Where an answer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Back {
    /// The address.
    pub to: String,
    /// Whether it takes the answers to custom controls, the old way.
    pub is_control: bool,
}

impl SignInService {
    pub(crate) fn of(provider: &Provider, tenant: Tenant) -> Result<Self, MfaError> {
        if let Some(custom) = &provider.settings.authority {
            let metadata = address(&custom.metadata).ok_or(MfaError::NotFound("metadata address"))?;
            return Ok(Self {
                keys: KeysAddress::Metadata(metadata),
                issuer: custom.issuer.clone(),
                redirect_uri: custom.redirect_uri.clone(),
                domains: tenant.domains,
            });
        }
        let authority = Authority::of(&tenant.cloud).map_err(|error| MfaError::Invalid(error.to_string()))?;
        Ok(Self {
            keys: KeysAddress::List(authority.keys_of(provider.entra_id)),
            issuer: authority.issuer_template(),
            redirect_uri: authority.external_mfa_redirect().to_string(),
            domains: tenant.domains,
        })
    }

    /// Where the answer to a request goes that names this address, to the letter; none: it is no address of this service's.
    pub(crate) fn back(&self, named: &str) -> Option<Back> {
        if named == self.redirect_uri {
            return Some(Back { to: self.redirect_uri.clone(), is_control: false });
        }
        let control = custom_control_redirect(&self.redirect_uri)?.to_string();
        (named == control).then_some(Back { to: control, is_control: true })
    }
}

impl Mfa {
    /// The second factor of every tenant of an organisation that has one, oldest first.
    pub async fn list_providers(&self, may: &May<ReadMfa>) -> Result<Vec<ProviderView>, MfaError> {
        let all = rows::list(&mut self.store().read().await?, may.actor().organisation).await?;
        let mut views = Vec::with_capacity(all.len());
        for provider in all {
            views.push(self.view(provider).await?);
        }
        Ok(views)
    }

    /// The second factor of one tenant.
    pub async fn get_provider(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<ProviderView, MfaError> {
        let found = rows::find(&mut self.store().read().await?, tenant).await?;
        let own = found.filter(|provider| provider.organisation == may.actor().organisation);
        self.view(own.ok_or(MfaError::NotFound("second factor"))?).await
    }

    /// Sets up or changes the second factor of a tenant. Where somebody would lose the last factor that they can use it is
    /// refused, until the tenant's name is typed.
    pub async fn put_provider(
        &self,
        may: &May<ChangeProvider>,
        update: ProviderUpdate,
    ) -> Result<ProviderView, MfaError> {
        let (actor, now) = (may.actor(), self.env().now());
        let tenant = self.parts.tenants.find(actor.organisation, may.tenant).await?;
        let known = rows::find(&mut self.store().read().await?, tenant.id).await?;
        is_as_read(known.as_ref(), update.version)?;
        let key = if known.is_none() { Some(self.make_key(tenant.id, now, now).await?) } else { None };
        let weighed = match (&known, &update.settings) {
            (Some(known), Some(after)) => {
                let typed = (tenant.name.as_str(), update.confirmation.as_deref());
                self.spare_last_factors(known, after, typed).await?
            }
            _ => false,
        };
        let mut tx = self.store().begin().await?;
        let before = rows::find(&mut tx, tenant.id).await?;
        is_as_read(before.as_ref(), update.version)?;
        if weighed && before.as_ref().map(edition) != known.as_ref().map(edition) {
            return Err(MfaError::Stale);
        }
        let after = changed(before.as_ref(), &tenant, update, now)?;
        let is_first = match (&before, &key) {
            (Some(before), _) => rows::update(&mut tx, &after, before.version).await?,
            (None, Some(key)) => {
                let is_new = rows::insert(&mut tx, &after).await?;
                if is_new {
                    key_rows::insert(&mut tx, key).await?;
                }
                is_new
            }
            (None, None) => false,
        };
        if !is_first {
            return Err(MfaError::Stale);
        }
        let name = if before.is_some() { "mfa.provider_changed" } else { "mfa.provider_created" };
        let entry = Entry::act(name).object(Object::new("tenant", tenant.id, &tenant.name));
        let entry = entry.change_of(before.as_ref().map(told).as_ref(), Some(&told(&after)));
        signals::append(&mut tx, self.env(), actor, vec![entry]).await?;
        tx.commit().await?;
        self.view(after).await
    }

    /// The provider that an address names, whoever asks: its existence is public, as its metadata is.
    pub(crate) async fn provider(&self, tx: &mut Tx, tenant: TenantId) -> Result<Provider, MfaError> {
        rows::find(tx, tenant).await?.ok_or(MfaError::NotFound("second factor"))
    }

    /// Where the tenant's sign-in service is: what an administrator has set, else what the tenant's cloud says.
    pub async fn sign_in_service(&self, provider: &Provider) -> Result<SignInService, MfaError> {
        SignInService::of(provider, self.tenant_of(provider.organisation, provider.tenant).await?)
    }

    pub(crate) async fn tenant_of(&self, organisation: OrganisationId, tenant: TenantId) -> Result<Tenant, MfaError> {
        Ok(self.parts.tenants.find(organisation, tenant).await?)
    }

    async fn view(&self, provider: Provider) -> Result<ProviderView, MfaError> {
        let issuer = self.issuer(provider.tenant);
        Ok(ProviderView {
            redirect_uri: self.sign_in_service(&provider).await?.redirect_uri,
            discovery_url: format!("{issuer}/.well-known/openid-configuration"),
            authorization_endpoint: format!("{issuer}/authorize"),
            issuer,
            tenant: provider.tenant,
            entra_id: provider.entra_id,
            state: provider.state,
            client_id: provider.client_id,
            app_id: provider.app_id,
            settings: provider.settings,
            created_at: provider.created_at,
            changed_at: provider.changed_at,
            version: provider.version,
        })
    }
}

/// Refuses a change of something else than was read.
fn is_as_read(before: Option<&Provider>, read: Option<i64>) -> Result<(), MfaError> {
    let is_other = read.is_some_and(|read| before.map(|before| before.version) != Some(read));
    if is_other { Err(MfaError::Stale) } else { Ok(()) }
}

/// Of which settings and policies a provider is.
fn edition(provider: &Provider) -> (i64, i64) {
    (provider.version, provider.policy_revision)
}

fn changed(
    before: Option<&Provider>,
    tenant: &Tenant,
    update: ProviderUpdate,
    now: Timestamp,
) -> Result<Provider, MfaError> {
    let start = || Provider {
        tenant: tenant.id,
        organisation: tenant.organisation,
        entra_id: tenant.entra_id,
        state: ProviderState::Off,
        client_id: format!("vestibule-{}", tenant.id.0.simple()),
        app_id: tenant.client_id.to_string(),
        settings: Settings::default(),
        policies: Vec::new(),
        policy_revision: 0,
        ruled: None,
        created_at: now,
        changed_at: now,
        version: 0,
    };
    let before = before.cloned().unwrap_or_else(start);
    let settings = update.settings.unwrap_or(before.settings);
    settings.validate()?;
    Ok(Provider {
        entra_id: tenant.entra_id,
        state: update.state.unwrap_or(before.state),
        client_id: id("client_id", update.client_id.unwrap_or(before.client_id))?,
        app_id: id("app_id", update.app_id.unwrap_or(before.app_id))?,
        settings,
        changed_at: now,
        version: before.version + 1,
        ..before
    })
}

fn id(name: &str, text: String) -> Result<String, MfaError> {
    // The id of an application is a GUID: Entra writes it in small letters into its tokens.
    let text = Uuid::try_parse(text.trim()).map_or_else(|_| text.trim().to_owned(), |id| id.to_string());
    let fits = !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_graphic());
    let why = || MfaError::Invalid(format!("{name} must be 1 to {LONGEST_ID} visible ASCII characters"));
    fits.then_some(text).ok_or_else(why)
}

/// What the log keeps of a provider.
fn told(provider: &Provider) -> serde_json::Value {
    serde_json::json!({
        "state": provider.state, "client_id": provider.client_id, "app_id": provider.app_id,
        "settings": provider.settings,
    })
}
