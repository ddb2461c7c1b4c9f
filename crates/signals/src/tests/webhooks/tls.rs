//! Receivers with a certificate of their own authority.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use testkit::{Db, operator};

use super::{config, service};
use crate::Config;
use crate::permissions::{CreateWebhook, ManageWebhook};
use crate::webhooks::NewWebhook;

/// Answers one TLS connection after the other with 204.
async fn receiver(key: CertifiedKey<rcgen::KeyPair>) -> u16 {
    let der = rustls_pki_types::PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let tls = rustls::ServerConfig::builder().with_no_client_auth();
    let tls = tls.with_single_cert(vec![key.cert.der().clone()], der).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(socket).await else { continue };
            let mut bytes = [0; 8_192];
            let _ = stream.read(&mut bytes).await;
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
    });
    port
}

#[tokio::test]
async fn only_trusted_authorities_are_called() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let db = Db::new(store::Backend::Sqlite).await.unwrap();
    let key = generate_simple_self_signed(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, key.cert.pem()).unwrap();
    let port = receiver(key).await;
    let owner = operator(db.organisation, kernel::Role::Owner);
    let strange = service(&db, config());
    let new = NewWebhook {
        name: "TLS".to_owned(),
        url: format!("https://localhost:{port}/hook"),
        events: vec!["user.*".to_owned()],
        ..NewWebhook::default()
    };
    let made = strange.create_webhook(&owner.may(CreateWebhook {}).unwrap(), new).await.unwrap();
    let may = owner.may(ManageWebhook { webhook: made.webhook.id }).unwrap();
    let refused = strange.test_webhook(&may).await.unwrap();
    assert!(refused.delivery.error.unwrap().contains("ertificate"));
    let trusting = service(&db, Config { webhook_ca_file: Some(file), ..config() });
    let accepted = trusting.test_webhook(&may).await.unwrap();
    assert_eq!(accepted.delivery.status, Some(204), "{:?}", accepted.delivery.error);
}
