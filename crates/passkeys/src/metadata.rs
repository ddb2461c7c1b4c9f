//! What is known of models of authenticators: the blob of the FIDO Metadata Service (MDS version 3, §3.1.7), a signed JWT.
//!
//! | it counts when | |
//! |---|---|
//! | its certificates (`x5c`) lead to the root, are of this day, and are for `mds.fidoalliance.org` | §3.2, steps 5 to 7 |
//! | its signature is RS256 or ES256 by the first of them | the same |
//!
//! A model with one report that its keys or its users may be somebody else's (§3.1.4) is flawed from then on, whatever was
//! reported later: which firmware a key has, nobody can tell. What it deliberately does not do: fetch anything.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

/// Whom the blob's first certificate is for.
const SIGNER: &str = "mds.fidoalliance.org";
/// The root that the service's certificates lead to, by its subject (FIDO Metadata Service, *Obtaining the blob*).
const USUAL_ROOT: &[u8] = b"GlobalSign Root CA - R3";
/// Reports after which a model is trusted no more (MDS §3.1.4).
const FLAWS: [&str; 5] = [
    "REVOKED",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_KEY_PHYSICAL_COMPROMISE",
    "ATTESTATION_KEY_COMPROMISE",
    "USER_VERIFICATION_BYPASS",
];

/// Why a blob is not taken.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// It has not the form of one; the text says where.
    #[error("the blob has not the form of one: {0}")]
    Form(&'static str),
    /// The root certificate that was given is none.
    #[error("the root certificate cannot be read: PEM is expected")]
    Root,
    /// Its certificates do not lead to the root, are of another day, or for somebody else.
    #[error("the blob’s certificates are not trusted")]
    Chain(#[source] rustls::Error),
    /// It was not signed by its first certificate.
    #[error("the blob’s signature does not verify")]
    Signature,
}

/// What is known of models of authenticators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The blob's number, which grows.
    pub number: u64,
    /// The day by which there is another one.
    pub next_update: String,
    /// The models that are known by an AAGUID.
    pub models: Vec<Model>,
}

/// A model of authenticators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its id.
    pub aaguid: Uuid,
    /// What its maker calls it.
    pub name: String,
    /// What was last reported of it.
    pub status: String,
    /// What was reported that makes it untrustworthy.
    pub flaw: Option<String>,
    /// The certificates that its attestations lead to, as DER.
    pub roots: Vec<Vec<u8>>,
}

impl Metadata {
    /// Reads a blob and verifies it at a moment, in seconds since 1970; `root` is PEM, else the usual one counts.
    pub fn read(blob: &str, root: Option<&str>, now: u64) -> Result<Self, MetadataError> {
        let (signed, signature) = blob.trim().rsplit_once('.').ok_or(MetadataError::Form("there is no signature"))?;
        let (header, payload) = signed.split_once('.').ok_or(MetadataError::Form("there is no payload"))?;
        let header: Header = part(header, "header")?;
        let chain = header.chain()?;
        verify_chain(&chain, roots(root)?, now)?;
        let leaf = chain.first().ok_or(MetadataError::Form("x5c"))?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| MetadataError::Form("signature"))?;
        verify_signature(&header.alg, leaf, signed.as_bytes(), &signature)?;
        let payload: Payload = part(payload, "payload")?;
        let models = payload.entries.into_iter().filter_map(Entry::model).collect();
        Ok(Self { number: payload.no, next_update: payload.next_update, models })
    }
}

/// The head of the JWT.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    x5c: Vec<String>,
}

impl Header {
    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, MetadataError> {
        let certificate = |text: &String| STANDARD.decode(text).map(CertificateDer::from);
        self.x5c.iter().map(certificate).collect::<Result<_, _>>().map_err(|_| MetadataError::Form("x5c"))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    no: u64,
    next_update: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    aaguid: Option<Uuid>,
    #[serde(default)]
    metadata_statement: Option<Statement>,
    #[serde(default)]
    status_reports: Vec<Report>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(default)]
    description: String,
    #[serde(default)]
    attestation_root_certificates: Vec<String>,
}

#[derive(Deserialize)]
struct Report {
    status: String,
}

impl Entry {
    /// The model, where it is known by an AAGUID and described.
    fn model(self) -> Option<Model> {
        let (aaguid, statement) = (self.aaguid?, self.metadata_statement?);
        let flawed = self.status_reports.iter().find(|report| FLAWS.contains(&report.status.as_str()));
        let plain = |text: &String| text.split_whitespace().collect::<String>();
        Some(Model {
            aaguid,
            name: statement.description,
            flaw: flawed.map(|report| report.status.clone()),
            status: self.status_reports.last().map(|report| report.status.clone()).unwrap_or_default(),
            roots: statement
                .attestation_root_certificates
                .iter()
                .filter_map(|text| STANDARD.decode(plain(text)).ok())
                .collect(),
        })
    }
}

fn part<T: serde::de::DeserializeOwned>(text: &str, what: &'static str) -> Result<T, MetadataError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| MetadataError::Form(what))?;
    serde_json::from_slice(&bytes).map_err(|_| MetadataError::Form(what))
}

/// The roots of whoever runs the server, or the usual one.
fn roots(given: Option<&str>) -> Result<RootCertStore, MetadataError> {
    let mut store = RootCertStore::empty();
    let Some(given) = given else {
        let is_usual = |subject: &[u8]| subject.windows(USUAL_ROOT.len()).any(|part| part == USUAL_ROOT);
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().filter(|root| is_usual(root.subject.as_ref())).cloned());
        return Ok(store);
    };
    for certificate in CertificateDer::pem_slice_iter(given.as_bytes()) {
        store.add(certificate.map_err(|_| MetadataError::Root)?).map_err(|_| MetadataError::Root)?;
    }
    if store.is_empty() { Err(MetadataError::Root) } else { Ok(store) }
}

fn verify_chain(chain: &[CertificateDer<'_>], roots: RootCertStore, now: u64) -> Result<(), MetadataError> {
    let (leaf, others) = chain.split_first().ok_or(MetadataError::Form("x5c"))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|_| MetadataError::Root)?;
    let name = ServerName::try_from(SIGNER).map_err(|_| MetadataError::Form("signer"))?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
    verifier.verify_server_cert(leaf, others, &name, &[], now).map(drop).map_err(MetadataError::Chain)
}

fn verify_signature(alg: &str, leaf: &[u8], signed: &[u8], signature: &[u8]) -> Result<(), MetadataError> {
    let algorithm: &'static dyn VerificationAlgorithm = match alg {
        "RS256" => &RSA_PKCS1_2048_8192_SHA256,
        "ES256" => &ECDSA_P256_SHA256_FIXED,
        _ => return Err(MetadataError::Form("alg")),
    };
    let (_, certificate) = X509Certificate::from_der(leaf).map_err(|_| MetadataError::Form("x5c"))?;
    let key = certificate.public_key().subject_public_key.data.as_ref();
    UnparsedPublicKey::new(algorithm, key).verify(signed, signature).map_err(|_| MetadataError::Signature)
}
