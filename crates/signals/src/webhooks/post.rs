//! One call: how it goes out, and what comes back.
//!
//! The connection is made only to addresses that the guard admits, whatever a name says at that moment. Redirects are
//! not followed, cookies not kept, and of an answer no more is read than is shown.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kernel::Timestamp;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy, Response};
use time::PrimitiveDateTime;
use time::macros::format_description;
use tokio::time::Instant;
use url::Url;

use super::guard::{Errand, Guard};
use crate::Config;

/// How much of an answer is kept.
const RESPONSE_KEPT: usize = 1_024;
/// The longest time to get a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Why nothing can be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The file with certificate authorities cannot be read.
    #[error("signals.webhook_ca_file cannot be read")]
    Authorities(#[source] std::io::Error),
    /// The client cannot be built: an authority is no certificate, or the proxy's address is no address.
    #[error("the HTTP client for {0} cannot be built")]
    Build(Errand, #[source] reqwest::Error),
}

/// Sends. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    client: Client,
    guard: Arc<Guard>,
}

/// What is sent.
pub(crate) struct Call<'a> {
    pub url: &'a str,
    pub id: &'a str,
    pub timestamp: i64,
    pub signature: String,
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub duration: Duration,
    pub status: Option<u16>,
    pub retry_after: Option<Duration>,
    pub error: Option<String>,
    pub response: Option<String>,
}

impl Post {
    /// A client after the configuration.
    pub(crate) fn new(config: &Config) -> Result<Self, PostError> {
        let (client, guard) = guarded_client(config, Errand::Webhooks)?;
        Ok(Self { client, guard })
    }

    /// Whether a webhook may have this address; says why not.
    pub(crate) fn check(&self, url: &str) -> Result<Url, String> {
        self.guard.check(url)
    }

    /// Sends, and waits for the answer.
    pub(crate) async fn send(&self, call: Call<'_>) -> Reply {
        let begun = Instant::now();
        let reply = match self.guard.check(call.url) {
            // The rules may have changed since the address was written.
            Err(why) => Reply { error: Some(format!("the address {why}")), ..Reply::default() },
            Ok(url) => self.exchange(url, call).await,
        };
        Reply { duration: begun.elapsed(), ..reply }
    }

    async fn exchange(&self, url: Url, call: Call<'_>) -> Reply {
        let sent = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", call.id)
            .header("webhook-timestamp", call.timestamp)
            .header("webhook-signature", call.signature)
            .body(call.body)
            .send();
        match sent.await {
            Ok(response) => answered(response).await,
            Err(error) => Reply { error: Some(said(&error)), ..Reply::default() },
        }
    }
}

/// A client after the configuration, and the guard by which it connects: for whatever goes to addresses that somebody made up.
pub fn guarded_client(config: &Config, errand: Errand) -> Result<(Client, Arc<Guard>), PostError> {
    let broken = |error| PostError::Build(errand, error);
    let guard = Arc::new(Guard { errand, networks: config.networks(), http: config.webhook_http });
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .connect_timeout(CONNECT)
        .timeout(config.timeout())
        .pool_max_idle_per_host(4)
        .pool_idle_timeout(Duration::from_mins(1))
        .user_agent(concat!("Vestibule/", env!("CARGO_PKG_VERSION")));
    builder = match &config.webhook_proxy_url {
        Some(url) => builder.proxy(Proxy::all(url.expose().as_str()).map_err(broken)?),
        None => builder.no_proxy().dns_resolver(Guarded(guard.clone())),
    };
    if let Some(path) = &config.webhook_ca_file {
        let pem = std::fs::read(path).map_err(PostError::Authorities)?;
        builder = builder.tls_certs_merge(Certificate::from_pem_bundle(&pem).map_err(broken)?);
    }
    Ok((builder.build().map_err(broken)?, guard))
}

async fn answered(response: Response) -> Reply {
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let error = match status.as_u16() {
        200..=299 => None,
        300..=399 => Some(format!("answered {status}; redirects are not followed")),
        410 => Some("answered 410 Gone: nobody wants these events any more".to_owned()),
        _ => Some(format!("answered {status}")),
    };
    let response = beginning(response).await;
    Reply { duration: Duration::ZERO, status: Some(status.as_u16()), retry_after, error, response }
}

/// How the body begins. An answer that breaks off afterwards is an answer all the same.
async fn beginning(mut response: Response) -> Option<String> {
    let mut bytes = Vec::new();
    while bytes.len() < RESPONSE_KEPT
        && let Ok(Some(chunk)) = response.chunk().await
    {
        bytes.extend_from_slice(&chunk[..chunk.len().min(RESPONSE_KEPT - bytes.len())]);
    }
    let text: String =
        String::from_utf8_lossy(&bytes).chars().filter(|c| !c.is_control() || "\n\t".contains(*c)).collect();
    (!text.trim().is_empty()).then_some(text)
}

/// Seconds, or a date, which counts from the answer's own `Date` (RFC 9110 §10.2.3): no two clocks need agree.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let now = http_date(headers.get(DATE)?.to_str().ok()?)?;
    Some(http_date(text)?.since(now))
}

fn http_date(text: &str) -> Option<Timestamp> {
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    PrimitiveDateTime::parse(text, format).ok().map(|moment| Timestamp::from(moment.assume_utc()))
}

/// What went wrong, down to the cause, without the address: it is known.
fn said(error: &reqwest::Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        format!("no connection: {deepest}")
    } else {
        format!("no answer: {deepest}")
    }
}

/// Looks names up, and forgets the addresses that the guard does not admit.
struct Guarded(Arc<Guard>);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let mut refused = format!("{} has no address", name.as_str());
            let mut admitted = Vec::new();
            for address in found {
                match guard.admit(address.ip()) {
                    Ok(()) => admitted.push(address),
                    Err(why) => refused = why,
                }
            }
            if admitted.is_empty() {
                return Err(refused.into());
            }
            let admitted: Addrs = Box::new(admitted.into_iter());
            Ok(admitted)
        })
    }
}
