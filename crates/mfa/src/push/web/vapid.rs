//! By what push services know this server (VAPID, RFC 8292): one pair of keys of P-256, made when a browser is first offered to
//! be told, the private half sealed.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Secret, Timestamp};
use serde_json::json;
use url::Url;

use crate::error::MfaError;
use crate::service::Mfa;
use crate::store::subscriptions as rows;

/// How long what is signed counts; never more than a day (RFC 8292 §2). Clocks may differ.
const COUNTS_FOR: Duration = Duration::from_hours(1);

/// The server's pair of keys.
pub(super) struct VapidKey(EcdsaKeyPair);

impl VapidKey {
    /// A new pair, and its private half as it is sealed.
    fn make() -> (Self, Secret<Vec<u8>>) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("invariant: keys can be made");
        let private = pair.to_pkcs8v1().expect("invariant: a key that was made can be written");
        let private = Secret::new(private.as_ref().to_vec());
        (Self(pair), private)
    }

    fn open(private: &[u8]) -> Self {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private);
        Self(pair.expect("invariant: what was sealed in this place is a key"))
    }

    /// The public half, base64url.
    pub(super) fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())
    }

    /// What tells a push service who sends: a token for this service alone, and the key that it verifies by (RFC 8292 §3).
    pub(super) fn authorization(&self, service: &Url, contact: &str, now: Timestamp) -> String {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut claims = json!({
            "aud": service.origin().ascii_serialization(), "exp": now.plus(COUNTS_FOR).seconds(),
        });
        // A contact is an address of mail or https (RFC 8292 §2.1).
        if contact.starts_with("https://") {
            claims["sub"] = contact.into();
        }
        let text = format!("{}.{}", part(json!({ "typ": "JWT", "alg": "ES256" })), part(claims));
        let signature = self.0.sign(&SystemRandom::new(), text.as_bytes()).expect("invariant: a key signs");
        format!("vapid t={text}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.as_ref()), self.public())
    }
}

impl Mfa {
    /// The server's pair of keys, made at the first need. Of two nodes that make one at once both take the same.
    pub(super) async fn vapid_key(&self) -> Result<VapidKey, MfaError> {
        let known = rows::key(&mut self.store().read().await?).await?;
        let sealed = match known {
            Some(sealed) => sealed,
            None => self.make_vapid_key().await?,
        };
        Ok(VapidKey::open(self.sealer().open(rows::key_place(), &sealed)?.expose()))
    }

    async fn make_vapid_key(&self) -> Result<Vec<u8>, MfaError> {
        let (made, private) = VapidKey::make();
        let sealed = self.sealer().seal(rows::key_place(), private.expose());
        let mut tx = self.store().begin().await?;
        rows::insert_key(&mut tx, sealed, made.0.public_key().as_ref().to_vec(), self.env().now()).await?;
        let sealed = rows::key(&mut tx).await?.ok_or(MfaError::NotFound("push key"))?;
        tx.commit().await?;
        Ok(sealed)
    }
}
