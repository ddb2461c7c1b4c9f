//! A template: checked when it is written, filled in when something is sent. Pure.

use kernel::text_enum;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::byte_serialize;
use url::{Host, Origin, Position, Url};
use utoipa::ToSchema;

use crate::error::MfaError;

/// The most headers.
const MOST_HEADERS: usize = 20;
/// The longest address, header and body, in bytes.
const LONGEST: usize = 4_096;
/// What can be filled in.
const NAMES: [&str; 5] = ["to", "code", "spoken", "text", "secret"];
/// Headers that belong to the connection, or say where a call goes (RFC 9110 §7.6.1, §7.2).
const NOT_OURS: [&str; 6] = ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te"];
/// Values that try to leave their place.
const NASTY: &str = "\"\\\n&=#?/%{code}<é";

text_enum!(
    /// How a gateway is called.
    pub enum GatewayMethod {
        /// With a body.
        Post = "POST",
        /// With a body.
        Put = "PUT",
        /// Without.
        Get = "GET",
    }
);

text_enum!(
    /// What a body is, which says how values are escaped in it.
    pub enum BodyFormat {
        /// `application/json`: values stand inside of strings.
        Json = "json",
        /// `application/x-www-form-urlencoded`.
        Form = "form",
        /// `text/plain`: values stand as they are.
        Text = "text",
    }
);

/// A header of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaGatewayHeader)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value; of what can be filled in, `{secret}` alone.
    pub value: String,
}

/// How a gateway is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaGatewayTemplate)]
pub struct Template {
    /// How.
    #[serde(default = "post")]
    pub method: GatewayMethod,
    /// Where: https, or http for this very machine. What is filled in stands behind the host.
    pub url: String,
    /// Headers.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// What the body is.
    #[serde(default = "json")]
    pub format: BodyFormat,
    /// The body.
    #[serde(default)]
    pub body: String,
    /// What a message costs, in hundredths of whatever is counted; for `out_of_band.daily_spend`.
    #[serde(default = "usual_price")]
    pub price: u32,
    /// Seconds that the gateway may take, 1 to 20.
    #[serde(default = "usual_timeout")]
    pub timeout_seconds: u32,
}

const fn post() -> GatewayMethod {
    GatewayMethod::Post
}

const fn json() -> BodyFormat {
    BodyFormat::Json
}

const fn usual_price() -> u32 {
    10
}

const fn usual_timeout() -> u32 {
    10
}

/// What is filled in.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    /// The number.
    pub to: &'a str,
    /// The code.
    pub code: &'a str,
    /// The code, digit by digit.
    pub spoken: &'a str,
    /// What is said.
    pub text: &'a str,
    /// The gateway's secret.
    pub secret: &'a str,
}

/// A template that was filled in.
#[derive(Clone, PartialEq, Eq)]
pub struct Filled {
    /// Where.
    pub url: Url,
    /// Name and value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl BodyFormat {
    /// What the body is called on the wire.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

impl Template {
    /// Refuses what cannot work, with the first reason.
    pub fn validate(&self) -> Result<(), MfaError> {
        let refuse = |why: &str| Err(MfaError::Invalid(format!("template.{why}")));
        let texts = self.headers.iter().flat_map(|header| [&header.name, &header.value]).chain([&self.url, &self.body]);
        for text in texts {
            if text.len() > LONGEST {
                return refuse(&format!("url, headers and body have at most {LONGEST} bytes each"));
            }
            if let Some(unknown) = unknown_name(text) {
                return refuse(&format!(
                    "{{{unknown}}} cannot be filled in: use {{to}}, {{code}}, {{spoken}}, {{text}} or {{secret}}"
                ));
            }
        }
        if !(1..=20).contains(&self.timeout_seconds) {
            return refuse("timeout_seconds must be from 1 to 20");
        }
        if self.headers.len() > MOST_HEADERS {
            return refuse(&format!("headers holds at most {MOST_HEADERS}"));
        }
        for header in &self.headers {
            if let Some(why) = header.fault() {
                return refuse(&format!("headers: {}: {why}", header.name));
            }
        }
        if let Some(why) = self.url_fault() {
            return refuse(&format!("url {why}"));
        }
        if !["{code}", "{spoken}", "{text}"].iter().any(|name| self.url.contains(name) || self.body.contains(name)) {
            return refuse("body must have {code}, {spoken} or {text} in it");
        }
        if !self.url.contains("{to}") && !self.body.contains("{to}") {
            return refuse("body must have {to} in it");
        }
        if self.method == GatewayMethod::Get && !self.body.is_empty() {
            return refuse("body must be empty with GET: put what is sent into the address");
        }
        let broken = self.format == BodyFormat::Json
            && !self.body.is_empty()
            && serde_json::from_str::<serde_json::Value>(&fill(&self.body, &Values::all(NASTY), in_json)).is_err();
        if broken {
            return refuse("body is no JSON: what is filled in stands inside of strings, as in {\"to\": \"{to}\"}");
        }
        Ok(())
    }

    fn url_fault(&self) -> Option<&'static str> {
        let with = |value| Url::parse(&fill(&self.url, &Values::all(value), in_address));
        let (Ok(url), Ok(other)) = (with("1"), with("2")) else { return Some("is no address") };
        // As it is read, not as it is written: in `https:///{to}/x` the host is filled in.
        if url[..Position::BeforePath] != other[..Position::BeforePath] {
            return Some("must not have anything filled in before its path");
        }
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Some("is no address"),
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            return Some("must be https; http is for this very machine alone");
        }
        let named = !url.username().is_empty() || url.password().is_some();
        named.then_some("must not hold a password: put it into a header as {secret}")
    }

    /// Scheme, host and port that it leads to, into which nothing is filled.
    pub(crate) fn origin(&self) -> Option<Origin> {
        Url::parse(&fill(&self.url, &Values::all("1"), in_address)).ok().map(|url| url.origin())
    }

    /// With everything filled in. None where the address would no longer be one.
    pub fn filled(&self, values: &Values<'_>) -> Option<Filled> {
        let url = Url::parse(&fill(&self.url, values, in_address)).ok()?;
        let fill_header = |header: &Header| (header.name.clone(), fill(&header.value, values, in_header));
        let body = match self.format {
            BodyFormat::Json => fill(&self.body, values, in_json),
            BodyFormat::Form => fill(&self.body, values, in_address),
            BodyFormat::Text => fill(&self.body, values, str::to_owned),
        };
        Some(Filled { url, headers: self.headers.iter().map(fill_header).collect(), body })
    }
}

impl Header {
    fn fault(&self) -> Option<&'static str> {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if self.name.is_empty() || !self.name.bytes().all(token) {
            return Some("is no name of a header");
        }
        if NOT_OURS.contains(&self.name.to_ascii_lowercase().as_str()) {
            return Some("belongs to the connection");
        }
        if !self.value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Some("its value must be visible ASCII");
        }
        let other = NAMES.iter().any(|name| *name != "secret" && self.value.contains(&format!("{{{name}}}")));
        other.then_some("of what can be filled in, a header takes {secret} alone")
    }
}

/// Replaces the names in one pass: what was filled in is not looked at again.
fn fill(template: &str, values: &Values<'_>, escaped: impl Fn(&str) -> String) -> String {
    let (mut text, mut rest) = (String::with_capacity(template.len()), template);
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let named = |name: &&&str| rest[1..].strip_prefix(**name).is_some_and(|after| after.starts_with('}'));
        if let Some(name) = NAMES.iter().find(named) {
            text.push_str(&escaped(values.get(name)));
            rest = &rest[name.len() + 2..];
        } else {
            text.push('{');
            rest = &rest[1..];
        }
    }
    text + rest
}

impl<'a> Values<'a> {
    /// One value in every place.
    const fn all(value: &'a str) -> Self {
        Self { to: value, code: value, spoken: value, text: value, secret: value }
    }

    fn get(&self, name: &str) -> &'a str {
        match name {
            "to" => self.to,
            "code" => self.code,
            "spoken" => self.spoken,
            "secret" => self.secret,
            _ => self.text,
        }
    }
}

/// The first thing in braces that looks like a name and is none of ours.
fn unknown_name(template: &str) -> Option<&str> {
    template.split('{').skip(1).find_map(|rest| {
        let name = rest.split_once('}')?.0;
        let word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        (word && !NAMES.contains(&name)).then_some(name)
    })
}

/// Percent-encoded; a blank too, so that it means the same in a path and in a form.
fn in_address(value: &str) -> String {
    byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Inside of a JSON string (RFC 8259 §7).
fn in_json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// What a header cannot carry is left out (RFC 9110 §5.5).
fn in_header(value: &str) -> String {
    value.chars().filter(|letter| *letter == ' ' || letter.is_ascii_graphic()).collect()
}
