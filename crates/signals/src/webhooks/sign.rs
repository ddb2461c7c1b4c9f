//! Secrets and signatures after the Standard Webhooks convention 1.0.0 (standardwebhooks.com, "Signature scheme").
//!
//! A secret is 32 random bytes, written as `whsec_` and base64. What is signed is `{id}.{timestamp}.{body}` by
//! HMAC-SHA-256; the header holds `v1,` and the signature in base64, one for each secret that is valid, with spaces
//! between them. Neither id nor timestamp may hold a full stop; ours do not.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Rng, Secret, Timestamp};

/// How a secret begins when it is written out.
pub const PREFIX: &str = "whsec_";

/// The secrets of a webhook: the newest first.
pub(crate) type Secrets = Vec<Secret<Vec<u8>>>;

/// A fresh secret.
pub(crate) fn generate(rng: &Rng) -> Secret<Vec<u8>> {
    Secret::new(rng.bytes::<32>().to_vec())
}

/// A secret as it is handed over.
pub(crate) fn written(secret: &Secret<Vec<u8>>) -> Secret<String> {
    Secret::new(format!("{PREFIX}{}", STANDARD.encode(secret.expose())))
}

/// The value of `webhook-signature`.
pub(crate) fn header(secrets: &[Secret<Vec<u8>>], id: &str, at: Timestamp, body: &[u8]) -> String {
    let all: Vec<String> = secrets.iter().map(|secret| signature(secret, id, at, body)).collect();
    all.join(" ")
}

fn signature(secret: &Secret<Vec<u8>>, id: &str, at: Timestamp, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{id}.{}.", at.seconds()).as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign().as_ref()))
}

#[cfg(test)]
mod tests;
