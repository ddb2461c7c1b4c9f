//! A sample application inside the emulator: signs people in by the code flow with PKCE, as any application would, and
//! shows what the tokens say. It is registered when it is first opened.
//!
//! | path | |
//! |---|---|
//! | `GET /sample` | who is signed in |
//! | `GET /sample/sign-in` | off to the sign-in page; `?tenant=&prompt=&login_hint=&acrs=` |
//! | `GET /sample/callback` | back with a code |
//! | `GET /sample/sign-out` | out of the application and of the directory |
//! | `GET /sample/claims` | the same as JSON, for tests |
//!
//! Deliberately a client like another: it gets nothing but by the endpoints everybody uses.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use askama::Template;
use aws_lc_rs::digest;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use jsonwebtoken::{Algorithm, Validation};
use kernel::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::form_urlencoded;
use uuid::{Builder, Uuid};

use crate::World;
use crate::admin::apps::OptionalClaims;
use crate::admin::{AdminError, tenant};
use crate::identity::token;
use crate::kept::{Kept, Passing};
use crate::links::Links;
use crate::prepare::{new_application, new_password, new_secret};
use crate::sign_in::visit::{Sender, cookie};
use crate::world::Tenant;

const COOKIE: &str = "sample";
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/// Everybody who visits the sample application, by cookie.
#[derive(Debug, Default)]
pub struct Sample(Mutex<Kept<Visitor>>);

/// One browser at the sample application.
#[derive(Debug, Clone, Default)]
struct Visitor {
    since: Timestamp,
    tenant: Uuid,
    state: String,
    nonce: String,
    verifier: String,
    id_token: Option<Value>,
    access_token: Option<Value>,
    error: Option<String>,
}

impl Passing for Visitor {
    fn gone(&self) -> Timestamp {
        self.since.plus(Duration::from_hours(24))
    }
}

impl Sample {
    fn visitors(&self) -> MutexGuard<'_, Kept<Visitor>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The application's routes.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/sample", get(show))
        .route("/sample/sign-in", get(leave))
        .route("/sample/callback", get(come_back))
        .route("/sample/sign-out", get(sign_out))
        .route("/sample/claims", get(claims))
}

/// The sample application's client id in a tenant: the same whenever it is asked for.
pub fn client_id(tenant: Uuid) -> Uuid {
    let hash = digest::digest(&digest::SHA256, format!("sample application of {tenant}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    Builder::from_random_bytes(bytes).into_uuid()
}

/// Registers the application in a tenant unless it is, under the address the browser uses; gives its secret.
pub fn ensure(world: &World, tenant: &Tenant, base: &str) -> String {
    let app_id = client_id(tenant.id);
    let mut apps = tenant.apps_mut();
    let app = apps.applications.entry(app_id).or_insert_with(|| {
        let mut app = new_application(world, app_id, "Sample application");
        "AzureADMyOrg".clone_into(&mut app.sign_in_audience);
        let names = ["amr", "auth_time", "sid", "login_hint", "upn"].map(str::to_owned).to_vec();
        app.optional_claims = OptionalClaims { id_token: names, access_token: Vec::new() }.as_graph();
        app.passwords.push(new_password(world, Some("its own"), new_secret(&world.rng), 3_650));
        app
    });
    for path in ["/sample/callback", "/sample"] {
        let address = format!("{base}{path}");
        if !app.redirect_uris.contains(&address) {
            app.redirect_uris.push(address);
        }
    }
    app.passwords.first().map(|password| password.secret.clone()).unwrap_or_default()
}

/// `GET /emulator/api/tenants/{tenant}/sample`: registers it and tells its client id.
pub async fn describe(
    State(world): State<Arc<World>>,
    links: Links,
    Path(name): Path<String>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    ensure(&world, &tenant, links.base());
    Ok(Json(
        json!({ "client_id": client_id(tenant.id), "url": format!("{}/sample?tenant={}", links.base(), tenant.id) }),
    ))
}

#[derive(Template)]
#[template(path = "sample.html")]
struct Page {
    tenant: String,
    name: Option<String>,
    second_factor: bool,
    tokens: Vec<(&'static str, Vec<(String, String)>)>,
    error: Option<String>,
}

/// What the page is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wish {
    tenant: Option<String>,
    prompt: Option<String>,
    login_hint: Option<String>,
    acrs: Option<String>,
}

async fn show(State(world): State<Arc<World>>, headers: HeaderMap, Query(wish): Query<Wish>) -> Response {
    let visitor = visitor(&world, &headers).unwrap_or_default();
    let known = world.tenant_by_id(visitor.tenant).map(|_| visitor.tenant.to_string());
    let page = Page {
        tenant: wish.tenant.or(known).unwrap_or_else(|| "default".to_owned()),
        name: visitor.id_token.as_ref().map(|token| token["name"].as_str().unwrap_or_default().to_owned()),
        second_factor: visitor.id_token.as_ref().is_some_and(has_second_factor),
        tokens: [("ID token", &visitor.id_token), ("Access token", &visitor.access_token)]
            .into_iter()
            .filter_map(|(name, token)| token.as_ref().map(|token| (name, rows(token))))
            .collect(),
        error: visitor.error,
    };
    match page.render() {
        Ok(html) => ([(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn claims(State(world): State<Arc<World>>, headers: HeaderMap) -> Json<Value> {
    let visitor = visitor(&world, &headers).unwrap_or_default();
    Json(json!({
        "signed_in": visitor.id_token.is_some(), "id_token": visitor.id_token, "access_token": visitor.access_token,
        "error": visitor.error,
    }))
}

async fn leave(
    State(world): State<Arc<World>>,
    links: Links,
    Query(wish): Query<Wish>,
) -> Result<Response, AdminError> {
    let tenant = tenant(&world, wish.tenant.as_deref().unwrap_or("default"))?;
    ensure(&world, &tenant, links.base());
    let rng = &world.rng;
    let now = world.clock.now();
    let visitor = Visitor {
        since: now,
        tenant: tenant.id,
        state: rng.token::<24>(),
        nonce: rng.token::<24>(),
        verifier: rng.token::<48>(),
        ..Visitor::default()
    };
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, visitor.verifier.as_bytes()));
    let client_id = client_id(tenant.id).to_string();
    let callback = format!("{}/sample/callback", links.base());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("client_id", client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", &callback),
        ("scope", "openid profile email"),
        ("state", &visitor.state),
        ("nonce", &visitor.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    for (name, value) in [("prompt", wish.prompt), ("login_hint", wish.login_hint), ("claims", wish.acrs.map(context))]
    {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            query.append_pair(name, &value);
        }
    }
    let id = rng.token::<24>();
    world.sample.visitors().insert(id.clone(), visitor, now);
    let address = format!("{}/oauth2/v2.0/authorize?{}", links.authority(&tenant.id.to_string()), query.finish());
    let kept = format!("{COOKIE}={id}; Path=/sample; HttpOnly; SameSite=Lax");
    Ok(([(SET_COOKIE, kept)], Redirect::to(&address)).into_response())
}

fn context(name: String) -> String {
    if name.is_empty() {
        return name;
    }
    json!({ "id_token": { "acrs": { "essential": true, "value": name } } }).to_string()
}

async fn come_back(
    State(world): State<Arc<World>>,
    links: Links,
    headers: HeaderMap,
    Query(answer): Query<HashMap<String, String>>,
) -> Response {
    let found = cookie(&headers, COOKIE).and_then(|id| Some((id.clone(), world.sample.visitors().get(&id).cloned()?)));
    let Some((id, mut visitor)) = found else { return Redirect::to("/sample").into_response() };
    let outcome = match (answer.get("code"), answer.get("state")) {
        (_, state) if state != Some(&visitor.state) => Err("The state is not the one that was sent.".to_owned()),
        (Some(code), _) => redeem(&world, &links, &visitor, code).await,
        (None, _) => Err(answer.get("error_description").cloned().unwrap_or_else(|| "There is no code.".to_owned())),
    };
    match outcome {
        Ok((id_token, access_token)) => (visitor.id_token, visitor.access_token) = (Some(id_token), Some(access_token)),
        Err(error) => visitor.error = Some(error),
    }
    visitor.state = world.rng.token::<24>();
    world.sample.visitors().insert(id, visitor, world.clock.now());
    Redirect::to("/sample").into_response()
}

async fn redeem(world: &Arc<World>, links: &Links, visitor: &Visitor, code: &str) -> Result<(Value, Value), String> {
    let tenant = world.tenant_by_id(visitor.tenant).ok_or("The tenant is gone.")?;
    let secret = ensure(world, &tenant, links.base());
    let client_id = client_id(tenant.id).to_string();
    let callback = format!("{}/sample/callback", links.base());
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "authorization_code"),
            ("client_id", client_id.as_str()),
            ("client_secret", &secret),
            ("code", code),
            ("redirect_uri", &callback),
            ("code_verifier", &visitor.verifier),
        ])
        .finish();
    let name = tenant.id.to_string();
    let answer = token::v2(State(world.clone()), links.clone(), Path(name), Sender::within(), body.into()).await;
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.map_err(|error| error.to_string())?;
    let tokens: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    if let Some(error) = tokens["error_description"].as_str() {
        return Err(error.to_owned());
    }
    let id_token = verified(world, &client_id, tokens["id_token"].as_str().unwrap_or_default())?;
    if id_token["nonce"] != visitor.nonce.as_str() {
        return Err("The nonce is not the one that was sent.".to_owned());
    }
    let access = tokens["access_token"].as_str().unwrap_or_default();
    Ok((id_token, jsonwebtoken::dangerous::insecure_decode_claims(access).unwrap_or_default()))
}

/// The claims of an ID token that is good. Its times are left alone: the emulated clock may be anywhere.
fn verified(world: &World, client_id: &str, token: &str) -> Result<Value, String> {
    let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
    let keys = world.keys();
    let key = header.kid.as_deref().and_then(|kid| keys.find(kid)).ok_or("The key of the ID token is not known.")?;
    let mut validation = Validation::new(Algorithm::RS256);
    (validation.validate_exp, validation.validate_nbf) = (false, false);
    validation.set_audience(&[client_id]);
    let good = jsonwebtoken::decode::<Value>(token, &key.decoding, &validation).map_err(|error| error.to_string())?;
    Ok(good.claims)
}

async fn sign_out(State(world): State<Arc<World>>, links: Links, headers: HeaderMap) -> Response {
    let gone = cookie(&headers, COOKIE).and_then(|id| world.sample.visitors().remove(&id));
    let tenant = gone.map_or_else(|| "common".to_owned(), |visitor| visitor.tenant.to_string());
    let back: String = form_urlencoded::byte_serialize(format!("{}/sample", links.base()).as_bytes()).collect();
    let address = format!("{}/oauth2/v2.0/logout?post_logout_redirect_uri={back}", links.authority(&tenant));
    let kept = format!("{COOKIE}=; Path=/sample; Max-Age=0; HttpOnly");
    ([(SET_COOKIE, kept)], Redirect::to(&address)).into_response()
}

fn visitor(world: &World, headers: &HeaderMap) -> Option<Visitor> {
    world.sample.visitors().get(&cookie(headers, COOKIE)?).cloned()
}

fn has_second_factor(token: &Value) -> bool {
    token["amr"].as_array().is_some_and(|words| words.iter().any(|word| word == "mfa"))
}

fn rows(token: &Value) -> Vec<(String, String)> {
    let members = token.as_object().cloned().unwrap_or_else(Map::new);
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    members.into_iter().map(|(name, value)| (name, text(value))).collect()
}

#[cfg(test)]
mod tests;
