//! The certificate: read from files, looked at now and then, swapped without dropping a connection.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aws_lc_rs::digest;
use kernel::Secret;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::TlsFiles;

/// Why a certificate is of no use.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {file}")]
    Read {
        /// Which.
        file: PathBuf,
        /// The system's reason.
        #[source]
        cause: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{file} holds no {expected} as PEM")]
    Pem {
        /// Which.
        file: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// The key is of a kind that is not known, or belongs to another certificate.
    #[error("the certificate {certificate} and the key {key} do not go together")]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// The library's reason.
        #[source]
        cause: rustls::Error,
    },
}

/// The certificate in use. New connections see a new one at once; those that stand go on.
#[derive(Debug)]
pub struct Certificates {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
    /// The digest of the files as last looked at, good or bad, so that a bad pair is complained about once.
    seen: Mutex<Vec<u8>>,
}

struct Pem {
    certificate: Vec<u8>,
    key: Secret<Vec<u8>>,
}

impl Certificates {
    /// Reads both files.
    pub async fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let pem = read(&files).await?;
        let current = RwLock::new(Arc::new(pair(&files, &pem, &provider)?));
        Ok(Self { seen: Mutex::new(fingerprint(&pem)), files, provider, current })
    }

    /// Reads the files again. Says whether the certificate changed; a bad pair leaves the old one in use.
    pub async fn reload(&self) -> Result<bool, TlsError> {
        let pem = read(&self.files).await?;
        if !self.remember(fingerprint(&pem)) {
            return Ok(false);
        }
        let fresh = Arc::new(pair(&self.files, &pem, &self.provider)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        tracing::info!(web.certificate = %self.files.certificate.display(), "the certificate was renewed");
        Ok(true)
    }

    /// [`Certificates::reload`] with the failure told to the log.
    pub(super) async fn check(&self) {
        if let Err(error) = self.reload().await {
            let cause = crate::problem::chain(&error);
            tracing::error!(web.cause = cause, "the certificate cannot be renewed; the old one stays in use");
        }
    }

    fn remember(&self, fingerprint: Vec<u8>) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *seen != fingerprint;
        *seen = fingerprint;
        changed
    }

    pub(super) fn acceptor(self: &Arc<Self>) -> TlsAcceptor {
        let builder = ServerConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .expect("invariant: the provider knows TLS 1.2 and 1.3");
        let resolver: Arc<dyn ResolvesServerCert> = self.clone();
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

async fn read(files: &TlsFiles) -> Result<Pem, TlsError> {
    let certificate = read_file(&files.certificate).await?;
    let key = Secret::new(read_file(&files.key).await?);
    Ok(Pem { certificate, key })
}

async fn read_file(file: &Path) -> Result<Vec<u8>, TlsError> {
    tokio::fs::read(file).await.map_err(|cause| TlsError::Read { file: file.to_owned(), cause })
}

fn pair(files: &TlsFiles, pem: &Pem, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let no_chain = || TlsError::Pem { file: files.certificate.clone(), expected: "certificate" };
    let chain = CertificateDer::pem_slice_iter(&pem.certificate).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|_| no_chain())?;
    if chain.is_empty() {
        return Err(no_chain());
    }
    let key = PrivateKeyDer::from_pem_slice(pem.key.expose());
    let key = key.map_err(|_| TlsError::Pem { file: files.key.clone(), expected: "private key" })?;
    CertifiedKey::from_der(chain, key, provider).map_err(|cause| TlsError::Pair {
        certificate: files.certificate.clone(),
        key: files.key.clone(),
        cause,
    })
}

fn fingerprint(pem: &Pem) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&pem.certificate);
    context.update(b"\0");
    context.update(pem.key.expose());
    context.finish().as_ref().to_vec()
}
