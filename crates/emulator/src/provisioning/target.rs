//! The SCIM endpoint that is written to: requests as Entra sends them, without a `User-Agent`, and how the answers are read.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{Method, StatusCode};
use reqwest::RequestBuilder;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::behaviour::Behaviour;
use super::credentials::Credentials;
use super::failure::{Failure, MULTIPLE_ENTRIES};
use super::mapping::ENTERPRISE;
use super::mishap::{Kind, Mishaps};
use super::patch::Dialect;
use super::path::{AttributePath, member};

/// The flag that asks for the compliant dialect.
pub const FLAG: &str = "aadOptscim062020";

/// One endpoint with its credentials.
#[derive(Debug, Clone)]
pub struct Target {
    client: reqwest::Client,
    base: String,
    flag: Option<String>,
    credentials: Arc<Credentials>,
    adscim_header: bool,
    probe_prefix: bool,
    timeout: Duration,
    mishaps: Arc<Mishaps>,
    /// What the tenant URL asks for.
    pub dialect: Dialect,
}

impl Target {
    /// The endpoint of a tenant URL, which may carry a flag.
    pub fn new(
        client: reqwest::Client,
        tenant_url: &str,
        credentials: Credentials,
        behaviour: &Behaviour,
    ) -> Result<Self, String> {
        let url = Url::parse(tenant_url.trim()).map_err(|error| format!("the tenant URL cannot be read: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err("the tenant URL is neither http nor https".to_owned());
        }
        let flag = url.query().filter(|query| !query.is_empty()).map(str::to_owned);
        let compliant = flag.as_ref().is_some_and(|flag| flag.to_lowercase().contains(&FLAG.to_lowercase()));
        let mut bare = url;
        bare.set_query(None);
        bare.set_fragment(None);
        let whole = bare.to_string();
        Ok(Self {
            client,
            base: if behaviour.double_slash { whole } else { whole.trim_end_matches('/').to_owned() },
            flag: flag.filter(|_| behaviour.send_flag),
            credentials: Arc::new(credentials),
            adscim_header: behaviour.adscim_header,
            probe_prefix: behaviour.probe_prefix,
            timeout: Duration::from_secs(behaviour.request_timeout_seconds),
            mishaps: Arc::default(),
            dialect: if compliant { Dialect::Compliant } else { Dialect::Legacy },
        })
    }

    /// The same with mishaps on demand.
    #[must_use]
    pub fn with_mishaps(mut self, mishaps: Arc<Mishaps>) -> Self {
        self.mishaps = mishaps;
        self
    }

    /// Test connection: asks for somebody who cannot exist and expects an empty list.
    pub async fn probe(&self, random: &str) -> Result<(), Failure> {
        let name = if self.probe_prefix { format!("AzureAD_Test-{random}") } else { random.to_owned() };
        let filter = format!("userName eq {}", quoted(&name));
        let found = self.list("Users", &[("filter", filter.as_str())]).await?;
        if found.is_empty() { Ok(()) } else { Err(Failure::incompatible("somebody matches a random name")) }
    }

    /// The resources that match one attribute.
    pub async fn matching(&self, kind: &str, path: &AttributePath, value: &str) -> Result<Vec<Value>, Failure> {
        let filter = format!("{} eq {}", path.text, quoted(value));
        let found = match kind {
            "Groups" => self.list(kind, &[("excludedAttributes", "members"), ("filter", &filter)]).await?,
            _ => self.list(kind, &[("filter", &filter)]).await?,
        };
        found.iter().try_for_each(|resource| check(kind, resource))?;
        Ok(found)
    }

    /// Whether a resource has a reference already.
    pub async fn refers(&self, kind: &str, id: &str, attribute: &str, other: &str) -> Result<bool, Failure> {
        let filter = format!("id eq {} and {attribute} eq {}", quoted(id), quoted(other));
        let more = if kind == "Groups" { ("excludedAttributes", "members") } else { ("attributes", "id") };
        Ok(!self.list(kind, &[("filter", &filter), more]).await?.is_empty())
    }

    /// One resource; a group without its members.
    pub async fn read(&self, kind: &str, id: &str) -> Result<Value, Failure> {
        let query: &[(&str, &str)] = if kind == "Groups" { &[("excludedAttributes", "members")] } else { &[] };
        let answer = self.send(Method::GET, &format!("{kind}/{}", segment(id)), query, None).await?;
        let resource = answer.body()?;
        check(kind, &resource)?;
        Ok(resource)
    }

    /// Creates a resource.
    pub async fn create(&self, kind: &str, body: &Value) -> Result<Value, Failure> {
        let resource = self.send(Method::POST, kind, &[], Some(body)).await?.body()?;
        if id_of(&resource).is_none() {
            return Err(Failure::incompatible("the created resource has no id"));
        }
        Ok(resource)
    }

    /// Changes a resource; its body in the answer does not matter.
    pub async fn patch(&self, kind: &str, id: &str, body: &Value) -> Result<(), Failure> {
        self.send(Method::PATCH, &format!("{kind}/{}", segment(id)), &[], Some(body)).await.map(drop)
    }

    /// Deletes a resource; one that is not there is deleted.
    pub async fn delete(&self, kind: &str, id: &str) -> Result<(), Failure> {
        match self.send(Method::DELETE, &format!("{kind}/{}", segment(id)), &[], None).await {
            Err(failure) if failure.code == "InvalidAnchor" => Ok(()),
            other => other.map(drop),
        }
    }

    /// A list, which is a `ListResponse` with status 200 even when nothing matches (RFC 7644, 3.4.2).
    async fn list(&self, kind: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, Failure> {
        let answer = self.send(Method::GET, kind, query, None).await.map_err(|failure| match failure.code {
            "InvalidAnchor" => Failure::job("NotFound", format!("a query was answered with 404. {}", failure.detail)),
            _ => failure,
        })?;
        let body = answer.body()?;
        let total = member(&body, "totalResults").and_then(Value::as_u64);
        let total = total.ok_or_else(|| Failure::incompatible("a query was not answered with a ListResponse"))?;
        let found = member(&body, "Resources").and_then(Value::as_array).cloned().unwrap_or_default();
        if total > 0 && found.is_empty() {
            return Err(Failure::incompatible("a ListResponse counts more than it holds"));
        }
        Ok(found)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let mishap = self.mishaps.strike(method.as_str(), &format!("/{path}"));
        if mishap == Some(Kind::Unreachable) {
            return Err(Failure::passing("HttpRequestException", "the target was not reached"));
        }
        let address = self.address(path, query);
        let mut token = self.credentials.token(&self.client).await?;
        if mishap == Some(Kind::WrongToken) {
            "expired".clone_into(&mut token);
        }
        let with = |token: &str| self.dressed(self.client.request(method.clone(), &address), token, body);
        match mishap {
            Some(Kind::LoseAnswer) => {
                exchange(with(&token)).await?;
                return Err(Failure::passing("Timeout", "no answer came in time"));
            }
            // Whatever the first answer was, it is the second that counts.
            Some(Kind::Repeat) => drop(exchange(with(&token)).await),
            Some(Kind::WrongToken | Kind::Unreachable) | None => {}
        }
        let mut answer = exchange(with(&token)).await?;
        // A token that was made for the occasion may have ended on the way.
        if answer.status == StatusCode::UNAUTHORIZED && mishap.is_none() && self.credentials.refused(&token).await {
            answer = exchange(with(&self.credentials.token(&self.client).await?)).await?;
        }
        let Answer { status, text } = answer;
        if status.is_success() { Ok(Answer { status, text }) } else { Err(Failure::of_status(status, &said(&text))) }
    }

    fn address(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(query);
        let mut query = pairs.finish();
        if let Some(flag) = &self.flag {
            query = if query.is_empty() { flag.clone() } else { format!("{query}&{flag}") };
        }
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}/{path}{mark}{query}", self.base)
    }

    fn dressed(&self, request: RequestBuilder, token: &str, body: Option<&Value>) -> RequestBuilder {
        let mut request = request
            .timeout(self.timeout)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(ACCEPT, "application/scim+json");
        if self.adscim_header {
            request = request.header(HeaderName::from_static("adscimversion"), "2.0");
        }
        match body {
            Some(body) => request.header(CONTENT_TYPE, "application/scim+json; charset=utf-8").body(body.to_string()),
            None => request,
        }
    }
}

/// One request and whatever was answered.
async fn exchange(request: RequestBuilder) -> Result<Answer, Failure> {
    let sent = request.send().await.map_err(|error| unreached(&error))?;
    let status = sent.status();
    let text = sent.text().await.map_err(|error| unreached(&error))?;
    Ok(Answer { status, text })
}

struct Answer {
    status: StatusCode,
    text: String,
}

impl Answer {
    fn body(&self) -> Result<Value, Failure> {
        let read = serde_json::from_str::<Value>(&self.text).ok().filter(Value::is_object);
        read.ok_or_else(|| Failure::incompatible(format!("an answer with {} is not a JSON object", self.status)))
    }
}

/// The id of a resource.
pub fn id_of(resource: &Value) -> Option<String> {
    member(resource, "id").and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned)
}

/// What Entra cannot take in: members that were excluded, a truth value as text, a manager as text.
fn check(kind: &str, resource: &Value) -> Result<(), Failure> {
    if kind == "Groups" {
        let members = member(resource, "members").filter(|value| !value.is_null() && **value != Value::Array(vec![]));
        return match members {
            Some(_) => Err(Failure::job(MULTIPLE_ENTRIES, "members were excluded and came back")),
            None => Ok(()),
        };
    }
    if member(resource, "active").is_some_and(Value::is_string) {
        return Err(Failure::incompatible("active is not a boolean"));
    }
    let manager = member(resource, ENTERPRISE).and_then(|extension| member(extension, "manager"));
    if manager.is_some_and(Value::is_string) {
        return Err(Failure::incompatible("manager is a text"));
    }
    Ok(())
}

fn unreached(error: &reqwest::Error) -> Failure {
    let code = if error.is_timeout() { "Timeout" } else { "HttpRequestException" };
    Failure::passing(code, error.without_url_text())
}

/// What an error's text says without the address, which carries names of people.
trait WithoutUrl {
    fn without_url_text(&self) -> String;
}

impl WithoutUrl for reqwest::Error {
    fn without_url_text(&self) -> String {
        let mut text = self.to_string();
        if let Some(at) = text.find(" for url") {
            text.truncate(at);
        }
        text
    }
}

/// `detail` of a SCIM error, else the beginning of whatever was said.
fn said(text: &str) -> String {
    let body = serde_json::from_str::<Value>(text).ok();
    let detail = body.as_ref().and_then(|body| member(body, "detail")).and_then(Value::as_str);
    detail.unwrap_or(text).chars().take(400).collect()
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn segment(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
        .replace("%5F", "_")
        .replace("%2E", ".")
}
