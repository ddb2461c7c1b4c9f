//! The keys that sign tokens: several are valid at once, any may be rolled at any time.

use std::sync::{Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde::{Deserialize, Serialize};

/// Why a key could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The certificate or key pair could not be made or parsed.
    #[error("cannot make a key pair or its certificate")]
    Certificate(#[from] rcgen::Error),
    /// The signing library does not take the key.
    #[error("cannot use the key for signing")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

/// One signing key with its self-signed certificate.
#[derive(Clone)]
pub struct SigningKey {
    /// `kid`, which is also `x5t`: the SHA-1 thumbprint of the certificate, base64url.
    pub kid: String,
    /// The certificate, base64 DER: `x5c`.
    pub x5c: String,
    /// The modulus, base64url.
    pub n: String,
    /// The exponent, base64url.
    pub e: String,
    /// Signs.
    pub encoding: EncodingKey,
    /// Verifies.
    pub decoding: DecodingKey,
    pem: String,
}

/// What a state file keeps of a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredKey {
    /// PKCS#8, PEM.
    pub pem: String,
    /// The certificate, base64 DER.
    pub x5c: String,
}

impl SigningKey {
    /// A fresh RSA key of 2048 bits.
    pub fn generate() -> Result<Self, KeyError> {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "accounts.accesscontrol.emulator");
        let certificate = params.self_signed(&pair)?;
        Self::from_stored(&StoredKey { pem: pair.serialize_pem(), x5c: STANDARD.encode(certificate.der()) })
    }

    /// Reads a key back.
    pub fn from_stored(stored: &StoredKey) -> Result<Self, KeyError> {
        let encoding = EncodingKey::from_rsa_pem(stored.pem.as_bytes())?;
        let jwk = Jwk::from_encoding_key(&encoding, Algorithm::RS256)?;
        let AlgorithmParameters::RSA(rsa) = jwk.algorithm else {
            return Err(KeyError::Certificate(rcgen::Error::UnsupportedSignatureAlgorithm));
        };
        let der = STANDARD.decode(&stored.x5c).unwrap_or_default();
        let thumbprint = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, &der);
        let decoding = DecodingKey::from_rsa_components(&rsa.n, &rsa.e)?;
        Ok(Self {
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            x5c: stored.x5c.clone(),
            n: rsa.n,
            e: rsa.e,
            encoding,
            decoding,
            pem: stored.pem.clone(),
        })
    }

    /// What a state file keeps.
    pub fn stored(&self) -> StoredKey {
        StoredKey { pem: self.pem.clone(), x5c: self.x5c.clone() }
    }
}

/// The keys of the login service: the first signs, all verify.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<SigningKey>,
}

impl KeyRing {
    /// Two keys, as the service always shows several. Key pairs are made once per process: a test binary that
    /// starts a hundred emulators must not wait for two hundred key pairs.
    pub fn start() -> Result<Self, KeyError> {
        static MADE: OnceLock<Mutex<Vec<SigningKey>>> = OnceLock::new();
        let mut made = MADE.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        while made.len() < 2 {
            made.push(SigningKey::generate()?);
        }
        Ok(Self { keys: made.clone() })
    }

    /// A ring read from a state file; `None` when it holds no usable key.
    pub fn from_stored(stored: &[StoredKey]) -> Option<Self> {
        let keys: Vec<_> = stored.iter().filter_map(|key| SigningKey::from_stored(key).ok()).collect();
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// The key that signs now.
    pub fn current(&self) -> &SigningKey {
        &self.keys[0]
    }

    /// The key of that id.
    pub fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// All keys.
    pub fn all(&self) -> &[SigningKey] {
        &self.keys
    }

    /// Puts a new key first. With `drop_old`, the others are gone at once, as in an emergency.
    pub fn roll(&mut self, fresh: SigningKey, drop_old: bool) {
        if drop_old {
            self.keys.clear();
        }
        self.keys.insert(0, fresh);
        self.keys.truncate(4);
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.kid)).finish()
    }
}
