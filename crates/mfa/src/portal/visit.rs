//! The way to Entra: what must be the same on the way back travels sealed in a cookie of its own, so that strangers who
//! begin and never come back leave nothing behind.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Secret, Timestamp};
use oidc::CodeRequest;
use serde::{Deserialize, Serialize};
use store::seal::Place;
use tenants::TenantId;
use url::Url;

use super::{SessionId, VisitId};
use crate::error::MfaError;
use crate::service::Mfa;

/// How long a person may take at Entra's.
const WITHIN: Duration = Duration::from_mins(15);

/// A browser on its way to Entra.
#[derive(Debug)]
pub struct Leaving {
    /// Where it goes.
    pub to: Url,
    /// Which way it is; names the cookie.
    pub visit: VisitId,
    /// What is needed on the way back: for the cookie, and nowhere else.
    pub cookie: Secret<String>,
    /// How long it counts.
    pub within: Duration,
}

/// What is needed on the way back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Visit {
    pub tenant: TenantId,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    pub until: i64,
    /// The session whose person signs in once more.
    pub session: Option<SessionId>,
}

impl Visit {
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.until <= now.micros()
    }
}

impl Mfa {
    /// Sends a browser to the sign-in page of a tenant; `by_hand` has the person sign in there once more, for the session
    /// that the browser shows.
    pub async fn go_to_entra(
        &self,
        tenant: TenantId,
        by_hand: bool,
        token: Option<&Secret<String>>,
    ) -> Result<Leaving, MfaError> {
        let mut tx = self.store().read().await?;
        let provider = self.provider(&mut tx, tenant).await?;
        let session = match token {
            Some(token) => self.session(&mut tx, token).await.ok().filter(|session| session.provider == tenant),
            None => None,
        };
        drop(tx);
        let client = self.parts.tenants.sign_in_client(provider.organisation, tenant).await?;
        let id: VisitId = VisitId(uuid::Uuid::from_bytes(self.env().rng.bytes()));
        let visit = Visit {
            tenant,
            state: format!("{}.{}", id.0.simple(), self.env().rng.token::<32>()),
            nonce: self.env().rng.token::<32>(),
            verifier: self.env().rng.token::<32>(),
            until: self.env().now().plus(WITHIN).micros(),
            session: session.map(|session| session.id),
        };
        let request = CodeRequest {
            authority: &client.authority,
            tenant: client.entra_id,
            client_id: &client.client_id.to_string(),
            redirect_uri: &self.portal_redirect_uri(),
            state: &visit.state,
            nonce: &visit.nonce,
            verifier: &Secret::from(visit.verifier.as_str()),
            by_hand,
        };
        Ok(Leaving { to: request.address(), visit: id, cookie: self.seal_visit(id, &visit), within: WITHIN })
    }

    /// Where Entra sends people back to: a reply address of the tenant's own application.
    pub fn portal_redirect_uri(&self) -> String {
        format!("{}/me/callback", self.parts.url)
    }

    fn seal_visit(&self, id: VisitId, visit: &Visit) -> Secret<String> {
        let text = Secret::new(serde_json::to_vec(visit).unwrap_or_default());
        Secret::new(URL_SAFE_NO_PAD.encode(self.sealer().seal(place(id), text.expose())))
    }

    /// What a cookie says, if it is of this visit and from here.
    pub(super) fn open_visit(&self, id: VisitId, cookie: &Secret<String>) -> Option<Visit> {
        let sealed = URL_SAFE_NO_PAD.decode(cookie.expose()).ok()?;
        let text = self.sealer().open(place(id), &sealed).ok()?;
        serde_json::from_slice(text.expose()).ok()
    }
}

/// Sealed as if it were a row's, so that nothing else that is sealed can stand in for it.
fn place(id: VisitId) -> Place<'static> {
    Place { table: "mfa_portal", row: id.0, column: "visit" }
}
