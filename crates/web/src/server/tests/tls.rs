//! TLS, and certificates that change under way.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::support::{SOON, Started, ask, loopback, read_until};
use super::{ServeSettings, Server, files, hello};
use crate::testing::wrapped;

/// A self-signed certificate, written where the server looks for it.
struct Identity(rcgen::CertifiedKey<rcgen::KeyPair>);

impl Identity {
    fn write(folder: &Path) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        std::fs::write(files(folder).certificate, made.cert.pem()).unwrap();
        std::fs::write(files(folder).key, made.signing_key.serialize_pem()).unwrap();
        Self(made)
    }

    /// A client that trusts this certificate and no other.
    async fn connect(&self, started: &Started) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, started.connect().await).await
    }
}

async fn start(folder: &Path, certificate_check: Duration) -> Started {
    let settings = ServeSettings { certificate_check, ..ServeSettings::tls(loopback(), files(folder)) };
    Started::new(settings, wrapped(hello())).await
}

const HOUR: Duration = Duration::from_hours(1);
const ASK: &str = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test]
async fn both_versions_of_http_are_spoken() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::write(folder.path());
    let started = start(folder.path(), HOUR).await;
    let root = reqwest::Certificate::from_pem(identity.0.cert.pem().as_bytes()).unwrap();
    let builder = || reqwest::Client::builder().tls_certs_only([root.clone()]).no_proxy();
    for (client, version) in [(builder(), http::Version::HTTP_2), (builder().http1_only(), http::Version::HTTP_11)] {
        let answer = client.build().unwrap().get(&started.url).send().await.unwrap();
        assert_eq!(answer.version(), version);
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
        assert_eq!(answer.text().await.unwrap(), "hello from 127.0.0.1");
    }
    assert_eq!(started.stop().await, 0);
}

#[tokio::test]
async fn a_new_certificate_is_served_while_old_connections_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = Identity::write(folder.path());
    let started = start(folder.path(), HOUR).await;
    let mut standing = first.connect(&started).await.unwrap();
    standing.write_all(ASK.as_bytes()).await.unwrap();
    read_until(&mut standing, "hello").await;

    let second = Identity::write(folder.path());
    let certificates = started.certificates.clone().unwrap();
    assert!(certificates.reload().await.unwrap());
    assert!(!certificates.reload().await.unwrap(), "nothing changed since");

    standing.write_all(ASK.as_bytes()).await.unwrap();
    read_until(&mut standing, "hello").await;
    assert!(first.connect(&started).await.is_err(), "the old certificate is no longer shown");
    let fresh = second.connect(&started).await.unwrap();
    let answer = ask(fresh, "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    assert!(answer.contains("hello"), "{answer}");
}

#[tokio::test]
async fn changed_files_are_noticed_without_being_told() {
    let folder = tempfile::tempdir().unwrap();
    Identity::write(folder.path());
    let started = start(folder.path(), Duration::from_millis(10)).await;
    let second = Identity::write(folder.path());
    let noticed = async { while second.connect(&started).await.is_err() {} };
    tokio::time::timeout(SOON, noticed).await.unwrap();
}

#[tokio::test]
async fn a_bad_pair_leaves_the_old_certificate_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let first = Identity::write(folder.path());
    let started = start(folder.path(), HOUR).await;
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(files(folder.path()).key, other.signing_key.serialize_pem()).unwrap();
    let error = started.certificates.clone().unwrap().reload().await.unwrap_err().to_string();
    assert!(error.contains("server.pem") && error.ends_with("do not go together"), "{error}");
    first.connect(&started).await.unwrap();
}

#[tokio::test]
async fn what_is_no_certificate_is_refused_at_start_with_its_file() {
    async fn check(change: fn(&Path), expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        Identity::write(folder.path());
        change(folder.path());
        let error = Server::bind(ServeSettings::tls(loopback(), files(folder.path()))).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    check(|folder| std::fs::remove_file(files(folder).key).unwrap(), "server.key").await;
    check(|folder| std::fs::write(files(folder).certificate, "").unwrap(), "server.pem holds no certificate").await;
    check(|folder| std::fs::write(files(folder).key, "no").unwrap(), "server.key holds no private key").await;
    let truncated = |folder: &Path| {
        let pem = std::fs::read_to_string(files(folder).certificate).unwrap();
        std::fs::write(files(folder).certificate, &pem[..pem.len() / 2]).unwrap();
    };
    check(truncated, "server.pem holds no certificate").await;
}

#[tokio::test]
async fn plain_http_on_a_tls_port_gets_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    Identity::write(folder.path());
    let started = start(folder.path(), HOUR).await;
    let answer = ask(started.connect().await, ASK).await;
    assert!(!answer.contains("HTTP/1.1 200"), "{answer}");
}
