//! A message that one browser alone can read: `aes128gcm` (RFC 8188) under keys that only it can derive (RFC 8291). Pure.
//!
//! The message is one record: `salt (16) | record size (4) | 65 | our public key (65) | ciphertext and tag`.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Rng, Secret};

use super::Subscription;
use crate::devices::POINT;

/// The record size that is told: what every push service takes (RFC 8291 §4).
const RECORD: u32 = 4_096;
/// What ends the text of the last record (RFC 8188 §2).
const LAST: u8 = 2;
/// How long the browser's secret is (RFC 8291 §3.2).
const SECRET: usize = 16;
/// How an uncompressed point begins (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;

/// Who can read a message: what a browser handed out of its keys.
pub(super) struct Reader {
    public_key: Vec<u8>,
    auth: Secret<Vec<u8>>,
}

impl Reader {
    /// The keys of a subscription; none where they are not what they should be.
    pub(super) fn of(subscription: &Subscription) -> Option<Self> {
        // Browsers write it with and without padding.
        let bytes = |text: &Secret<String>| URL_SAFE_NO_PAD.decode(text.expose().trim_end_matches('=')).ok();
        let (public_key, auth) = (bytes(&subscription.p256dh)?, bytes(&subscription.auth)?);
        let fits = public_key.len() == POINT && public_key[0] == UNCOMPRESSED && auth.len() == SECRET;
        let reader = Self { public_key, auth: Secret::new(auth) };
        // Whether the point is on the curve shows only in the agreement.
        (fits && reader.agrees()).then_some(reader)
    }

    fn agrees(&self) -> bool {
        PrivateKey::generate(&ECDH_P256).and_then(|own| self.shared(&own)).is_ok()
    }

    /// What only the two of them can derive (RFC 8291 §3.4).
    fn shared(&self, own: &PrivateKey) -> Result<[u8; 32], Unspecified> {
        let public = own.compute_public_key()?;
        agree(own, UnparsedPublicKey::new(&ECDH_P256, &self.public_key), Unspecified, |secret| {
            let prk = Salt::new(HKDF_SHA256, self.auth.expose()).extract(secret);
            derived(&prk, &[b"WebPush: info\0".as_slice(), &self.public_key, public.as_ref()])
        })
    }
}

/// A text for one reader, under a key pair of its own.
pub(super) fn encrypted(rng: &Rng, reader: &Reader, text: &[u8]) -> Result<Vec<u8>, Unspecified> {
    encrypted_by(&PrivateKey::generate(&ECDH_P256)?, rng.bytes(), reader, text)
}

fn encrypted_by(own: &PrivateKey, salt: [u8; 16], reader: &Reader, text: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let prk = Salt::new(HKDF_SHA256, &salt).extract(&reader.shared(own)?);
    let key: [u8; 16] = derived(&prk, &[b"Content-Encoding: aes128gcm\0".as_slice()])?;
    let nonce: [u8; 12] = derived(&prk, &[b"Content-Encoding: nonce\0".as_slice()])?;
    let mut record = [text, &[LAST]].concat();
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
    let public = own.compute_public_key()?;
    let length = u8::try_from(public.as_ref().len()).map_err(|_| Unspecified)?;
    Ok([salt.as_slice(), &RECORD.to_be_bytes(), &[length], public.as_ref(), &record].concat())
}

/// So many bytes out of a key (RFC 5869 §2.3).
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn derived<const N: usize>(prk: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut bytes = [0; N];
    prk.expand(info, Bytes(N))?.fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
pub(crate) mod tests;
