//! A certificate as Entra knows it: thumbprints, dates, and whether a key belongs to it.
//!
//! Deliberately verifies no chain: Entra compares the registered certificate itself, so self-signed ones are usual.

use aws_lc_rs::digest;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kernel::{Secret, Timestamp};
use x509_parser::pem::Pem;

/// Why a certificate or key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No certificate in the text.
    #[error("there is no CERTIFICATE block in the PEM text")]
    NoCertificate,
    /// The block is not a certificate.
    #[error("the CERTIFICATE block cannot be read: {0}")]
    Unreadable(String),
    /// No private key in the text.
    #[error("there is no private key in the PEM text; expected PRIVATE KEY (PKCS #8) or RSA PRIVATE KEY (PKCS #1)")]
    NoKey,
    /// The key is protected by a passphrase.
    #[error("the private key is encrypted; decrypt it first (openssl pkcs8 -topk8 -nocrypt)")]
    EncryptedKey,
    /// Entra accepts RSA only.
    #[error(
        "the private key is not an RSA key of 2048 to 8192 bits; Entra accepts no other kind for client assertions"
    )]
    NotRsa,
    /// Key and certificate are not a pair.
    #[error("the private key does not belong to the certificate")]
    Mismatch,
}

/// A parsed certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    public_key: Vec<u8>,
    subject: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Certificate {
    /// Reads the first certificate of a PEM text; other blocks are passed over.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let der = blocks(pem)
            .find(|block| block.label == "CERTIFICATE")
            .map(|block| block.contents)
            .ok_or(CertificateError::NoCertificate)?;
        Self::from_der(der)
    }

    /// Reads DER.
    pub fn from_der(der: Vec<u8>) -> Result<Self, CertificateError> {
        let unreadable = |error: &dyn std::fmt::Display| CertificateError::Unreadable(error.to_string());
        let (_, parsed) = x509_parser::parse_x509_certificate(&der).map_err(|error| unreadable(&error))?;
        let public_key = parsed.public_key().subject_public_key.data.to_vec();
        let subject = parsed.subject().to_string();
        let not_before = Timestamp::from_seconds(parsed.validity().not_before.timestamp());
        let not_after = Timestamp::from_seconds(parsed.validity().not_after.timestamp());
        Ok(Self { der, public_key, subject, not_before, not_after })
    }

    /// The certificate itself, as Entra's `keyCredentials[].key` wants it: base64 of the DER form.
    pub fn base64_der(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// The SHA-1 thumbprint in upper-case hexadecimal, as the Entra admin center shows it.
    pub fn thumbprint(&self) -> String {
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der);
        digest.as_ref().iter().fold(String::with_capacity(40), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02X}");
            text
        })
    }

    /// The SHA-256 thumbprint in base64url, as the header `x5t#S256` wants it (RFC 7515 §4.1.8).
    pub fn x5t_s256(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &self.der))
    }

    /// The subject, as text.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Valid from.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Valid until.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Refuses a key that is not this certificate's.
    pub fn check_key(&self, key_pem: &Secret<String>) -> Result<(), CertificateError> {
        let key = rsa_key(key_pem)?;
        if key.public_key().as_ref() == self.public_key { Ok(()) } else { Err(CertificateError::Mismatch) }
    }
}

fn rsa_key(key_pem: &Secret<String>) -> Result<KeyPair, CertificateError> {
    for block in blocks(key_pem.expose()) {
        let contents = Secret::new(block.contents);
        let key = match block.label.as_str() {
            "PRIVATE KEY" => KeyPair::from_pkcs8(contents.expose()),
            "RSA PRIVATE KEY" => KeyPair::from_der(contents.expose()),
            "ENCRYPTED PRIVATE KEY" => return Err(CertificateError::EncryptedKey),
            "EC PRIVATE KEY" => return Err(CertificateError::NotRsa),
            _ => continue,
        };
        return key.map_err(|_| CertificateError::NotRsa);
    }
    Err(CertificateError::NoKey)
}

/// The key in the one form that the signer reads: a PEM text with nothing but the key.
pub(crate) fn key_only(key_pem: &Secret<String>) -> Result<Secret<String>, CertificateError> {
    rsa_key(key_pem)?;
    let text = key_pem.expose();
    for label in ["RSA PRIVATE KEY", "PRIVATE KEY"] {
        let (first, last) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
        if let Some(start) = text.find(&first)
            && let Some(length) = text[start..].find(&last)
        {
            return Ok(Secret::new(text[start..start + length + last.len()].to_owned()));
        }
    }
    Err(CertificateError::NoKey)
}

fn blocks(pem: &str) -> impl Iterator<Item = Pem> {
    Pem::iter_from_buffer(pem.as_bytes()).map_while(Result::ok)
}
