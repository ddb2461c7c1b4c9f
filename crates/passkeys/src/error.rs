//! Why a ceremony went wrong.

use webauthn_rs::prelude::WebauthnError;

/// Why a ceremony went wrong.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The address is none that passkeys work for: they need a domain, and https (or this machine).
    #[error("passkeys do not work for the address {0}: they need a domain name, and https unless it is localhost")]
    Address(String),
    /// What was kept cannot be read.
    #[error("what was kept of the passkey cannot be read")]
    Kept(#[source] serde_json::Error),
    /// The browser's answer has not the form of one.
    #[error("the browser's answer has not the form of one")]
    Form(#[source] serde_json::Error),
    /// The browser's answer does not verify.
    #[error("the browser's answer does not verify")]
    Rejected(#[source] WebauthnError),
    /// The browser's answer is somebody else's, or not what was asked for; the text says which.
    #[error("the browser's answer does not fit: {0}")]
    Unfit(&'static str),
    /// A model is to be proved, and none is known that could be.
    #[error("no model of security keys is known: import the FIDO metadata first")]
    NoModels,
    /// The authenticator counted backwards: there may be two of it (W3C WebAuthn §6.1.1).
    #[error("the authenticator counted backwards")]
    Cloned,
}

impl From<WebauthnError> for PasskeyError {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::CredentialPossibleCompromise => Self::Cloned,
            error => Self::Rejected(error),
        }
    }
}
