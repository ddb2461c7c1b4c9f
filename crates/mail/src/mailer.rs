//! Sends letters, each on a connection of its own.

use std::time::Duration;

use kernel::Secret;
use lettre::address::Envelope;
use lettre::message::{Mailbox, header};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::config::{Config, Encryption};
use crate::error::MailError;

/// How long the mail server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How a certificate begins in PEM (RFC 7468).
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// A letter in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom: mail addresses.
    pub to: Vec<String>,
    /// About what, on one line.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// Sends letters as the configuration says. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailer {
    config: std::sync::Arc<Config>,
}

impl Mailer {
    /// One who sends; none where the configuration names no mail server.
    pub fn new(config: &Config) -> Option<Self> {
        config.server.is_some().then(|| Self { config: std::sync::Arc::new(config.clone()) })
    }

    /// Sends a letter to everybody it is for, in one go.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = self.message(letter)?;
        self.transport().await?.send(message).await?;
        Ok(())
    }

    /// Connects and signs in, without sending anything.
    pub async fn check(&self) -> Result<(), MailError> {
        self.transport().await?.test_connection().await?;
        Ok(())
    }

    fn message(&self, letter: &Letter) -> Result<Message, MailError> {
        let from = mailbox(self.config.from.as_deref().unwrap_or_default())?;
        let mut message = Message::builder().from(from.clone()).header(header::ContentType::TEXT_PLAIN);
        let mut addresses = Vec::with_capacity(letter.to.len());
        for to in &letter.to {
            let to = mailbox(to)?;
            addresses.push(to.email.clone());
            message = message.to(to);
        }
        let wrong = |error: lettre::error::Error| MailError::Config(error.to_string());
        let envelope = Envelope::new(Some(from.email), addresses).map_err(wrong)?;
        // A line break in a subject would begin another header.
        let subject = letter.subject.replace(['\r', '\n'], " ");
        message.envelope(envelope).subject(subject).body(letter.text.clone()).map_err(wrong)
    }

    async fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
        let config = &self.config;
        let server = config.server.as_deref().unwrap_or_default();
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server).timeout(Some(PATIENCE));
        let builder = self.encrypted(builder, server).await?;
        let builder = match &config.username {
            Some(username) => builder.credentials(Credentials::new(username.clone(), self.password().await?)),
            None => builder,
        };
        Ok(builder.build())
    }

    async fn encrypted(
        &self,
        builder: AsyncSmtpTransportBuilder,
        server: &str,
    ) -> Result<AsyncSmtpTransportBuilder, MailError> {
        let builder = builder.port(self.config.port());
        let tls = match self.config.encryption {
            Encryption::None => return Ok(builder.tls(Tls::None)),
            Encryption::Tls => Tls::Wrapper,
            Encryption::Starttls => Tls::Required,
        };
        let mut parameters = TlsParameters::builder(server.to_owned());
        if let Some(file) = &self.config.ca_file {
            let text = read(file).await?;
            let text = text.expose();
            // What holds no certificate at all is read without an error.
            let certificate = Certificate::from_pem(text.as_bytes()).ok().filter(|_| text.contains(CERTIFICATE));
            let broken = || MailError::Config(format!("{} holds no certificates in PEM", file.display()));
            parameters = parameters.add_root_certificate(certificate.ok_or_else(broken)?);
        }
        Ok(builder.tls(tls(parameters.build()?)))
    }

    async fn password(&self) -> Result<String, MailError> {
        match (&self.config.password, &self.config.password_file) {
            (Some(password), _) => Ok(password.expose().clone()),
            (None, Some(file)) => Ok(read(file).await?.expose().trim().to_owned()),
            (None, None) => Ok(String::new()),
        }
    }
}

async fn read(file: &std::path::Path) -> Result<Secret<String>, MailError> {
    let failed = |cause| MailError::Config(format!("the file {} cannot be read: {cause}", file.display()));
    tokio::fs::read_to_string(file).await.map(Secret::new).map_err(failed)
}

/// Reads `name@host` or `Name <name@host>`.
pub(crate) fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    text.trim().parse().map_err(|_| MailError::Address(text.to_owned()))
}

/// Whether a text is a mail address.
pub fn is_address(text: &str) -> bool {
    mailbox(text).is_ok()
}
