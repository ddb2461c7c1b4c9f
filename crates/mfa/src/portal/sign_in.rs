//! The way back from Entra: the answer belongs to this browser and counts once; then the person is who the ID token says.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use kernel::{Secret, Timestamp};
use oidc::{ExpectedSignIn, SignInClaims, TokenClient, TokenError};
use tenants::{SignInClient, TenantId};

use super::visit::Visit;
use super::{Entered, VisitId};
use crate::accounts::{names_a_guest, suspension};
use crate::attempts::{Attempt, Outcome};
use crate::authorize::hash_of;
use crate::error::MfaError;
use crate::model::{Account, Origin, Person, Provider};
use crate::service::Mfa;
use crate::store::{portal as rows, transactions};

/// How long a way back is remembered: longer than any cookie of one counts.
const REMEMBERED: Duration = Duration::from_hours(1);
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 320;

/// What Entra has the browser bring back (RFC 6749 §4.1.2).
#[derive(Debug, Default)]
pub struct Answer {
    /// What was sent along.
    pub state: String,
    /// What is redeemed.
    pub code: Option<Secret<String>>,
    /// Why there is none.
    pub error: Option<String>,
}

impl Answer {
    /// Which way it was.
    pub fn visit(&self) -> Option<VisitId> {
        self.state.split_once('.')?.0.parse().ok()
    }
}

/// How a way back ends.
#[derive(Debug)]
pub enum Back {
    /// In a session.
    In {
        /// Of this tenant.
        tenant: TenantId,
        /// What opens it.
        entered: Entered,
    },
    /// Not.
    NotIn(NotIn),
}

/// Why nobody is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotIn {
    /// It took too long, was used before, or is another browser's.
    Over,
    /// The person gave up at Entra's.
    Declined,
    /// Entra did not do as it was asked; administrators find out why in the log of attempts.
    Refused,
    /// Entra cannot be reached.
    Unreachable,
    /// The directory has the person disabled or deleted.
    Suspended,
    /// Somebody else signed in for a session that was open.
    SomebodyElse,
}

/// Why an answer does not count, for administrators.
struct Fault {
    not_in: NotIn,
    reason: &'static str,
    detail: String,
}

impl Fault {
    fn new(not_in: NotIn, reason: &'static str, detail: impl Into<String>) -> Self {
        Self { not_in, reason, detail: detail.into() }
    }
}

impl Mfa {
    /// Takes what Entra has the browser bring back. `cookie` is the one of this visit, `token` of a session that the browser
    /// may have.
    pub async fn come_back(
        &self,
        answer: &Answer,
        cookie: Option<&Secret<String>>,
        token: Option<&Secret<String>>,
        origin: &Origin,
    ) -> Result<Back, MfaError> {
        let Some(visit) = answer.visit().zip(cookie).and_then(|(id, cookie)| self.open_visit(id, cookie)) else {
            return Ok(Back::NotIn(NotIn::Over));
        };
        let same = verify_slices_are_equal(visit.state.as_bytes(), answer.state.as_bytes()).is_ok();
        if !same || visit.is_over(self.env().now()) || !self.first_time(&visit).await? {
            return Ok(Back::NotIn(NotIn::Over));
        }
        let provider = self.provider(&mut self.store().read().await?, visit.tenant).await?;
        match self.signed_in(&provider, &visit, answer).await {
            Ok(claims) => self.enter(&provider, &visit, &claims, token, origin).await,
            Err(fault) => self.not_in(&provider, fault, None, origin).await,
        }
    }

    /// Whether the way was not gone before, on any node; it is from now on.
    async fn first_time(&self, visit: &Visit) -> Result<bool, MfaError> {
        let mut tx = self.store().begin().await?;
        let until = self.env().now().plus(REMEMBERED);
        let way = hash_of(&format!("portal {}", visit.state));
        let new = transactions::see(&mut tx, visit.tenant, &[way], until).await?;
        tx.commit().await?;
        Ok(!new.is_empty())
    }

    async fn signed_in(&self, provider: &Provider, visit: &Visit, answer: &Answer) -> Result<SignInClaims, Fault> {
        if let Some(error) = &answer.error {
            let not_in = if error == "access_denied" { NotIn::Declined } else { NotIn::Refused };
            return Err(Fault::new(not_in, "portal_entra_error", error.as_str()));
        }
        let missing = || Fault::new(NotIn::Refused, "portal_no_code", "there is neither a code nor an error");
        let code = answer.code.as_ref().ok_or_else(missing)?;
        let client = self.parts.tenants.sign_in_client(provider.organisation, provider.tenant).await;
        let client = client.map_err(|error| Fault::new(NotIn::Refused, "portal_client", error.to_string()))?;
        let token = self.redeem(&client, code, &visit.verifier).await.map_err(|error| {
            let not_in = if error.aadsts().is_some() { NotIn::Refused } else { NotIn::Unreachable };
            Fault::new(not_in, "portal_code", error.to_string())
        })?;
        let expected = ExpectedSignIn {
            authority: &client.authority,
            tenant: client.entra_id,
            audience: &client.client_id.to_string(),
            nonce: &visit.nonce,
        };
        let checked = self.parts.issuer_keys.through(client.http).check_sign_in(&token, &expected).await;
        checked.map_err(|refused| Fault::new(NotIn::Refused, refused.code(), refused.to_string()))
    }

    /// Redeems a code by the first credential that Entra takes.
    async fn redeem(
        &self,
        client: &SignInClient,
        code: &Secret<String>,
        verifier: &str,
    ) -> Result<Secret<String>, TokenError> {
        let (tokens, uri) = (TokenClient::new(client.http.clone(), self.env().clone()), self.portal_redirect_uri());
        let verifier = Secret::from(verifier);
        let mut last = Err(TokenError::broken("the tenant has no credential"));
        for credentials in &client.credentials {
            last = tokens.redeem(&client.authority, credentials, code, &uri, &verifier).await;
            if !last.as_ref().is_err_and(TokenError::credential_refused) {
                break;
            }
        }
        last
    }

    async fn enter(
        &self,
        provider: &Provider,
        visit: &Visit,
        claims: &SignInClaims,
        token: Option<&Secret<String>>,
        origin: &Origin,
    ) -> Result<Back, MfaError> {
        let entra_at = claims.auth_time.map(Timestamp::from_seconds);
        let person = person(claims, &self.tenant_of(provider.organisation, provider.tenant).await?.domains);
        let mut tx = self.store().begin().await?;
        let account = self.account_of(&mut tx, provider, &person).await?;
        if suspension(&mut tx, &account).await?.is_some() {
            rows::delete_all(&mut tx, account.id).await?;
            tx.commit().await?;
            let fault = Fault::new(NotIn::Suspended, "suspended", "the directory has the person disabled or deleted");
            return self.not_in(provider, fault, Some(&account), origin).await;
        }
        let open = match token {
            Some(token) => self.session(&mut tx, token).await.ok().map(|session| (token, session)),
            None => None,
        };
        let entered = match (visit.session, open) {
            (Some(raised), Some((former, mut session))) if session.id == raised && session.account == account.id => {
                session.entra_at = entra_at.or(session.entra_at);
                self.renew_session(&mut tx, former, session).await?
            }
            (Some(_), Some((_, other))) => {
                rows::delete(&mut tx, other.id).await?;
                tx.commit().await?;
                let fault = Fault::new(NotIn::SomebodyElse, "portal_somebody_else", "the session is another person's");
                return self.not_in(provider, fault, Some(&account), origin).await;
            }
            (_, open) => {
                if let Some((_, former)) = open {
                    rows::delete(&mut tx, former.id).await?;
                }
                self.begin_session(&mut tx, &account, entra_at, origin).await?
            }
        };
        tx.commit().await?;
        Ok(Back::In { tenant: provider.tenant, entered })
    }

    /// Writes down why nobody was let in; not more than one address may fill the log with.
    async fn not_in(
        &self,
        provider: &Provider,
        fault: Fault,
        account: Option<&Account>,
        origin: &Origin,
    ) -> Result<Back, MfaError> {
        let from = origin.address.as_deref().and_then(|address| address.parse().ok());
        if from.is_none_or(|from| self.faults.check(from).is_ok()) {
            let mut attempt = Attempt::new(self, provider, Outcome::Error, fault.reason, origin).detail(fault.detail);
            if let Some(account) = account {
                attempt = attempt.by(account);
            }
            let mut tx = self.store().begin().await?;
            self.record(&mut tx, &attempt).await?;
            tx.commit().await?;
        }
        Ok(Back::NotIn(fault.not_in))
    }
}

fn person(claims: &SignInClaims, domains: &[String]) -> Person {
    let label = claims.upn.as_ref().or(claims.preferred_username.as_ref());
    let text =
        |text: &String| -> String { text.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect() };
    let label = label.map_or_else(|| claims.oid.to_string(), text);
    let guest = names_a_guest(&label, domains);
    Person { object_id: claims.oid, label, name: claims.name.as_ref().map(text), guest }
}
