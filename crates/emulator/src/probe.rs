//! For tests: an emulator without a network, on a clock that stands still.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

pub mod browser;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderMap, Request, StatusCode};
use kernel::{Clock, ManualClock, Timestamp};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::config::Options;
use crate::prepare::{Prepared, prepare};
use crate::{World, serve};

/// The moment every probe begins at.
pub const START: &str = "2026-01-09T02:02:12Z";

/// An emulator to ask.
pub struct Probe {
    pub world: Arc<World>,
    pub prepared: Prepared,
    pub hand: ManualClock,
    router: Router,
}

/// What it answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn location(&self) -> String {
        self.headers[LOCATION].to_str().unwrap().to_owned()
    }
}

impl Probe {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Options)) -> Self {
        let (clock, hand) = Clock::manual(Timestamp::parse(START).unwrap());
        let mut options = Options { clock, users: 5, groups: 2, ..Options::default() };
        options.redirect_uris = vec!["https://app.example/consented".to_owned()];
        change(&mut options);
        let world = Arc::new(World::new(options.seed, options.clock.clone()).unwrap());
        let prepared = prepare(&world, &options).unwrap();
        world.set_base_url("http://emulator.test");
        let router = serve::router(&world);
        Self { world, prepared, hand, router }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = serve::answer(&self.world, self.router.clone(), request).await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = request("POST", path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(form.body(Body::from(body)).unwrap()).await
    }

    pub async fn json(&self, method: &str, path: &str, body: Value) -> Answer {
        let asked = request(method, path).header(CONTENT_TYPE, "application/json");
        self.send(asked.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Asks the token endpoint of the prepared tenant as the prepared application, with these fields laid over; an
    /// empty value leaves the field out.
    pub async fn ask_token(&self, over: &[(&str, &str)]) -> Answer {
        let client_id = self.prepared.client_id.to_string();
        let usual = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id.as_str()),
            ("client_secret", self.prepared.client_secret.as_str()),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let mut fields: Vec<(&str, &str)> =
            usual.into_iter().filter(|(name, _)| over.iter().all(|(key, _)| key != name)).collect();
        fields.extend(over.iter().filter(|(_, value)| !value.is_empty()));
        self.form(&format!("/{}/oauth2/v2.0/token", self.prepared.tenant_id), &fields).await
    }

    pub async fn token(&self) -> String {
        self.ask_token(&[]).await.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Asks Graph with a fresh token.
    pub async fn graph(&self, method: &str, path: &str, body: Value) -> Answer {
        let token = self.token().await;
        self.graph_with(&token, method, path, body).await
    }

    pub async fn graph_with(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        let asked = request(method, &format!("/v1.0{path}")).header(AUTHORIZATION, format!("Bearer {token}"));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(asked.header(CONTENT_TYPE, "application/json").body(body).unwrap()).await
    }

    pub async fn admin(&self, method: &str, path: &str, body: Value) -> Answer {
        self.json(method, &format!("/emulator/api{path}"), body).await
    }

    pub async fn switch(&self, name: &str, value: Value) {
        let mut patch = json!({});
        patch[name] = value;
        assert_eq!(self.admin("PATCH", "/switches", patch).await.status, StatusCode::OK);
    }
}

/// The claims of a token.
pub fn claims(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode_claims(token).unwrap()
}

pub fn request(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path.replace(' ', "%20").replace('\'', "%27")).header(HOST, "emulator.test")
}
