//! Letters over encrypted connections, to a mail server with a certificate of an authority of our own.

use std::error::Error as _;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

use super::server::{Server, Tls};
use crate::config::{Config, Encryption};
use crate::{Letter, MailError, Mailer};

/// An authority, and where its certificate is kept.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    /// What a mail server encrypts with that has a certificate of this authority.
    fn acceptor(&self, name: &str, expired: bool) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2020, 2, 1));
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = builder.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    /// One who trusts this authority beside the machine's own.
    fn mailer(&self, server: &Server, encryption: Encryption) -> Mailer {
        let config = Config { ca_file: Some(self.folder.path().join("ca.pem")), ..config(server, encryption) };
        Mailer::new(&config).unwrap()
    }
}

fn config(server: &Server, encryption: Encryption) -> Config {
    Config {
        server: Some("localhost".to_owned()),
        port: server.port,
        encryption,
        username: Some("ada".to_owned()),
        password: Some("secret".into()),
        ..super::config()
    }
}

fn letter() -> Letter {
    Letter { to: vec!["ada@example.org".to_owned()], subject: "Held".to_owned(), text: "A plan waits.".to_owned() }
}

/// How a server encrypts, and how one who writes to it is told to.
type Way = (fn(TlsAcceptor) -> Tls, Encryption);

const WAYS: [Way; 2] = [(Tls::First, Encryption::Tls), (Tls::Later, Encryption::Starttls)];

#[tokio::test]
async fn letters_arrive_over_tls_and_after_starttls() {
    let authority = Authority::new();
    for (tls, encryption) in WAYS {
        let server = Server::start(tls(authority.acceptor("localhost", false))).await;
        let mailer = authority.mailer(&server, encryption);
        mailer.check().await.unwrap();
        mailer.send(&letter()).await.unwrap();
        let letters = server.letters();
        assert_eq!(letters.len(), 1, "{encryption}");
        assert!(letters[0].contains("A plan waits."), "{encryption}");
        assert!(server.was_signed_in_to(), "{encryption}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_the_servers_is_refused_before_anything_is_said() {
    let (authority, other) = (Authority::new(), Authority::new());
    let cases = [
        ("of another authority", other.acceptor("localhost", false)),
        ("for another name", authority.acceptor("mail.example.org", false)),
        ("that has expired", authority.acceptor("localhost", true)),
    ];
    for (what, acceptor) in cases {
        for (tls, encryption) in WAYS {
            let server = Server::start(tls(acceptor.clone())).await;
            let refused = authority.mailer(&server, encryption).send(&letter()).await.unwrap_err();
            assert!(refused.passes(), "{what}: a certificate can be mended: {refused:?}");
            let why = refused.source().map(|cause| format!("{cause:?}")).unwrap_or_default();
            assert!(why.to_lowercase().contains("certificate"), "{what}, {encryption}: {why}");
            assert!(server.is_untouched(), "{what}, {encryption}");
        }
    }
}

#[tokio::test]
async fn an_authority_that_nobody_named_is_not_trusted() {
    let authority = Authority::new();
    for (tls, encryption) in WAYS {
        let server = Server::start(tls(authority.acceptor("localhost", false))).await;
        let mailer = Mailer::new(&config(&server, encryption)).unwrap();
        mailer.send(&letter()).await.unwrap_err();
        assert!(server.is_untouched(), "{encryption}");
    }
}

#[tokio::test]
async fn nothing_is_said_in_the_clear_to_a_server_without_starttls() {
    let server = Server::start(Tls::Off).await;
    for encryption in [Encryption::Starttls, Encryption::Tls] {
        let mailer = Mailer::new(&config(&server, encryption)).unwrap();
        mailer.send(&letter()).await.unwrap_err();
        assert!(server.is_untouched(), "{encryption}");
    }
}

#[tokio::test]
async fn a_file_without_certificates_is_told_by_name() {
    let server = Server::start(Tls::Off).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, "no certificate").unwrap();
    for ca_file in [file, folder.path().join("missing.pem")] {
        let name = ca_file.display().to_string();
        let config = Config { ca_file: Some(ca_file), ..config(&server, Encryption::Tls) };
        match Mailer::new(&config).unwrap().send(&letter()).await.unwrap_err() {
            MailError::Config(text) => assert!(text.contains(&name), "{text}"),
            other => panic!("{other:?}"),
        }
    }
}
