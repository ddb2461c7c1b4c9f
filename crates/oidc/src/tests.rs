//! Tests of the whole crate, against a sign-in service played by a few lines of axum.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod answers;
mod certificates;
mod challenges;
mod clouds;
mod consent;
mod control;
mod exchange;
mod external;
mod hints;
mod issued;
mod relying;

use kernel::Secret;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize, date_time_ymd};

/// A key and its self-signed certificate, both PEM.
struct Pair {
    key_pem: Secret<String>,
    certificate_pem: String,
}

fn pair() -> Pair {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2028, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    Pair { key_pem: Secret::new(key.serialize_pem()), certificate_pem: certificate.pem() }
}
