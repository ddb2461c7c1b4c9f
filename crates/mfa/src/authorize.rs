//! Entra's request, checked in a fixed order until somebody may be asked for their factor (eam.md §4).
//!
//! | check | fails with |
//! |---|---|
//! | the method is POST, the body a form that can be read, and no parameter stands twice | our own page |
//! | `redirect_uri` is the one address of the tenant's cloud, or that for custom controls where those are answered | our own page |
//! | `client_id` is the one that we gave to Entra | our own page |
//! | `scope`, `response_type`, `response_mode` | an error posted back |
//! | the hint: key, signature, issuer, tenant, application, freshness | an error posted back |
//! | `claims` asks for something that people may use here | an error posted back |
//! | hint and nonce were never seen | an error posted back |
//! | `claims` asks for something that policies let this person use | an error posted back |
//!
//! Nothing is looked up about a person before the hint has verified. A custom control's request is of the same shape, and goes the
//! same way; it differs in where the answer goes, and in the claims that it asks for.

mod question;

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use kernel::{Secret, Timestamp};
use oidc::{ExpectedHint, HintClaims, HintRefused};
use serde::{Deserialize, Serialize};
use store::Tx;
use tenants::TenantId;

use crate::accounts::names_a_guest;
use crate::answer::Posted;
use crate::attempts::{Attempt, Outcome};
use crate::error::MfaError;
use crate::model::{Origin, Person, Provider, ProviderState, TransactionId};
use crate::policy::Door;
use crate::providers::{Back, SignInService};
use crate::request::{AuthorizeRequest, FormFault};
use crate::service::Mfa;
use crate::store::transactions as rows;
use crate::transactions::Waiting;

pub(crate) use question::Question;

/// How long a hint and a nonce are remembered: longer than any hint is fresh, whatever the clocks say.
const REMEMBERED: Duration = Duration::from_hours(1);
/// The least time in which a person must have proved themselves.
const LEAST: Duration = Duration::from_mins(1);
/// The longest nonce, in bytes.
const LONGEST_NONCE: usize = 1024;

/// What comes of a request.
#[derive(Debug)]
pub enum Begun {
    /// The person proves themselves in this browser.
    Prove {
        /// Which sign-in.
        transaction: TransactionId,
        /// What binds it to the browser; goes into a cookie and nowhere else.
        browser: Secret<String>,
        /// Until when.
        until: Timestamp,
    },
    /// An error goes back to Entra.
    Return(Posted),
    /// Who asks is not trusted: the person is told on our own page, and nothing is posted.
    Stay {
        /// Why, as a stable word.
        reason: &'static str,
    },
}

/// What is kept of a request until it is answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub redirect_uri: String,
    pub client_id: String,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub sub: String,
    pub wanted: Question,
}

/// A request that is Entra's.
struct Checked {
    person: Person,
    kept: Kept,
    /// Until when Entra waits for the answer.
    until: Timestamp,
}

/// Why nobody is asked. The text is for administrators.
#[derive(Debug)]
pub(crate) struct Fault {
    pub reason: &'static str,
    pub detail: String,
    /// The OAuth error that Entra is told; none: it is told nothing.
    pub error: Option<&'static str>,
}

impl Fault {
    fn here(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), error: None }
    }

    fn back(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), error: Some("invalid_request") }
    }
}

impl From<HintRefused> for Fault {
    fn from(refused: HintRefused) -> Self {
        let error = match refused {
            HintRefused::Unavailable(_) => "temporarily_unavailable",
            _ => "invalid_request",
        };
        Self { reason: refused.code(), detail: refused.to_string(), error: Some(error) }
    }
}

impl Mfa {
    /// Takes the form that Entra's page has the browser post.
    pub async fn authorize(&self, tenant: TenantId, body: &[u8], mut origin: Origin) -> Result<Begun, MfaError> {
        let provider = self.provider(&mut self.store().look().await?, tenant).await?;
        let request = match AuthorizeRequest::parse(body) {
            Ok(request) => request,
            Err(fault) => return self.refuse(tenant, &fault, &origin).await,
        };
        origin.correlation_id.clone_from(&request.client_request_id);
        let tenant = self.tenant_of(provider.organisation, provider.tenant).await?;
        let http = self.parts.tenants.http(&tenant).await?;
        let service = SignInService::of(&provider, tenant)?;
        let back = service.back(request.get("redirect_uri").unwrap_or_default());
        origin.custom_control = back.as_ref().is_some_and(|back| back.is_control);
        let back = match trusted(&provider, &service, back, &request) {
            Ok(back) => back,
            Err(fault) => return self.stay(&provider, fault, &origin).await,
        };
        match self.checked(&provider, &service, &back, http, &request).await {
            Ok(checked) => self.begin_transaction(&provider, checked, &request, &origin).await,
            Err(fault) => self.turn_back(&provider, &back.to, request.state(), fault, &origin).await,
        }
    }

    /// Writes down what was asked of a tenant without a form that could be read.
    pub async fn refuse(&self, tenant: TenantId, fault: &FormFault, origin: &Origin) -> Result<Begun, MfaError> {
        let provider = self.provider(&mut self.store().look().await?, tenant).await?;
        self.stay(&provider, Fault::here(fault.code(), fault.to_string()), origin).await
    }

    async fn checked(
        &self,
        provider: &Provider,
        service: &SignInService,
        back: &Back,
        http: reqwest::Client,
        request: &AuthorizeRequest,
    ) -> Result<Checked, Fault> {
        request.check_shape().map_err(|fault| Fault {
            reason: fault.code(),
            detail: fault.to_string(),
            error: Some(request.error(&fault)),
        })?;
        let missing = || Fault::back("hint_missing", "the parameter id_token_hint is missing");
        let hint = request.get("id_token_hint").ok_or_else(missing)?;
        let expected = ExpectedHint {
            keys: &service.keys,
            issuer: &service.issuer,
            tenant: provider.entra_id,
            other_issuers: &provider.settings.other_issuers,
            audience: &provider.app_id,
            fresh_for: self.config().hint_fresh_for(),
        };
        let claims = self.parts.issuer_keys.through(http).check_hint(hint, &expected).await?;
        let wanted = match request.get("claims").unwrap_or_default() {
            claims if back.is_control => Question::of_control(claims, &provider.settings.custom_controls)?,
            claims => Question::of_factor(claims)?,
        };
        if !provider.any_kinds().any(|kind| wanted.takes(kind)) {
            return Err(Fault::back("claims_unmeetable", "nothing that people may use here is asked for"));
        }
        let nonce = request.get("nonce");
        if nonce.is_some_and(|nonce| nonce.len() > LONGEST_NONCE) {
            return Err(Fault::back("nonce_too_long", "the parameter nonce is too long"));
        }
        let kept = Kept {
            redirect_uri: back.to.clone(),
            client_id: provider.client_id.clone(),
            state: request.state().map(str::to_owned),
            nonce: nonce.map(str::to_owned),
            sub: claims.sub.clone(),
            wanted,
        };
        Ok(Checked { person: person(&claims, &service.domains), kept, until: self.until(claims.iat) })
    }

    /// Until when somebody may prove themselves of whom Entra began to ask in that second. A minute is always left: our clock
    /// may be ahead of Entra's.
    fn until(&self, asked_at: i64) -> Timestamp {
        let (now, within) = (self.env().now(), self.config().prove_within());
        let asked_ago = Duration::from_secs(u64::try_from(now.seconds() - asked_at).unwrap_or(0));
        now.plus(within.saturating_sub(asked_ago).max(LEAST))
    }

    async fn begin_transaction(
        &self,
        provider: &Provider,
        Checked { person, kept, until }: Checked,
        request: &AuthorizeRequest,
        origin: &Origin,
    ) -> Result<Begun, MfaError> {
        let (now, browser) = (self.env().now(), Secret::new(self.env().rng.token::<32>()));
        let mut tx = self.store().begin().await?;
        if let Some(fault) = self.seen_before(&mut tx, provider, request).await? {
            drop(tx);
            return self.turn_back(provider, &kept.redirect_uri, request.state(), fault, origin).await;
        }
        let account = self.account_of(&mut tx, provider, &person).await?;
        let ruled = self.ruled(&mut tx, provider.clone(), &account, Door::Entra).await?;
        if !ruled.settings.kinds.iter().any(|kind| kept.wanted.takes(*kind)) {
            tx.commit().await?;
            let fault = Fault::back("claims_unmeetable", "nothing that this person may use here is asked for");
            return self.turn_back(&ruled, &kept.redirect_uri, request.state(), fault, origin).await;
        }
        let waiting = Waiting {
            id: self.env().new_id(),
            organisation: provider.organisation,
            provider: provider.tenant,
            account: account.id,
            request: kept,
            created_at: now,
            expires_at: until,
            origin: origin.clone(),
        };
        rows::insert(&mut tx, &waiting, hash_of(browser.expose())).await?;
        tx.commit().await?;
        Ok(Begun::Prove { transaction: waiting.id, browser, until })
    }

    /// Whether the hint or the nonce was seen before, on any node; they are seen from now on.
    async fn seen_before(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        request: &AuthorizeRequest,
    ) -> Result<Option<Fault>, MfaError> {
        let until = self.env().now().plus(REMEMBERED);
        let once = [("id_token_hint", "hint_replayed"), ("nonce", "nonce_replayed")];
        let once = once.into_iter().filter_map(|(name, reason)| Some((name, reason, request.get(name)?)));
        let (once, hashes): (Vec<_>, Vec<_>) =
            once.map(|(name, reason, value)| ((name, reason), hash_of(&format!("{name} {value}")))).unzip();
        // The hint is among them: nothing comes here without one.
        let new = rows::see(tx, provider.tenant, &hashes, until).await?;
        let seen = once.into_iter().zip(&hashes).find(|(_, hash)| !new.contains(hash));
        Ok(seen.map(|((name, reason), _)| Fault::back(reason, format!("the parameter {name} was used before"))))
    }

    async fn turn_back(
        &self,
        provider: &Provider,
        to: &str,
        state: Option<&str>,
        fault: Fault,
        origin: &Origin,
    ) -> Result<Begun, MfaError> {
        let Some(error) = fault.error else { return self.stay(provider, fault, origin).await };
        self.note_fault(provider, &fault, origin).await?;
        Ok(Begun::Return(Posted::error(to.to_owned(), error, state)))
    }

    async fn stay(&self, provider: &Provider, fault: Fault, origin: &Origin) -> Result<Begun, MfaError> {
        self.note_fault(provider, &fault, origin).await?;
        Ok(Begun::Stay { reason: fault.reason })
    }
}

impl Mfa {
    /// Writes down what nobody was asked for. Anybody can send it: what comes too often from one address is answered, and
    /// not written down.
    async fn note_fault(&self, provider: &Provider, fault: &Fault, origin: &Origin) -> Result<(), MfaError> {
        let from = origin.address.as_deref().and_then(|address| address.parse().ok());
        if from.is_some_and(|from| self.faults.check(from).is_err()) {
            return Ok(());
        }
        let attempt = Attempt::new(self, provider, Outcome::Error, fault.reason, origin).detail(&fault.detail);
        let mut tx = self.store().begin().await?;
        self.record(&mut tx, &attempt).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Whether it is Entra that asks, for the tenant that the address names, and in a way that is answered: then where to.
fn trusted(
    provider: &Provider,
    service: &SignInService,
    back: Option<Back>,
    request: &AuthorizeRequest,
) -> Result<Back, Fault> {
    if provider.state == ProviderState::Off {
        return Err(Fault::here("provider_off", "the second factor of this tenant is switched off"));
    }
    let Some(back) = back else {
        let detail = format!("answers are posted to {} alone", service.redirect_uri);
        return Err(Fault::here("redirect_uri", detail));
    };
    if back.is_control && !provider.settings.custom_controls.enabled {
        let detail = "a custom control asks, and custom controls are not answered for this tenant";
        return Err(Fault::here("redirect_uri", detail));
    }
    if request.get("client_id") != Some(&provider.client_id) {
        return Err(Fault::here("client_id", "the client id is not the one that was given to Entra"));
    }
    Ok(back)
}

fn person(claims: &HintClaims, domains: &[String]) -> Person {
    let names = [&claims.upn, &claims.preferred_username];
    let label = names.into_iter().flatten().find(|name| !name.trim().is_empty());
    let text = |text: &String| -> String { text.chars().filter(|letter| !letter.is_control()).take(320).collect() };
    let label = label.map_or_else(|| claims.oid.to_string(), text);
    let guest = names_a_guest(&label, domains);
    Person { object_id: claims.oid, label, name: claims.name.as_ref().map(text), guest }
}

pub(crate) fn hash_of(text: &str) -> Vec<u8> {
    digest(&SHA256, text.as_bytes()).as_ref().to_vec()
}
