//! From an answer to a connected tenant: a token for it, its own record, then the row.

use std::sync::Arc;
use std::time::Duration;

use graph::{Client, FixedCredentials, GraphError};
use kernel::{Actor, OrganisationId, RequestId, Timestamp};
use oidc::ClientCredentials;
use serde_json::json;
use signals::Entry;
use store::Tx;
use store::queue::{self, NewJob};
use uuid::Uuid;

use super::{Consent, ConsentState, object_of};
use crate::draft::{Draft, Secrets};
use crate::grants;
use crate::model::{ConsentId, Tenant};
use crate::probe::BRISK;
use crate::status::{Failure, Fault};
use crate::store::{consents as rows, tenants};
use crate::{Tenants, TenantsError, config, jobs};

/// How long consent may take to arrive everywhere.
const ARRIVAL: Duration = Duration::from_mins(10);

/// What asking Entra came to.
enum Arrived {
    /// The tenant is what it claims; its own name, where it may be read.
    Yes(Option<String>),
    /// Not yet; what Entra said.
    NotYet(String, Option<String>),
    /// Never.
    Never(String, Option<String>),
}

impl Tenants {
    /// Asks once right away, as consent has often arrived; the job goes on asking.
    pub(super) async fn begin_settling(&self, actor: &Actor, consent: &Consent) -> Result<(), TenantsError> {
        let mut tx = self.store.begin().await?;
        let entry =
            Entry::act("tenants.consent_answered").object(signals::Object::new("consent", consent.id, "consent"));
        signals::append(&mut tx, &self.env, actor, vec![entry]).await?;
        let job = NewJob {
            organisation: actor.organisation,
            kind: jobs::CONSENT_SETTLE,
            unique_key: Some(consent.id.to_string()),
            payload: json!({ "consent": consent.id }),
            run_at: self.env.now().plus(Duration::from_secs(5)),
            max_attempts: 10,
        };
        queue::enqueue(&mut tx, &self.env, job).await?;
        tx.commit().await?;
        self.settle(actor.organisation, consent.id).await.map(drop)
    }

    /// Asks Entra whether consent has arrived; when to ask again, or nothing when it has ended.
    pub(crate) async fn settle(
        &self,
        organisation: OrganisationId,
        id: ConsentId,
    ) -> Result<Option<Timestamp>, TenantsError> {
        let found = rows::find(&mut self.store.read().await?, organisation, id).await?;
        let (consent, draft) = found.ok_or(TenantsError::NoSuchConsent)?;
        let (ConsentState::Settling, Some(claimed)) = (consent.state, consent.claimed_tenant) else { return Ok(None) };
        let secrets = self.secrets_of(&consent).await?;
        let now = self.env.now();
        let age = now.since(consent.answered_at.unwrap_or(now));
        let actor = self.settler(organisation);
        match self.ask(&draft, &secrets, claimed, age >= ARRIVAL).await? {
            Arrived::Yes(own_name) => {
                self.connect_consented(&actor, &consent, &draft, &secrets, claimed, own_name).await?;
                Ok(None)
            }
            Arrived::NotYet(what, code) if age < ARRIVAL => {
                let mut tx = self.store.begin().await?;
                rows::note(&mut tx, organisation, id, &what, code).await?;
                tx.commit().await?;
                let wait = age.clamp(Duration::from_secs(5), Duration::from_mins(1));
                Ok(Some(now.plus(wait)))
            }
            Arrived::NotYet(what, code) | Arrived::Never(what, code) => {
                self.fail_consent(&actor, &consent, &draft, &what, code).await?;
                Ok(None)
            }
        }
    }

    async fn secrets_of(&self, consent: &Consent) -> Result<Secrets, TenantsError> {
        let sealed = rows::sealed(&mut self.store.read().await?, consent.organisation, consent.id).await?;
        let Some(sealed) = sealed else { return Ok(Secrets::default()) };
        Ok(Secrets::from_text(&self.sealer.open_text(rows::place(consent.id), &sealed)?))
    }

    /// `late`: what has not arrived by now will not arrive.
    async fn ask(&self, draft: &Draft, secrets: &Secrets, claimed: Uuid, late: bool) -> Result<Arrived, TenantsError> {
        let client = match self.consented_client(draft, secrets, claimed).await? {
            Ok(client) => client,
            Err(what) => return Ok(Arrived::Never(what, None)),
        };
        let claims = match client.token_claims().await {
            Ok(claims) => claims,
            Err(error) => return Ok(not_given(&error)),
        };
        if claims.tid.as_deref() != Some(claimed.to_string().as_str()) {
            return Ok(Arrived::Never("Entra's token is for another tenant than the browser named".to_owned(), None));
        }
        let missing = grants::compare(&draft.features, &claims.roles).missing;
        if claims.roles.is_empty() || (!missing.is_empty() && !late) {
            let names: Vec<_> = missing.iter().map(|grant| grant.name).collect();
            let what = format!("consent has not arrived yet, or does not grant {}", names.join(", "));
            return Ok(Arrived::NotYet(what, None));
        }
        match client.organization().await {
            Ok(Some(organization)) if organization.id != claimed => {
                Ok(Arrived::Never("the tenant's own record has another id than the browser named".to_owned(), None))
            }
            Ok(organization) => Ok(Arrived::Yes(organization.and_then(|organization| organization.display_name))),
            // Reading the tenant's record is a permission of its own; the token has said whose it is.
            Err(error) if error.is_forbidden() => Ok(Arrived::Yes(None)),
            Err(error) => Ok(not_given(&error)),
        }
    }

    async fn consented_client(
        &self,
        draft: &Draft,
        secrets: &Secrets,
        claimed: Uuid,
    ) -> Result<Result<Client, String>, TenantsError> {
        let own = draft.credential.as_ref().zip(secrets.credential.clone());
        let credential = match own {
            Some((credential, secret)) => Some(credential.credential(secret)),
            None => match config::credential(&self.config).await {
                Ok(credential) => credential,
                Err(what) => return Ok(Err(what)),
            },
        };
        let Some(credential) = credential else {
            return Ok(Err("the application has no credential".to_owned()));
        };
        let credentials =
            ClientCredentials { tenant: claimed.to_string(), client_id: draft.client_id.to_string(), credential };
        let http = self.clients.http(secrets.proxy.as_ref(), draft.ca_pem.as_deref())?;
        let provider = Arc::new(FixedCredentials::one(credentials));
        let budget = self.clients.budget(claimed, draft.client_id);
        let config = graph::Config::new(http, self.env.clone(), draft.cloud.clone(), provider, budget);
        Ok(Ok(Client::new(graph::Config { retry: BRISK, ..config })?))
    }

    async fn connect_consented(
        &self,
        actor: &Actor,
        consent: &Consent,
        draft: &Draft,
        secrets: &Secrets,
        claimed: Uuid,
        own_name: Option<String>,
    ) -> Result<(), TenantsError> {
        let mut tx = self.store.begin().await?;
        let tenant = match self.join(&mut tx, actor, draft, secrets, claimed, own_name.as_deref()).await {
            Ok(tenant) => tenant,
            Err(TenantsError::Conflict(why)) => {
                drop(tx);
                return self.fail_consent(actor, consent, draft, &why, None).await;
            }
            Err(error) => return Err(error),
        };
        if !rows::end(&mut tx, actor.organisation, consent.id, ConsentState::Connected, Some(tenant.id)).await? {
            return Ok(());
        }
        rows::note(&mut tx, actor.organisation, consent.id, "the tenant is connected", None).await?;
        tx.commit().await?;
        self.probe(&tenant).await.map(drop)
    }

    /// The new tenant, or the one that is there already: consent given again.
    async fn join(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        draft: &Draft,
        secrets: &Secrets,
        claimed: Uuid,
        own_name: Option<&str>,
    ) -> Result<Tenant, TenantsError> {
        match tenants::find_by_entra_id(tx, actor.organisation, claimed).await? {
            Some(tenant) if tenant.client_id == draft.client_id => Ok(tenant),
            Some(_) => Err(TenantsError::Conflict(
                "the tenant is connected already, with another application; disconnect it first".to_owned(),
            )),
            None => self.insert(tx, actor, draft, secrets, claimed, own_name).await,
        }
    }

    pub(super) async fn fail_consent(
        &self,
        actor: &Actor,
        consent: &Consent,
        draft: &Draft,
        why: &str,
        code: Option<String>,
    ) -> Result<(), TenantsError> {
        let mut tx = self.store.begin().await?;
        if !rows::end(&mut tx, actor.organisation, consent.id, ConsentState::Failed, None).await? {
            return Ok(());
        }
        rows::note(&mut tx, actor.organisation, consent.id, why, code.clone()).await?;
        let entry = Entry::act("tenants.consent_failed")
            .object(object_of(consent, draft))
            .reason(why)
            .after(&json!({ "code": code, "claimed_tenant": consent.claimed_tenant }));
        signals::append(&mut tx, &self.env, actor, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }

    fn settler(&self, organisation: OrganisationId) -> Actor {
        Actor::system("consent settled", organisation, self.env.new_id::<RequestId>())
    }
}

/// Refusals that a consent which has just been given brings with it pass; the others stay.
fn not_given(error: &GraphError) -> Arrived {
    let failure = Failure::of(error);
    let (what, code) = failure.as_ref().map_or_else(
        || (error.to_string(), error.raw_code()),
        |failure| (failure.detail.clone(), failure.code.clone()),
    );
    let passes = failure.is_some_and(|failure| {
        matches!(
            failure.fault,
            Fault::AppUnknown | Fault::NoConsent | Fault::Throttled | Fault::Unreachable | Fault::Forbidden
        )
    });
    if passes { Arrived::NotYet(what, code) } else { Arrived::Never(what, code) }
}
