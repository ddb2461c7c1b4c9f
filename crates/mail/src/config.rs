//! The section `[mail]` of the configuration.

use std::net::IpAddr;
use std::path::PathBuf;

use kernel::{Secret, text_enum};
use serde::{Deserialize, Serialize};

use crate::mailer::mailbox;

text_enum!(
    /// How the connection to the mail server is encrypted.
    pub enum Encryption {
        /// From its first byte (RFC 8314), usually on port 465.
        Tls = "tls",
        /// By STARTTLS before anything is said (RFC 3207), usually on port 587.
        Starttls = "starttls",
        /// Not at all; only for a mail server on this very machine.
        None = "none",
    }
);

/// The section `[mail]`. Without a server nobody is written to.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The name of the mail server; without one nobody is written to.
    pub server: Option<String>,
    /// Its port; 0 takes the usual one of the encryption: 465, 587 or 25.
    pub port: u16,
    /// How the connection is encrypted: `tls`, `starttls`, or `none` for a mail server on this very machine.
    pub encryption: Encryption,
    /// Who the letters are from: `Vestibule <vestibule@example.org>`.
    pub from: Option<String>,
    /// The name to sign in with; without one nobody signs in.
    pub username: Option<String>,
    /// The password to sign in with; better in a file.
    #[serde(skip_serializing)]
    pub password: Option<Secret<String>>,
    /// A file with the password to sign in with.
    pub password_file: Option<PathBuf>,
    /// A file with certificate authorities (PEM) trusted for the mail server beside the machine's own.
    pub ca_file: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server: None,
            port: 0,
            encryption: Encryption::Starttls,
            from: None,
            username: None,
            password: None,
            password_file: None,
            ca_file: None,
        }
    }
}

impl Config {
    /// Everything that is wrong with it, in sentences.
    pub fn validate(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let Some(server) = &self.server else { return wrong };
        match self.from.as_deref().map(mailbox) {
            None => wrong.push("mail.from is needed with mail.server: letters must come from somebody".to_owned()),
            Some(Err(error)) => wrong.push(format!("mail.from: {error}")),
            Some(Ok(_)) => {}
        }
        if self.password.is_some() && self.password_file.is_some() {
            wrong.push("mail.password and mail.password_file are both set; keep one".to_owned());
        }
        if self.username.is_some() != (self.password.is_some() || self.password_file.is_some()) {
            wrong.push("mail.username and mail.password_file belong together".to_owned());
        }
        if self.encryption == Encryption::None && !is_here(server) {
            wrong.push(
                "mail.encryption is none and mail.server is another machine; letters and the password would be read on \
                 the way"
                    .to_owned(),
            );
        }
        wrong
    }
}

impl Config {
    /// The port to connect to.
    pub(crate) const fn port(&self) -> u16 {
        match (self.port, self.encryption) {
            (0, Encryption::Tls) => 465,
            (0, Encryption::Starttls) => 587,
            (0, Encryption::None) => 25,
            (port, _) => port,
        }
    }
}

/// Whether a name is this very machine's.
fn is_here(server: &str) -> bool {
    server == "localhost" || server.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
