//! Connecting a tenant by an administrator's consent.
//!
//! ```text
//! begin ──► begun ──answer──► settling ──► connected      begun, settling ──► failed
//! ```
//!
//! The browser's answer proves nothing: its state must be one that this operator began, unused and younger than a
//! quarter of an hour, and the tenant it names is only where verification starts. What proves the tenant is a token
//! that Entra itself gives for it. Consent takes seconds to minutes to arrive, so verification is repeated as a job.

mod settle;

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use kernel::{Actor, ActorKind, May, OrganisationId, Secret, Timestamp};
use oidc::consent::consent_url;
use oidc::{Authority, ConsentAnswer, ConsentRequest, explain};
use serde::Deserialize;
use serde_json::json;
use signals::{Entry, Object};
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::draft::{CloudBody, Draft, NewCredential, Secrets, TenantSettings, check_credential, check_settings};
use crate::model::{ConsentId, TenantId};
use crate::permissions::{ConnectTenant, ReadTenants};
use crate::store::consents as rows;
use crate::{Tenants, TenantsError};

/// How long an administrator has to answer.
const PATIENCE: Duration = Duration::from_mins(15);
/// How long an ended consent can be looked at.
const KEPT: Duration = Duration::from_hours(24);

kernel::text_enum!(
    /// Where a consent stands.
    pub enum ConsentState {
        /// The administrator was sent to Entra.
        Begun = "begun",
        /// The answer came; Entra is asked until it knows.
        Settling = "settling",
        /// The tenant is connected.
        Connected = "connected",
        /// It came to nothing; the detail says why.
        Failed = "failed",
    }
);

/// A consent that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Who began it and has to come back.
    pub begun_by: String,
    /// Where it stands.
    pub state: ConsentState,
    /// What happened, in a sentence.
    pub detail: Option<String>,
    /// The raw code.
    pub code: Option<String>,
    /// The tenant that the browser named.
    pub claimed_tenant: Option<Uuid>,
    /// The tenant that was connected.
    pub tenant: Option<TenantId>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}

/// What to ask consent for. Without an application, this installation's own is used.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// The tenant's id or one of its domains; the administrator's account decides when absent.
    pub tenant: Option<String>,
    /// Where it lives.
    #[serde(default)]
    pub cloud: CloudBody,
    /// The application; needs a credential and its registered redirect URI.
    pub client_id: Option<Uuid>,
    /// The application's credential.
    pub credential: Option<NewCredential>,
    /// Where Entra sends the browser back to, exactly as registered; the configured one when absent.
    pub redirect_uri: Option<String>,
    /// How the tenant is used and reached.
    #[serde(default)]
    pub settings: TenantSettings,
}

/// Where to send the administrator.
#[derive(Debug, Clone)]
pub struct BegunConsent {
    /// Its id, to look at how it goes.
    pub id: ConsentId,
    /// Entra's page.
    pub url: Url,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

impl Tenants {
    /// Begins a consent: makes the address that the administrator is sent to.
    pub async fn begin_consent(
        &self,
        may: &May<ConnectTenant>,
        new: &NewConsent,
    ) -> Result<BegunConsent, TenantsError> {
        let actor = may.actor();
        let (draft, secrets) = self.check_consent(new).await?;
        let redirect_uri = self.redirect_uri(new)?;
        let state = self.env.rng.token::<32>();
        let now = self.env.now();
        let consent = Consent {
            id: self.env.new_id(),
            organisation: actor.organisation,
            begun_by: who(actor),
            state: ConsentState::Begun,
            detail: None,
            code: None,
            claimed_tenant: None,
            tenant: None,
            created_at: now,
            expires_at: now.plus(PATIENCE),
            answered_at: None,
        };
        let tenant = draft.tenant.map(|tenant| tenant.to_string());
        let request = ConsentRequest {
            tenant: tenant.as_deref(),
            client_id: &draft.client_id.to_string(),
            redirect_uri: &redirect_uri,
            state: &state,
        };
        let url = consent_url(&Authority::of(&draft.cloud)?, &request);
        let sealed = self.sealer.seal(rows::place(consent.id), secrets.to_text().expose().as_bytes());
        let mut tx = self.store.begin().await?;
        rows::prune(&mut tx, now.minus(KEPT)).await?;
        rows::insert(&mut tx, &consent, &draft, hash_of(&state), sealed).await?;
        let entry = Entry::act("tenants.consent_begun")
            .object(object_of(&consent, &draft))
            .after(&json!({ "client_id": draft.client_id, "tenant": draft.tenant, "cloud": draft.cloud }));
        signals::append(&mut tx, &self.env, actor, vec![entry]).await?;
        tx.commit().await?;
        Ok(BegunConsent { id: consent.id, url, expires_at: consent.expires_at })
    }

    async fn check_consent(&self, new: &NewConsent) -> Result<(Draft, Secrets), TenantsError> {
        let (client_id, shared_app) = match (new.client_id, self.config.client_id) {
            (Some(client_id), _) => (client_id, false),
            (None, Some(client_id)) => (client_id, true),
            (None, None) => {
                let why = "is needed: this installation has no application of its own ([tenants] client_id)";
                return Err(TenantsError::invalid("client_id", why));
            }
        };
        let cloud = new.cloud.clone().into();
        let (mut draft, mut secrets) = check_settings(&new.settings, cloud, client_id, shared_app)?;
        if !shared_app {
            let credential = new.credential.as_ref().ok_or_else(|| {
                TenantsError::invalid("credential", "is needed together with an application of your own")
            })?;
            let (credential, secret) = check_credential(credential)?;
            (draft.credential, secrets.credential) = (Some(credential), Some(secret));
        }
        if let Some(entered) = new.tenant.as_deref().filter(|entered| !entered.trim().is_empty()) {
            let (proxy, ca_pem) = (secrets.proxy.as_ref(), draft.ca_pem.as_deref());
            let (tenant, domain) = self.clients.resolve(&draft.cloud, entered, proxy, ca_pem).await?;
            (draft.tenant, draft.domain) = (Some(tenant), domain);
        }
        self.clients.http(secrets.proxy.as_ref(), draft.ca_pem.as_deref())?;
        Ok((draft, secrets))
    }

    fn redirect_uri(&self, new: &NewConsent) -> Result<String, TenantsError> {
        let uri = new.redirect_uri.as_ref().or(self.config.redirect_uri.as_ref());
        let uri = uri.ok_or_else(|| TenantsError::invalid("redirect_uri", "is needed: none is configured"))?;
        match Url::parse(uri) {
            Ok(url) if matches!(url.scheme(), "https" | "http") && url.fragment().is_none() => Ok(uri.clone()),
            _ => Err(TenantsError::invalid(
                "redirect_uri",
                "must be a whole address such as https://host/connect/callback",
            )),
        }
    }

    /// Takes the query that the browser brought back to `/connect/callback`.
    pub async fn finish_consent(&self, may: &May<ConnectTenant>, query: &str) -> Result<Consent, TenantsError> {
        let actor = may.actor();
        let answer = ConsentAnswer::from_query(query);
        let (state, claimed) = match &answer {
            ConsentAnswer::Malformed(what) => return Err(TenantsError::ConsentRefused((*what).to_owned())),
            ConsentAnswer::Refused { state: None, code, description, .. } => {
                return Err(TenantsError::ConsentRefused(explained(*code, description)));
            }
            ConsentAnswer::Refused { state: Some(state), .. } => (state, None),
            ConsentAnswer::Granted { state, claimed_tenant } => (state, Some(*claimed_tenant)),
        };
        let (consent, draft) = self.accept(actor, state, claimed).await?;
        match answer {
            ConsentAnswer::Refused { code, description, error, .. } => {
                let code_text = code.map_or(error, |code| format!("AADSTS{code}"));
                self.fail_consent(actor, &consent, &draft, &explained(code, &description), Some(code_text)).await?;
            }
            _ if draft.tenant.is_some() && draft.tenant != claimed => {
                let why = "consent was given in another tenant than the one that was asked for";
                self.fail_consent(actor, &consent, &draft, why, None).await?;
            }
            _ => self.begin_settling(actor, &consent).await?,
        }
        self.consent(actor.organisation, consent.id).await
    }

    /// How a consent goes.
    pub async fn get_consent(&self, may: &May<ReadTenants>, id: ConsentId) -> Result<Consent, TenantsError> {
        self.consent(may.actor().organisation, id).await
    }

    async fn consent(&self, organisation: OrganisationId, id: ConsentId) -> Result<Consent, TenantsError> {
        let found = rows::find(&mut self.store.read().await?, organisation, id).await?;
        found.map(|(consent, _)| consent).ok_or(TenantsError::NoSuchConsent)
    }

    /// Accepts an answer once, from the operator who began, in time.
    async fn accept(
        &self,
        actor: &Actor,
        state: &str,
        claimed: Option<Uuid>,
    ) -> Result<(Consent, Draft), TenantsError> {
        let unknown = || {
            TenantsError::ConsentRefused("this consent is unknown, answered already or too old; begin again".to_owned())
        };
        let now = self.env.now();
        let mut tx = self.store.begin().await?;
        let found = rows::find_by_state(&mut tx, actor.organisation, hash_of(state)).await?;
        let (consent, draft) = found.ok_or_else(unknown)?;
        if consent.begun_by != who(actor) {
            return Err(TenantsError::ConsentRefused("another operator began this consent; begin again".to_owned()));
        }
        if consent.expires_at <= now || !rows::answer(&mut tx, actor.organisation, consent.id, claimed, now).await? {
            return Err(unknown());
        }
        tx.commit().await?;
        Ok((consent, draft))
    }
}

/// Who began: bound to the operator or token, not to its name.
fn who(actor: &Actor) -> String {
    match &actor.kind {
        ActorKind::Operator { id, .. } => format!("operator:{id}"),
        ActorKind::Token { id, .. } => format!("token:{id}"),
        ActorKind::Source { id, .. } => format!("source:{id}"),
        ActorKind::System { reason } => format!("system:{reason}"),
    }
}

/// A consent as the object of an entry.
fn object_of(consent: &Consent, draft: &Draft) -> Object {
    let name = draft.name.clone().or_else(|| draft.domain.clone()).unwrap_or_else(|| "new tenant".to_owned());
    Object::new("consent", consent.id, name)
}

/// What a refusal means and what to do.
fn explained(code: Option<u32>, description: &str) -> String {
    match code {
        Some(code) => {
            let (what, mend) = explain(code);
            format!("{what}; {mend}")
        }
        None => format!("consent was not given: {description}"),
    }
}

fn hash_of(state: &str) -> Vec<u8> {
    digest(&SHA256, Secret::from(state).expose().as_bytes()).as_ref().to_vec()
}
