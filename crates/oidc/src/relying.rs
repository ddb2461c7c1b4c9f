//! Signing people in by the code flow (OpenID Connect Core §3.1) with PKCE (RFC 7636) and a secret or key of our own.
//!
//! ```text
//! authorize address ──browser──► Entra ──browser: code, state──► redeem ──id_token──► RS256, key, signature,
//!  state, nonce, S256                                             verifier, proof      issuer, tenant, audience, nonce, times
//! ```
//!
//! Deliberately keeps nothing: what must be the same on the way back (`state`, `nonce`, verifier) is the caller's to keep.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, decode, decode_header};
use kernel::Secret;
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use crate::issued::{IssuerKeys, LONGEST, signature_alone};
use crate::published::{KeysAddress, NoKey};
use crate::{Authority, ClientCredentials, TokenClient, TokenError};

/// Who the person is and what they are called; nothing of Graph.
const SCOPE: &str = "openid profile";
/// Clocks differ.
const LEEWAY_SECONDS: i64 = 120;
/// The longest code that is sent on, in bytes.
const LONGEST_CODE: usize = 8 * 1024;

/// What a browser is sent to the sign-in service with.
#[derive(Debug, Clone, Copy)]
pub struct CodeRequest<'a> {
    /// The cloud of the tenant.
    pub authority: &'a Authority,
    /// The tenant: nobody of another one can sign in at its address.
    pub tenant: Uuid,
    /// The application.
    pub client_id: &'a str,
    /// Where the answer goes.
    pub redirect_uri: &'a str,
    /// Comes back as it is.
    pub state: &'a str,
    /// Comes back in the token.
    pub nonce: &'a str,
    /// What the code is redeemed with; its hash travels.
    pub verifier: &'a Secret<String>,
    /// Whether the person has to sign in by hand, session or not. Whoever holds the browser can leave that out: what
    /// counts is [`SignInClaims::auth_time`].
    pub by_hand: bool,
}

impl CodeRequest<'_> {
    /// The address (oidc.md §2).
    pub fn address(&self) -> Url {
        let hash = digest(&SHA256, self.verifier.expose().as_bytes());
        let mut url = self.authority.login_path(&[&self.tenant.to_string(), "oauth2", "v2.0", "authorize"]);
        url.query_pairs_mut()
            .append_pair("client_id", self.client_id)
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("redirect_uri", self.redirect_uri)
            .append_pair("scope", SCOPE)
            .append_pair("state", self.state)
            .append_pair("nonce", self.nonce)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(hash))
            .append_pair("code_challenge_method", "S256");
        if self.by_hand {
            url.query_pairs_mut().append_pair("prompt", "login");
        }
        url
    }
}

#[derive(Deserialize)]
struct Answer {
    id_token: Option<Secret<String>>,
}

impl TokenClient {
    /// Redeems a code for an ID token (OpenID Connect Core §3.1.3), which is not checked yet.
    pub async fn redeem(
        &self,
        authority: &Authority,
        credentials: &ClientCredentials,
        code: &Secret<String>,
        redirect_uri: &str,
        verifier: &Secret<String>,
    ) -> Result<Secret<String>, TokenError> {
        if code.expose().len() > LONGEST_CODE {
            return Err(TokenError::broken("the code is longer than any of the sign-in service's"));
        }
        let endpoint = authority.token_endpoint(&credentials.tenant);
        let mut form = self.proof(endpoint.as_str(), credentials)?;
        form.push(("grant_type", Secret::from("authorization_code")));
        form.push(("client_id", Secret::from(credentials.client_id.as_str())));
        form.push(("scope", Secret::from(SCOPE)));
        form.push(("code", code.clone()));
        form.push(("redirect_uri", Secret::from(redirect_uri)));
        form.push(("code_verifier", verifier.clone()));
        let body = self.post(endpoint, &form).await?;
        let answer: Option<Answer> = serde_json::from_slice(body.expose()).ok();
        let missing = || TokenError::broken("the sign-in service answered 200 without an ID token");
        answer.and_then(|answer| answer.id_token).ok_or_else(missing)
    }
}

/// Who must have signed in, and for what.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedSignIn<'a> {
    /// The cloud of the tenant.
    pub authority: &'a Authority,
    /// The tenant.
    pub tenant: Uuid,
    /// The application.
    pub audience: &'a str,
    /// What was sent along.
    pub nonce: &'a str,
}

/// What a checked ID token says of a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SignInClaims {
    /// Who issued it.
    pub iss: String,
    /// The tenant in which the person has signed in.
    pub tid: Uuid,
    /// The person's object id there.
    pub oid: Uuid,
    /// For whom.
    pub aud: String,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// When it begins.
    #[serde(default)]
    pub nbf: Option<i64>,
    /// What was sent along.
    #[serde(default)]
    pub nonce: Option<String>,
    /// When the person last signed in by hand. An optional claim in Entra: absent where the application does not ask.
    #[serde(default)]
    pub auth_time: Option<i64>,
    /// What the person calls themselves. To be shown, never to be looked up.
    #[serde(default)]
    pub preferred_username: Option<String>,
    /// The person's name. To be shown.
    #[serde(default)]
    pub name: Option<String>,
    /// The person's user principal name, where the application asks for it.
    #[serde(default)]
    pub upn: Option<String>,
}

/// Why an ID token does not count. The text is for administrators.
#[derive(Debug, thiserror::Error)]
pub enum SignInRefused {
    /// Too long, or not three parts with a header in JSON.
    #[error("the ID token cannot be read")]
    NotAToken,
    /// Not signed, or by another algorithm than Entra's.
    #[error("the ID token is not signed with RS256")]
    Algorithm,
    /// Nobody publishes the key that it names, or it names none.
    #[error("the ID token is signed with a key that the tenant does not publish")]
    UnknownKey,
    /// The key signs the tokens of somebody else.
    #[error("the ID token is signed with a key of another issuer")]
    ForeignKey,
    /// The signature does not fit.
    #[error("the ID token's signature is wrong")]
    Signature,
    /// Claims are missing or of the wrong type.
    #[error("the ID token lacks a claim, or has one of the wrong type: iss, tid, oid, aud, exp and iat are needed")]
    Claims,
    /// Issued by somebody else.
    #[error("the ID token is issued by {0:?}")]
    Issuer(String),
    /// About a person of another tenant.
    #[error("the ID token is about a person of tenant {0}")]
    Tenant(Uuid),
    /// For another application.
    #[error("the ID token is for application {0:?}")]
    Audience(String),
    /// Of another sign-in.
    #[error("the ID token is of another sign-in: its nonce is another")]
    Nonce,
    /// Over, or not yet.
    #[error("the ID token does not count at this time")]
    Time,
    /// The keys cannot be had for now.
    #[error("the tenant's keys cannot be read")]
    Unavailable(#[source] TokenError),
}

impl SignInRefused {
    /// A stable word for logs and figures.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAToken => "id_token_not_a_token",
            Self::Algorithm => "id_token_algorithm",
            Self::UnknownKey => "id_token_unknown_key",
            Self::ForeignKey => "id_token_foreign_key",
            Self::Signature => "id_token_signature",
            Self::Claims => "id_token_claims",
            Self::Issuer(_) => "id_token_issuer",
            Self::Tenant(_) => "id_token_tenant",
            Self::Audience(_) => "id_token_audience",
            Self::Nonce => "id_token_nonce",
            Self::Time => "id_token_time",
            Self::Unavailable(_) => "id_token_keys_unavailable",
        }
    }
}

impl IssuerKeys {
    /// Checks an ID token (OpenID Connect Core §3.1.3.7). It came from the token endpoint itself; all is checked all the
    /// same, because an address is set by people.
    pub async fn check_sign_in(
        &self,
        token: &Secret<String>,
        expected: &ExpectedSignIn<'_>,
    ) -> Result<SignInClaims, SignInRefused> {
        let token = token.expose().as_str();
        if token.len() > LONGEST {
            return Err(SignInRefused::NotAToken);
        }
        let header = decode_header(token).map_err(|_| SignInRefused::NotAToken)?;
        if header.alg != Algorithm::RS256 {
            return Err(SignInRefused::Algorithm);
        }
        let kid = header.kid.ok_or(SignInRefused::UnknownKey)?;
        let address = KeysAddress::List(expected.authority.keys_of(expected.tenant));
        let published = self.0.find(&address, &kid).await.map_err(|none| match none {
            NoKey::Unknown => SignInRefused::UnknownKey,
            NoKey::Unavailable(cause) => SignInRefused::Unavailable(cause),
        })?;
        let key = DecodingKey::from_jwk(&published.jwk).map_err(|_| SignInRefused::UnknownKey)?;
        let payload = decode::<serde_json::Value>(token, &key, &signature_alone());
        let payload = payload.map_err(|_| SignInRefused::Signature)?.claims;
        let claims: SignInClaims = serde_json::from_value(payload).map_err(|_| SignInRefused::Claims)?;
        judge(&claims, expected, self.0.env.now().seconds())?;
        let own = |issuer: &String| issuer.replace("{tenantid}", &claims.tid.to_string()) == claims.iss;
        if published.issuer.as_ref().is_some_and(|issuer| !own(issuer)) {
            return Err(SignInRefused::ForeignKey);
        }
        Ok(claims)
    }
}

fn judge(claims: &SignInClaims, expected: &ExpectedSignIn<'_>, now: i64) -> Result<(), SignInRefused> {
    let issuer = expected.authority.issuer_template().replace("{tenantid}", &expected.tenant.to_string());
    if claims.iss != issuer {
        return Err(SignInRefused::Issuer(claims.iss.clone()));
    }
    if claims.tid != expected.tenant {
        return Err(SignInRefused::Tenant(claims.tid));
    }
    if claims.aud != expected.audience {
        return Err(SignInRefused::Audience(claims.aud.clone()));
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(SignInRefused::Nonce);
    }
    let begins = claims.nbf.unwrap_or(claims.iat);
    let over = claims.exp.saturating_add(LEEWAY_SECONDS) <= now;
    if over || begins.saturating_sub(LEEWAY_SECONDS) > now { Err(SignInRefused::Time) } else { Ok(()) }
}
