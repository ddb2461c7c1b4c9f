//! Reading certificates and keys.

use kernel::{Secret, Timestamp};
use rcgen::KeyPair;

use super::pair;
use crate::{Certificate, CertificateError};

#[test]
fn dates_and_thumbprints_are_read() {
    let pair = pair();
    let certificate = Certificate::from_pem(&pair.certificate_pem).unwrap();
    assert_eq!(certificate.not_after(), Timestamp::parse("2028-01-01T00:00:00Z").unwrap());
    assert_eq!(certificate.not_before(), Timestamp::parse("2026-01-01T00:00:00Z").unwrap());
    assert_eq!(certificate.thumbprint().len(), 40);
    assert_eq!(certificate.x5t_s256().len(), 43);
    assert!(certificate.base64_der().starts_with("MII"));
    assert!(certificate.subject().contains("CN="));
}

#[test]
fn a_key_in_the_same_file_does_not_disturb() {
    let pair = pair();
    let both = format!("{}\n{}", pair.key_pem.expose(), pair.certificate_pem);
    let certificate = Certificate::from_pem(&both).unwrap();
    assert_eq!(certificate, Certificate::from_pem(&pair.certificate_pem).unwrap());
    assert_eq!(certificate.check_key(&Secret::new(both)), Ok(()));
}

#[test]
fn what_cannot_work_is_named() {
    let (one, other) = (pair(), pair());
    let certificate = Certificate::from_pem(&one.certificate_pem).unwrap();
    let elliptic = Secret::new(KeyPair::generate().unwrap().serialize_pem());
    let encrypted = Secret::from("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    for (key, expected) in [
        (&other.key_pem, CertificateError::Mismatch),
        (&elliptic, CertificateError::NotRsa),
        (&encrypted, CertificateError::EncryptedKey),
        (&Secret::from("nothing"), CertificateError::NoKey),
    ] {
        assert_eq!(certificate.check_key(key), Err(expected));
    }
    assert_eq!(Certificate::from_pem("nothing"), Err(CertificateError::NoCertificate));
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(Certificate::from_pem(garbage), Err(CertificateError::Unreadable(_))));
}
