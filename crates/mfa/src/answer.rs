//! What goes back to Entra, through the browser (eam.md §5).

use kernel::Secret;
use oidc::{AnswerClaims, SigningKey};

use crate::authorize::Kept;
use crate::error::MfaError;
use crate::factors::Proof;
use crate::model::Provider;
use crate::service::Mfa;

/// How long an answer counts, in seconds.
const GOOD_FOR_SECONDS: i64 = 300;

/// A form that the browser posts to Entra.
#[derive(Debug)]
pub struct Posted {
    /// The one address that takes answers.
    pub to: String,
    /// Its fields, in order.
    pub fields: Vec<(&'static str, Secret<String>)>,
}

impl Posted {
    /// Says that nothing was proved. Entra documents no description.
    pub(crate) fn error(to: String, error: &str, state: Option<&str>) -> Self {
        let mut fields = vec![("error", Secret::from(error))];
        fields.extend(state.map(|state| ("state", Secret::from(state))));
        Self { to, fields }
    }

    /// The origin of the address, for the policy that lets the browser post there.
    pub fn origin(&self) -> String {
        url::Url::parse(&self.to).map_or_else(|_| self.to.clone(), |url| url.origin().ascii_serialization())
    }
}

impl Mfa {
    /// The answer to a request, signed with a key: one `acr` that was asked for, the one `amr` that was proved; to a custom
    /// control, the claims that it asked for.
    pub(crate) fn answer(
        &self,
        key: &SigningKey,
        provider: &Provider,
        kept: &Kept,
        proof: &Proof,
    ) -> Result<Posted, MfaError> {
        let now = self.env().now().seconds();
        let unasked = || MfaError::Invalid("Entra does not take this kind of proof for this sign-in".to_owned());
        let claims = AnswerClaims {
            iss: &self.issuer(provider.tenant),
            aud: &kept.client_id,
            sub: &kept.sub,
            nonce: kept.nonce.as_deref(),
            iat: now,
            exp: now + GOOD_FOR_SECONDS,
            said: kept.wanted.said(proof.amr()).ok_or_else(unasked)?,
        };
        let mut fields = vec![("id_token", Secret::new(key.sign(&claims)?))];
        fields.extend(kept.state.as_deref().map(|state| ("state", Secret::from(state))));
        Ok(Posted { to: kept.redirect_uri.clone(), fields })
    }
}
