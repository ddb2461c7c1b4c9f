//! The signed statement that stands in for a secret: `private_key_jwt` (RFC 7523 §2.2), as Entra wants it.
//!
//! PS256, `x5t#S256`, audience = the token endpoint, ten minutes.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kernel::{Env, Secret};
use serde::Serialize;
use uuid::Uuid;

use crate::certificate::key_only;
use crate::{Certificate, CertificateError};

/// The value of `client_assertion_type` (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const LIFETIME_SECONDS: i64 = 600;
/// Clocks differ: the statement is valid from a little before it was made.
const BACKDATED_SECONDS: i64 = 30;

#[derive(Serialize)]
struct Statement<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Signs one assertion.
pub fn sign(
    env: &Env,
    token_endpoint: &str,
    client_id: &str,
    key_pem: &Secret<String>,
    certificate_pem: &str,
) -> Result<Secret<String>, CertificateError> {
    let certificate = Certificate::from_pem(certificate_pem)?;
    certificate.check_key(key_pem)?;
    let key =
        EncodingKey::from_rsa_pem(key_only(key_pem)?.expose().as_bytes()).map_err(|_| CertificateError::NotRsa)?;
    let mut header = Header::new(Algorithm::PS256);
    header.x5t_s256 = Some(certificate.x5t_s256());
    let now = env.now().seconds();
    let statement = Statement {
        aud: token_endpoint,
        iss: client_id,
        sub: client_id,
        jti: env.new_id::<Jti>().into(),
        iat: now,
        nbf: now - BACKDATED_SECONDS,
        exp: now + LIFETIME_SECONDS,
    };
    encode(&header, &statement, &key).map(Secret::new).map_err(|_| CertificateError::NotRsa)
}

kernel::id_type!(
    /// The id of one assertion.
    Jti,
);
