//! The one HTTP client of the server: proxy, certificate authorities and time limits are set here.
//!
//! Deliberately follows no redirect: a bearer token goes to the host it was meant for, or nowhere.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, NoProxy, Proxy};

/// Which proxy to use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProxySetting {
    /// What `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say.
    #[default]
    FromEnvironment,
    /// None, whatever the environment says.
    Direct,
    /// This one, except for the listed hosts.
    Through {
        /// `http://[user:password@]host:port`.
        url: String,
        /// Hosts, domains and networks that are reached directly, separated by commas.
        except: String,
    },
}

/// How the server reaches the outside.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Which proxy to use.
    pub proxy: ProxySetting,
    /// Certificate authorities (PEM, several in one text) trusted beside the machine's own.
    pub extra_ca_pem: Option<String>,
    /// The longest time to get a connection.
    pub connect_timeout: Duration,
    /// The longest silence while an answer comes.
    pub read_timeout: Duration,
    /// The longest time for one whole exchange.
    pub timeout: Duration,
    /// Connections kept open to one host.
    pub idle_connections: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            proxy: ProxySetting::default(),
            extra_ca_pem: None,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_mins(1),
            timeout: Duration::from_mins(3),
            idle_connections: 16,
        }
    }
}

/// Why there is no HTTP client.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The proxy's address is no address.
    #[error("the proxy's address cannot be used")]
    Proxy(#[source] reqwest::Error),
    /// The text holds no certificates.
    #[error("the extra certificate authorities cannot be read as PEM")]
    Authorities(#[source] reqwest::Error),
    /// The text holds no certificates at all.
    #[error("the extra certificate authorities hold no CERTIFICATE block")]
    NoAuthorities,
    /// TLS could not be set up.
    #[error("the HTTP client cannot be built")]
    Build(#[source] reqwest::Error),
}

/// Builds the client.
pub fn http_client(settings: &HttpSettings) -> Result<Client, HttpError> {
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout)
        .timeout(settings.timeout)
        .pool_max_idle_per_host(settings.idle_connections)
        .pool_idle_timeout(Duration::from_mins(1))
        .tcp_keepalive(Duration::from_secs(30))
        .gzip(true);
    builder = match &settings.proxy {
        ProxySetting::FromEnvironment => builder,
        ProxySetting::Direct => builder.no_proxy(),
        ProxySetting::Through { url, except } => {
            let proxy = Proxy::all(url.as_str()).map_err(HttpError::Proxy)?;
            builder.proxy(proxy.no_proxy(NoProxy::from_string(except)))
        }
    };
    if let Some(pem) = &settings.extra_ca_pem {
        let authorities = Certificate::from_pem_bundle(pem.as_bytes()).map_err(HttpError::Authorities)?;
        if authorities.is_empty() {
            return Err(HttpError::NoAuthorities);
        }
        builder = builder.tls_certs_merge(authorities);
    }
    builder.build().map_err(HttpError::Build)
}
