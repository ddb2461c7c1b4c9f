//! `POST …/oauth2/token`: a key and its secret for an access token (RFC 6749 §4.4), by HTTP Basic or in the form.
//!
//! Speaks OAuth and not SCIM: its errors are those of RFC 6749 §5.2.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::authenticate::{Caller, Origin, Refused};
use super::body::collect;
use super::reply::Reply;
use crate::service::Provisioning;

/// The longest form, in bytes.
const LONGEST: usize = 16 * 1024;

/// Why no token is given: the `error` of RFC 6749 §5.2, and what people read.
struct Refusal(&'static str, &'static str);

/// A form's fields; none comes twice (RFC 6749 §3.2).
struct Form(Vec<(String, String)>);

impl Form {
    async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Refusal> {
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Refusal("invalid_request", "the body must be application/x-www-form-urlencoded"));
        }
        let unreadable = Refusal("invalid_request", "the form cannot be read");
        let Ok(bytes) = collect(headers, body, LONGEST).await else { return Err(unreadable) };
        let pairs = std::str::from_utf8(&bytes).ok().and_then(|text| scim::list::parameters(text).ok());
        let mut pairs = pairs.ok_or(unreadable)?;
        pairs.sort();
        if pairs.windows(2).any(|two| two[0].0 == two[1].0) {
            return Err(Refusal("invalid_request", "a field comes twice"));
        }
        Ok(Self(pairs))
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        found.filter(|value| !value.is_empty())
    }
}

/// Gives an access token, or says why not.
pub(crate) async fn answer(
    provisioning: &Provisioning,
    headers: &HeaderMap,
    origin: Origin,
    body: Body,
) -> (Reply, Result<Option<Caller>, Refused>) {
    let by_header = headers.contains_key(AUTHORIZATION);
    let (key, secret) = match read(headers, body).await {
        Ok(credentials) => credentials,
        Err(refusal) => return (refused(&refusal, by_header), Ok(None)),
    };
    match provisioning.issue_token(origin.organisation, origin.address, (&key, &secret)).await {
        Ok(issued) => {
            let body = json!({
                "access_token": issued.token.expose(),
                "token_type": "Bearer",
                "expires_in": issued.lifetime.as_secs(),
            });
            (told(StatusCode::OK, &body), Ok(Some(issued.caller)))
        }
        Err(why @ Refused::Stranger { .. }) => {
            let refusal = Refusal("invalid_client", "the client id or the client secret does not count");
            (refused(&refusal, by_header), Err(why))
        }
        Err(Refused::Failed(error)) => {
            let body = json!({ "error": "temporarily_unavailable", "error_description": "try again shortly" });
            (told(StatusCode::SERVICE_UNAVAILABLE, &body).with(RETRY_AFTER, "5"), Err(Refused::Failed(error)))
        }
    }
}

/// The credentials of a request for a token by client credentials.
async fn read(headers: &HeaderMap, body: Body) -> Result<(String, String), Refusal> {
    let form = Form::read(headers, body).await?;
    match form.get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(Refusal("unsupported_grant_type", "the grant type must be client_credentials")),
        None => return Err(Refusal("invalid_request", "grant_type is missing")),
    }
    let by_form = form.get("client_id").zip(form.get("client_secret"));
    match (headers.get(AUTHORIZATION), by_form) {
        (Some(_), _) if form.get("client_secret").is_some() => {
            Err(Refusal("invalid_request", "the client secret comes twice, in the header and in the form"))
        }
        (Some(line), _) => basic(line.to_str().unwrap_or_default())
            .ok_or(Refusal("invalid_client", "Authorization must be Basic, with the client id and the client secret")),
        (None, Some((key, secret))) => Ok((key.to_owned(), secret.to_owned())),
        (None, None) => Err(Refusal("invalid_client", "client_id or client_secret is missing")),
    }
}

/// RFC 6749 §2.3.1: both halves are encoded as in a form, then joined and encoded again.
fn basic(line: &str) -> Option<(String, String)> {
    let (scheme, encoded) = line.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (key, secret) = text.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let decoded = |text: &str| scim::list::parameters(text).ok()?.into_iter().next().map(|(text, _)| text);
    Some((decoded(key)?, decoded(secret)?))
}

fn refused(refusal: &Refusal, by_header: bool) -> Reply {
    let body = json!({ "error": refusal.0, "error_description": refusal.1 });
    match refusal.0 {
        "invalid_client" if by_header => {
            told(StatusCode::UNAUTHORIZED, &body).with(WWW_AUTHENTICATE, "Basic realm=\"scim\"")
        }
        "invalid_client" => told(StatusCode::UNAUTHORIZED, &body),
        _ => told(StatusCode::BAD_REQUEST, &body),
    }
}

/// `Cache-Control: no-store` is on every answer of the server.
fn told(status: StatusCode, body: &serde_json::Value) -> Reply {
    Reply::document(status, body).with(CONTENT_TYPE, "application/json").with(PRAGMA, "no-cache")
}
