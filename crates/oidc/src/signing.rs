//! Keys that we sign with ourselves: RSA with a self-signed certificate, as Entra reads a provider's keys (eam.md §2).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kernel::{Secret, Timestamp};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair as Maker, PKCS_RSA_SHA256, RsaKeySize};
use serde::Serialize;
use serde_json::{Value, json};
use x509_parser::public_key::PublicKey;

use crate::certificate::Certificate;

/// Why a key cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// It could not be made.
    #[error("the key could not be made")]
    NotMade(#[source] rcgen::Error),
    /// Its dates are none that a certificate can bear.
    #[error("a certificate cannot bear these dates")]
    Dates,
    /// What is stored is no key, or not this certificate's.
    #[error("the key cannot be read: {0}")]
    Unreadable(String),
    /// What was to be signed could not be written, or not be signed.
    #[error("nothing was signed")]
    NotSigned,
}

/// A key that has just been made: to be stored, the private half sealed.
#[derive(Debug)]
pub struct NewSigningKey {
    /// The private half (PKCS #8, DER).
    pub private: Secret<Vec<u8>>,
    /// The certificate (DER).
    pub certificate: Vec<u8>,
}

impl NewSigningKey {
    /// Makes an RSA key of 2048 bits with a certificate of its own, valid between the two times.
    pub fn make(name: &str, from: Timestamp, until: Timestamp) -> Result<Self, SigningError> {
        let key = Maker::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(SigningError::NotMade)?;
        let mut params = CertificateParams::new(Vec::new()).map_err(SigningError::NotMade)?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date(from)?;
        params.not_after = date(until)?;
        let certificate = params.self_signed(&key).map_err(SigningError::NotMade)?;
        Ok(Self { private: Secret::new(key.serialize_der()), certificate: certificate.der().to_vec() })
    }
}

fn date(at: Timestamp) -> Result<time::OffsetDateTime, SigningError> {
    time::OffsetDateTime::from_unix_timestamp(at.seconds()).map_err(|_| SigningError::Dates)
}

/// The public half of a key, as it is published.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicKeyEntry {
    /// Its id: the SHA-256 thumbprint of the certificate in base64url, the same in every header.
    pub kid: String,
    /// Its entry in the list of keys (RFC 7517 §4) with `x5c`, which Entra demands.
    pub jwk: Value,
}

impl PublicKeyEntry {
    /// Reads a certificate.
    pub fn of(certificate: &[u8]) -> Result<Self, SigningError> {
        let unreadable = |error: &dyn std::fmt::Display| SigningError::Unreadable(error.to_string());
        let known = Certificate::from_der(certificate.to_vec()).map_err(|error| unreadable(&error))?;
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate).map_err(|error| unreadable(&error))?;
        let Ok(PublicKey::RSA(rsa)) = parsed.public_key().parsed() else {
            return Err(SigningError::Unreadable("it is not an RSA key".to_owned()));
        };
        let kid = known.x5t_s256();
        let jwk = json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "x5t#S256": kid,
            "n": number(rsa.modulus), "e": number(rsa.exponent), "x5c": [STANDARD.encode(certificate)],
        });
        Ok(Self { kid, jwk })
    }
}

/// A number of a certificate without the zero that stands before it where its first bit is set.
fn number(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    URL_SAFE_NO_PAD.encode(&bytes[zeros..])
}

/// A key, ready to sign.
pub struct SigningKey {
    pair: KeyPair,
    head: String,
    kid: String,
}

impl SigningKey {
    /// Reads a stored key.
    pub fn open(private: &Secret<Vec<u8>>, certificate: &[u8]) -> Result<Self, SigningError> {
        let PublicKeyEntry { kid, .. } = PublicKeyEntry::of(certificate)?;
        let pair = KeyPair::from_pkcs8(private.expose())
            .map_err(|_| SigningError::Unreadable("the private half is no RSA key".to_owned()))?;
        let head = URL_SAFE_NO_PAD.encode(json!({ "typ": "JWT", "alg": "RS256", "kid": kid }).to_string());
        Ok(Self { pair, head, kid })
    }

    /// Its id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs claims: a compact JWT (RFC 7519) with RS256, the one algorithm that Entra takes.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, SigningError> {
        let claims = serde_json::to_vec(claims).map_err(|_| SigningError::NotSigned)?;
        let text = format!("{}.{}", self.head, URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| SigningError::NotSigned)?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}
