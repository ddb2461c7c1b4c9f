//! TLS with an authority of our own, for clients that insist on https.
//!
//! The authority is made at the first start; with a state file it stays, so a client trusts it once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kernel::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

const DAY: Duration = Duration::from_hours(24);

/// The names every certificate has.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A certificate authority: its certificate and key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Authority {
    /// The certificate, PEM. This is what clients trust.
    pub certificate_pem: String,
    key_pem: String,
    /// When it was made; decides what the certificate says.
    created: Timestamp,
}

/// A server certificate and its key.
#[derive(Debug)]
pub struct Issued {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Issued {
    /// The certificate, PEM.
    pub fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    /// Its private key, PEM.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }
}

impl Authority {
    /// A new authority. `now` is the machine's time: TLS is checked by it, not by the emulated clock.
    pub fn create(now: Timestamp) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let certificate = authority_params(now).self_signed(&key)?;
        Ok(Self { certificate_pem: certificate.pem(), key_pem: key.serialize_pem(), created: now })
    }

    /// A fresh server certificate for the local names and `hosts`, with its key.
    pub fn issue(&self, hosts: &[String], now: Timestamp) -> anyhow::Result<Issued> {
        let issuer = Issuer::new(authority_params(self.created), KeyPair::from_pem(&self.key_pem)?);
        let key = KeyPair::generate()?;
        let names: Vec<String> = LOCAL_NAMES.into_iter().map(str::to_owned).chain(hosts.iter().cloned()).collect();
        let mut params = CertificateParams::new(names).context("a --host is neither a name nor an address")?;
        params.distinguished_name.push(DnType::CommonName, "vestibule-emulator");
        params.use_authority_key_identifier_extension = true;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = OffsetDateTime::from(now.minus(DAY));
        params.not_after = OffsetDateTime::from(now.plus(DAY * 397));
        Ok(Issued { certificate: params.signed_by(&key, &issuer)?, key })
    }

    /// A server configuration with a fresh certificate for the local names and `hosts`.
    pub fn server_config(&self, hosts: &[String], now: Timestamp) -> anyhow::Result<Arc<ServerConfig>> {
        let issued = self.issue(hosts, now)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![issued.certificate.der().clone()], private)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn authority_params(created: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Vestibule emulator authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    params.not_before = OffsetDateTime::from(created.minus(DAY));
    params.not_after = OffsetDateTime::from(created.plus(DAY * 3_650));
    params
}
