//! Tokens, keys, discovery; both sides of the wire.
//!
//! A server proves itself to Entra by client credentials (RFC 6749 §4.4), with a secret or a certificate; people sign in
//! by the code flow ([`relying`]); tokens that Entra issued are checked ([`issued`], [`hint`]); and what a provider of
//! second factors signs is made here ([`signing`], [`external`]). Deliberately knows nothing of Graph's resources and keeps
//! no token: `graph` does.

pub mod assertion;
pub mod body;
pub mod certificate;
pub mod claims;
pub mod cloud;
pub mod consent;
pub mod control;
pub mod credentials;
pub mod error;
pub mod explain;
pub mod external;
pub mod hint;
pub mod issued;
pub mod looked;
pub mod published;
pub mod relying;
pub mod signing;
pub mod token;

#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(test)]
mod tests;

pub use certificate::{Certificate, CertificateError};
pub use claims::{ClaimsRequest, TokenClaims};
pub use cloud::{Authority, Cloud, CloudError};
pub use consent::{ConsentAnswer, ConsentRequest};
pub use control::{ClaimsAsked, claims_asked};
pub use credentials::{ClientCredentials, Credential};
pub use error::{TokenError, TokenErrorKind};
pub use explain::explain;
pub use external::{Amr, AnswerClaims, Said, Wanted, WantedError};
pub use hint::{ExpectedHint, HintClaims, HintRefused};
pub use issued::{Expected, IssuedClaims, IssuedError, IssuerKeys};
pub use looked::Looked;
pub use published::KeysAddress;
pub use relying::{CodeRequest, ExpectedSignIn, SignInClaims, SignInRefused};
pub use signing::{NewSigningKey, PublicKeyEntry, SigningError, SigningKey};
pub use token::{AccessToken, TokenClient};
