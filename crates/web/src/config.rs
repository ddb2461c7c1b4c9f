//! The section `[web]`: where to listen and what to endure.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use kernel::{Env, Secret};
use serde::{Deserialize, Serialize};

use crate::Gate;
use crate::address::TrustedProxies;
use crate::layers::Settings;
use crate::layers::limits::RateLimit;
use crate::measure::Exposure;
use crate::server::{ServeSettings, TlsFiles};

/// The section `[web]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the server listens. Other than loopback needs a certificate or a trusted proxy.
    pub listen: SocketAddr,
    /// The address that people and Entra know: `https://vestibule.example`. Needed behind a proxy.
    pub public_url: Option<String>,
    /// The certificate chain as PEM. Renewed files are noticed by themselves.
    pub tls_certificate_file: Option<PathBuf>,
    /// The certificate's private key as PEM.
    pub tls_key_file: Option<PathBuf>,
    /// Proxies that end TLS in front of the server, as addresses or networks: `["10.0.0.5", "10.1.0.0/16"]`.
    pub trusted_proxies: TrustedProxies,
    /// Who may read `/metrics`: `off`, `loopback`, or `token` with `metrics_token` or `metrics_token_file`.
    pub metrics: MetricsMode,
    /// The bearer token that opens `/metrics`.
    #[serde(skip_serializing)]
    pub metrics_token: Option<Secret<String>>,
    /// A file that holds the bearer token that opens `/metrics`.
    pub metrics_token_file: Option<PathBuf>,
    /// How long a request may take until its answer begins.
    pub request_timeout_seconds: u64,
    /// The longest body of a request.
    pub longest_body_bytes: usize,
    /// How many requests are worked on at once; more are turned away with 503.
    pub requests_at_once: usize,
    /// How many requests a second one address may send in the long run; 0 does not count.
    pub requests_per_second: u32,
    /// How many requests one address may send at once.
    pub request_burst: u32,
    /// How many connections are held at once; more wait.
    pub connections: usize,
    /// How long stopping waits for answers that have begun.
    pub shutdown_seconds: u64,
}

/// Who may read `/metrics`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricsMode {
    /// Nobody.
    Off,
    /// Callers on the same machine.
    #[default]
    Loopback,
    /// Callers with the token.
    Token,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            public_url: None,
            tls_certificate_file: None,
            tls_key_file: None,
            trusted_proxies: TrustedProxies::default(),
            metrics: MetricsMode::default(),
            metrics_token: None,
            metrics_token_file: None,
            request_timeout_seconds: 30,
            longest_body_bytes: 1024 * 1024,
            requests_at_once: 512,
            requests_per_second: 100,
            request_burst: 400,
            connections: 10_000,
            shutdown_seconds: 20,
        }
    }
}

impl Config {
    /// Everything that is wrong with it, in sentences. Whether files can be read is for `doctor`.
    pub fn validate(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut say = |sentence: &str| wrong.push(sentence.to_owned());
        if self.tls_certificate_file.is_some() != self.tls_key_file.is_some() {
            say("web.tls_certificate_file and web.tls_key_file go together; one of them is missing");
        }
        let plain = self.tls_certificate_file.is_none() && self.tls_key_file.is_none();
        if plain && !self.listen.ip().to_canonical().is_loopback() && self.trusted_proxies.is_empty() {
            say("web.listen is plain HTTP that others can reach, so passwords and tokens would cross the network in \
                 clear; set web.tls_certificate_file and web.tls_key_file, or listen on 127.0.0.1, or name the proxy \
                 that ends TLS in web.trusted_proxies");
        }
        let tokens = usize::from(self.metrics_token.is_some()) + usize::from(self.metrics_token_file.is_some());
        match (self.metrics, tokens) {
            (MetricsMode::Token, 0) => say("web.metrics = \"token\" needs web.metrics_token or web.metrics_token_file"),
            (_, 2) => say("web.metrics_token and web.metrics_token_file are both set; keep one"),
            _ => {}
        }
        if self.public_url.is_some() && self.origin().is_none() {
            say("web.public_url must be like https://vestibule.example, without a path");
        }
        if self.request_timeout_seconds == 0 || self.requests_at_once == 0 || self.connections == 0 {
            say("web.request_timeout_seconds, web.requests_at_once and web.connections must be at least 1");
        }
        wrong
    }

    /// The public address as an origin (RFC 6454 §6.2).
    pub fn origin(&self) -> Option<String> {
        let url = self.public_url.as_deref()?;
        let uri: http::Uri = url.parse().ok()?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        bare.then(|| Some(format!("{scheme}://{}", uri.authority()?))).flatten()
    }

    /// How to listen.
    pub fn serve_settings(&self) -> ServeSettings {
        let files = self.tls_certificate_file.clone().zip(self.tls_key_file.clone());
        ServeSettings {
            tls: files.map(|(certificate, key)| TlsFiles { certificate, key }),
            trusted_proxies: self.trusted_proxies.clone(),
            connections: self.connections,
            patience: Duration::from_secs(self.shutdown_seconds),
            ..ServeSettings::plain(self.listen)
        }
    }

    /// What to do with every request; pages and probes are added by the binary.
    pub fn layer_settings(&self, env: Env, gate: Gate) -> Settings {
        let counted = self.requests_per_second > 0;
        Settings {
            proxies: self.trusted_proxies.clone(),
            origin: self.origin(),
            longest_body: self.longest_body_bytes,
            timeout: Duration::from_secs(self.request_timeout_seconds),
            at_once: self.requests_at_once,
            rate: counted.then(|| RateLimit::per_second(self.requests_per_second, self.request_burst)),
            ..Settings::new(env, gate)
        }
    }

    /// Who may read `/metrics`. Reads the token's file where there is one.
    pub fn exposure(&self) -> std::io::Result<Exposure> {
        Ok(match (self.metrics, &self.metrics_token, &self.metrics_token_file) {
            (MetricsMode::Loopback, ..) => Exposure::Loopback,
            (MetricsMode::Token, Some(token), _) => Exposure::Token(token.clone()),
            (MetricsMode::Token, None, Some(file)) => Exposure::Token(fs::read_to_string(file)?.trim().into()),
            _ => Exposure::Closed,
        })
    }
}

#[cfg(test)]
mod tests;
