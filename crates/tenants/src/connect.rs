//! Connecting a tenant with an application of its own, changing its record, disconnecting it.

use std::time::Duration;

use kernel::{Actor, May, OrganisationId};
use oidc::Cloud;
use serde::{Deserialize, Serialize};
use serde_json::json;
use signals::{Entry, Object};
use store::queue::{self, NewJob};
use store::{StoreError, Tx};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::draft::{
    CloudBody, Draft, NewCredential, Secrets, TenantSettings, check_credential, check_settings, checked_authorities,
    checked_features, checked_name, has_password, shown_proxy,
};
use crate::model::{CredentialRecord, Health, Slot, Tenant, TenantId, TenantState};
use crate::permissions::{ConnectTenant, DeleteTenant, ReadTenants, UpdateTenant};
use crate::store::{credentials, former, tenants as rows};
use crate::{Feature, Status, Tenants, TenantsError, UserIdAttribute, jobs};

/// A tenant with an application that was registered in it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTenant {
    /// The tenant's id (a GUID) or one of its domains.
    pub tenant: String,
    /// Where it lives.
    #[serde(default)]
    pub cloud: CloudBody,
    /// The application (client) id.
    pub client_id: Uuid,
    /// Its credential.
    pub credential: NewCredential,
    /// How it is used and reached.
    #[serde(default)]
    pub settings: TenantSettings,
}

/// What an operator changes about a tenant; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantUpdate {
    /// The version that was read; a record that changed since is not overwritten.
    pub version: i64,
    /// The friendly name.
    pub name: Option<String>,
    /// Which attribute is the user id.
    pub user_id_attribute: Option<UserIdAttribute>,
    /// What the tenant is used for.
    pub features: Option<Vec<Feature>>,
    /// A proxy for this tenant alone; empty for none.
    #[schema(value_type = Option<String>, write_only)]
    pub proxy_url: Option<kernel::Secret<String>>,
    /// Certificate authorities trusted for this tenant; empty for none.
    pub ca_pem: Option<String>,
    /// Whether it is in use.
    pub state: Option<TenantState>,
    /// The application's id, when another one is used from now on.
    pub client_id: Option<Uuid>,
}

/// What the log keeps of a record. Never a secret.
#[derive(Serialize)]
struct Noted<'a> {
    name: &'a str,
    entra_id: Uuid,
    cloud: &'a Cloud,
    client_id: Uuid,
    user_id_attribute: UserIdAttribute,
    features: &'a [Feature],
    proxy_url: Option<&'a str>,
    has_own_authorities: bool,
    state: TenantState,
}

impl<'a> Noted<'a> {
    fn of(tenant: &'a Tenant) -> Self {
        Self {
            name: &tenant.name,
            entra_id: tenant.entra_id,
            cloud: &tenant.cloud,
            client_id: tenant.client_id,
            user_id_attribute: tenant.user_id_attribute,
            features: &tenant.features,
            proxy_url: tenant.proxy_url.as_deref(),
            has_own_authorities: tenant.ca_pem.is_some(),
            state: tenant.state,
        }
    }
}

/// A tenant as the object of an entry.
pub(crate) fn object_of(tenant: &Tenant) -> Object {
    Object::new("tenant", tenant.id, &tenant.name)
}

impl Tenants {
    /// One tenant, for a caller.
    pub async fn get_tenant(&self, may: &May<ReadTenants>, tenant: TenantId) -> Result<Tenant, TenantsError> {
        self.find(may.actor().organisation, tenant).await
    }

    /// Every tenant, for a caller.
    pub async fn list_tenants(&self, may: &May<ReadTenants>) -> Result<Vec<Tenant>, TenantsError> {
        self.list(may.actor().organisation).await
    }

    /// Connects a tenant with an application of its own. The record is kept also when Entra refuses the credential:
    /// its status says what to mend.
    pub async fn create_tenant(&self, may: &May<ConnectTenant>, new: &NewTenant) -> Result<Tenant, TenantsError> {
        let (draft, secrets, entra_id) = self.check_new(new).await?;
        let mut tx = self.store.begin().await?;
        let tenant = self.insert(&mut tx, may.actor(), &draft, &secrets, entra_id, None).await?;
        tx.commit().await?;
        self.probe(&tenant).await?;
        self.find(tenant.organisation, tenant.id).await
    }

    /// Checks what was entered and finds the tenant's id.
    pub(crate) async fn check_new(&self, new: &NewTenant) -> Result<(Draft, Secrets, Uuid), TenantsError> {
        let (credential, secret) = check_credential(&new.credential)?;
        let (mut draft, mut secrets) = check_settings(&new.settings, new.cloud.clone().into(), new.client_id, false)?;
        draft.credential = Some(credential);
        secrets.credential = Some(secret);
        let resolved =
            self.clients.resolve(&draft.cloud, &new.tenant, secrets.proxy.as_ref(), draft.ca_pem.as_deref()).await?;
        draft.domain = resolved.1;
        // A broken proxy or authority is told now, not with the first call.
        self.clients.http(secrets.proxy.as_ref(), draft.ca_pem.as_deref())?;
        Ok((draft, secrets, resolved.0))
    }

    /// Writes a new tenant with its credential, its entry and its probe.
    pub(crate) async fn insert(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        draft: &Draft,
        secrets: &Secrets,
        entra_id: Uuid,
        own_name: Option<&str>,
    ) -> Result<Tenant, TenantsError> {
        if draft.shared_app && rows::is_elsewhere(tx, actor.organisation, entra_id).await? {
            return Err(TenantsError::Conflict(
                "the tenant's consent to this installation's application is used by another organisation of this \
                 server; connect it with an application of its own"
                    .to_owned(),
            ));
        }
        let mut tenant = self.fresh(actor.organisation, draft, entra_id, own_name);
        if let Some(id) = former::take(tx, actor.organisation, entra_id).await? {
            // Its users are known by the id it had.
            tenant.id = id;
        }
        let proxy = secrets.proxy.as_ref().filter(|proxy| has_password(proxy));
        let sealed = proxy.map(|proxy| self.sealer.seal(rows::proxy_place(tenant.id), proxy.expose().as_bytes()));
        rows::insert(tx, &tenant, sealed).await.map_err(already)?;
        if let (Some(credential), Some(secret)) = (&draft.credential, &secrets.credential) {
            let record = self.fresh_credential(actor, tenant.id, credential, Slot::Primary);
            let sealed = self.sealer.seal(credentials::place(record.id), secret.expose().as_bytes());
            credentials::insert(tx, actor.organisation, &record, sealed).await?;
        }
        queue::enqueue(tx, &self.env, self.probe_job(&tenant)).await?;
        let entry = Entry::act("tenants.tenant_connected").object(object_of(&tenant)).after(&Noted::of(&tenant));
        signals::append(tx, &self.env, actor, vec![entry]).await?;
        Ok(tenant)
    }

    fn fresh(&self, organisation: OrganisationId, draft: &Draft, entra_id: Uuid, own_name: Option<&str>) -> Tenant {
        let now = self.env.now();
        let name = draft.name.as_deref().or(own_name).or(draft.domain.as_deref());
        Tenant {
            id: self.env.new_id(),
            organisation,
            entra_id,
            name: name.map_or_else(|| entra_id.to_string(), str::to_owned),
            primary_domain: draft.domain.clone(),
            domains: draft.domain.iter().cloned().collect(),
            cloud: draft.cloud.clone(),
            client_id: draft.client_id,
            shared_app: draft.shared_app,
            user_id_attribute: draft.user_id_attribute,
            features: draft.features.clone(),
            proxy_url: draft.proxy_url.clone(),
            proxy_has_password: false,
            ca_pem: draft.ca_pem.clone(),
            state: TenantState::Connected,
            health: Health {
                status: Status::NeverProbed,
                detail: "nobody has looked yet".to_owned(),
                code: None,
                since: now,
                probed_at: None,
                roles: Vec::new(),
                roles_seen: Vec::new(),
                stopped: Vec::new(),
            },
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The probe that goes on for as long as the tenant is connected.
    pub(crate) fn probe_job(&self, tenant: &Tenant) -> NewJob {
        NewJob {
            organisation: tenant.organisation,
            kind: jobs::PROBE,
            unique_key: Some(tenant.id.to_string()),
            payload: json!({ "tenant": tenant.id }),
            run_at: self.env.now().plus(self.config.probe_interval()),
            max_attempts: 1_000,
        }
    }

    /// Changes a tenant's record.
    pub async fn update_tenant(&self, may: &May<UpdateTenant>, update: &TenantUpdate) -> Result<Tenant, TenantsError> {
        let actor = may.actor();
        let before = self.find(actor.organisation, may.tenant).await?;
        let after = self.updated(&before, update)?;
        let mut tx = self.store.begin().await?;
        if !rows::update(&mut tx, &after, update.version).await? {
            return Err(TenantsError::Changed);
        }
        if let Some(proxy) = &update.proxy_url {
            let sealed = has_password(proxy)
                .then(|| self.sealer.seal(rows::proxy_place(after.id), proxy.expose().trim().as_bytes()));
            rows::set_proxy_sealed(&mut tx, actor.organisation, after.id, sealed).await?;
        }
        let (was, is) = (Noted::of(&before), Noted::of(&after));
        let entry = Entry::act("tenants.tenant_updated").object(object_of(&after)).change_of(Some(&was), Some(&is));
        signals::append(&mut tx, &self.env, actor, vec![entry]).await?;
        tx.commit().await?;
        self.clients.forget(after.id);
        let after = self.find(actor.organisation, after.id).await?;
        if after.state == TenantState::Connected {
            self.probe(&after).await?;
        }
        self.find(actor.organisation, after.id).await
    }

    fn updated(&self, before: &Tenant, update: &TenantUpdate) -> Result<Tenant, TenantsError> {
        let mut after = before.clone();
        if let Some(name) = &update.name {
            after.name = checked_name(name)?;
        }
        if let Some(features) = &update.features {
            after.features = checked_features(features.clone())?;
        }
        if let Some(proxy) = &update.proxy_url {
            let is_set = !proxy.expose().trim().is_empty();
            after.proxy_url = is_set.then(|| shown_proxy(proxy)).transpose()?;
        }
        if let Some(pem) = &update.ca_pem {
            after.ca_pem = checked_authorities(pem)?;
        }
        if let Some(client_id) = update.client_id.filter(|id| *id != before.client_id) {
            if before.shared_app {
                let why = "the tenant uses this installation's application; connect it anew with one of its own";
                return Err(TenantsError::Conflict(why.to_owned()));
            }
            after.client_id = client_id;
        }
        after.user_id_attribute = update.user_id_attribute.unwrap_or(before.user_id_attribute);
        after.state = update.state.unwrap_or(before.state);
        after.updated_at = self.env.now();
        self.clients.http(None, after.ca_pem.as_deref())?;
        Ok(after)
    }

    /// Disconnects a tenant: its credentials are wiped. Its users stay until somebody has confirmed what becomes of them. `confirmation` is the
    /// tenant's friendly name, typed in.
    pub async fn delete_tenant(&self, may: &May<DeleteTenant>, confirmation: &str) -> Result<(), TenantsError> {
        let actor = may.actor();
        let unnamed = |tenant: &Tenant| confirmation.trim() != tenant.name;
        let refusal = || TenantsError::invalid("confirmation", "must be the tenant's name");
        if unnamed(&self.find(actor.organisation, may.tenant).await?) {
            return Err(refusal());
        }
        self.take_leave(actor.organisation, may.tenant).await;
        let mut tx = self.store.begin().await?;
        let tenant = rows::find(&mut tx, actor.organisation, may.tenant).await?;
        let tenant = tenant.ok_or(TenantsError::NoSuchTenant(may.tenant))?;
        if unnamed(&tenant) {
            return Err(refusal());
        }
        rows::delete(&mut tx, actor.organisation, tenant.id).await?;
        former::insert(&mut tx, &tenant, self.env.now(), actor).await?;
        let entry = Entry::act("tenants.tenant_disconnected")
            .object(object_of(&tenant))
            .change_of(Some(&Noted::of(&tenant)), None::<&Noted<'_>>);
        signals::append(&mut tx, &self.env, actor, vec![entry]).await?;
        tx.commit().await?;
        self.clients.forget(tenant.id);
        Ok(())
    }

    async fn take_leave(&self, organisation: OrganisationId, tenant: TenantId) {
        let Some(leave) = &self.leave else { return };
        // A tenant that does not answer is left without a word.
        if tokio::time::timeout(LEAVE, leave.take_leave(organisation, tenant)).await.is_err() {
            tracing::warn!(tenants.tenant_id = %tenant, "a tenant did not answer before it was disconnected");
        }
    }
}

/// How long a tenant that is being disconnected may take to end what was asked for there.
const LEAVE: Duration = Duration::from_secs(10);

/// A second record of the same Entra tenant.
fn already(error: StoreError) -> TenantsError {
    match error {
        StoreError::Duplicate { .. } => TenantsError::AlreadyConnected,
        other => TenantsError::Store(other),
    }
}

/// What the log keeps of a credential. Never a secret.
pub(crate) fn noted_credential(record: &CredentialRecord) -> serde_json::Value {
    json!({
        "credential": record.id, "slot": record.slot, "kind": record.kind, "label": record.label,
        "thumbprint": record.thumbprint, "expires_at": record.expires_at,
    })
}
