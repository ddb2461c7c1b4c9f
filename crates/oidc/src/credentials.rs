//! What a server proves itself with.

use kernel::Secret;

/// An application's identity in one tenant and its proof.
#[derive(Debug, Clone)]
pub struct ClientCredentials {
    /// The tenant: its id (GUID) or one of its verified domains; never `common`, which this grant refuses.
    pub tenant: String,
    /// The application's (client) id.
    pub client_id: String,
    /// The proof.
    pub credential: Credential,
}

/// A secret, or a key with its certificate.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A client secret: the value, not its id.
    Secret(Secret<String>),
    /// A key whose certificate is registered on the application.
    Certificate {
        /// The private key: RSA, PKCS #8 or PKCS #1, not encrypted.
        key_pem: Secret<String>,
        /// The certificate.
        certificate_pem: String,
    },
}

impl Credential {
    /// `secret` or `certificate`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Secret(_) => "secret",
            Self::Certificate { .. } => "certificate",
        }
    }
}
