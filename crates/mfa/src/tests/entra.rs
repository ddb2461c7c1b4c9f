//! Entra's side, played by a few lines: keys over HTTP, hints signed with them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Json, Router};
use kernel::Timestamp;
use oidc::{NewSigningKey, PublicKeyEntry, SigningKey};
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use super::register::{self, Registry};
use super::risk::{self, Protection};

/// The application that hints are for.
pub(crate) const APP: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
/// The tenant.
pub(crate) const TENANT: Uuid = Uuid::from_u128(0x7e);
/// A person.
pub(crate) const MIA: Uuid = Uuid::from_u128(0x11a);

/// What Graph says of everybody, and what we may ask it.
#[derive(Default)]
pub(crate) struct Contacts {
    pub(crate) roles: Vec<String>,
    /// Kind and number.
    pub(crate) phones: Vec<(&'static str, &'static str)>,
    pub(crate) email: Option<&'static str>,
    /// When a password was changed last.
    pub(crate) password_changed: Option<Timestamp>,
    /// How often it was asked.
    pub(crate) asked: usize,
    /// It takes what is asked, and never answers.
    pub(crate) hangs: bool,
    /// What it says of risks.
    pub(crate) protection: Protection,
    /// Who is registered for methods.
    pub(crate) registry: Registry,
}

/// A sign-in service with one published key, and one that nobody publishes.
pub(crate) struct Entra {
    pub(crate) contacts: Arc<Mutex<Contacts>>,
    pub(crate) base: String,
    pub(crate) key: SigningKey,
    pub(crate) stranger: SigningKey,
}

impl Entra {
    pub(crate) async fn start(now: Timestamp) -> Self {
        let make = || {
            let new = NewSigningKey::make("Entra", now, now.plus(Duration::from_hours(24))).unwrap();
            (
                SigningKey::open(&new.private, &new.certificate).unwrap(),
                PublicKeyEntry::of(&new.certificate).unwrap().jwk,
            )
        };
        let ((key, entry), (stranger, _)) = (make(), make());
        let keys = json!({ "keys": [entry] }).to_string();
        let path = format!("/{TENANT}/discovery/v2.0/keys");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let metadata = json!({ "jwks_uri": format!("{base}{path}") }).to_string();
        let router = Router::new()
            .route(&path, get(async move || keys.clone()))
            .route("/metadata", get(async move || metadata.clone()));
        let contacts = Arc::<Mutex<Contacts>>::default();
        let router =
            router.merge(graph(&contacts, now)).merge(risk::graph(&contacts)).merge(register::graph(&contacts));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { contacts, base, key, stranger }
    }

    /// What a hint about Mia says.
    pub(crate) fn claims(&self, now: Timestamp) -> Value {
        json!({
            "ver": "2.0", "iss": format!("{}/{TENANT}/v2.0", self.base), "tid": TENANT, "oid": MIA, "aud": APP,
            "sub": "mia-pairwise", "iat": now.seconds(), "nbf": now.seconds(), "exp": now.seconds() - 1,
            "preferred_username": "mia@contoso.example", "name": "Mia",
        })
    }

    /// The form that Entra's page has the browser post.
    pub(crate) fn form(&self, hint: &str, nonce: &str) -> Vec<(&'static str, String)> {
        let amr = ["face", "fido", "fpt", "hwk", "iris", "otp", "pop", "retina", "sc", "sms", "swk", "tel", "vbm"];
        let claims = json!({ "id_token": {
            "acr": { "essential": true, "values": ["possessionorinherence"] },
            "amr": { "essential": true, "values": amr },
        }});
        let redirect = format!("{}/common/federation/externalauthprovider", self.base);
        [
            ("scope", "openid"),
            ("response_type", "Id_token"),
            ("response_mode", "form_post"),
            ("client_id", "entra-42"),
            ("redirect_uri", &redirect),
            ("nonce", nonce),
            ("state", "state <&> one"),
            ("id_token_hint", hint),
            ("claims", &claims.to_string()),
            ("client-request-id", "0f3c1a52-0000-0000-0000-000000000001"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }
}

/// A form as it travels.
pub(crate) fn encoded(form: &[(&'static str, String)]) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish().into_bytes()
}

/// A token for whoever asks, and what it opens of Graph.
fn graph(contacts: &Arc<Mutex<Contacts>>, now: Timestamp) -> Router {
    let (tokens, methods, people) = (contacts.clone(), contacts.clone(), contacts.clone());
    let token = async move || {
        let roles = tokens.lock().unwrap().roles.clone();
        let claims = json!({ "tid": TENANT, "roles": roles, "exp": now.seconds() + 3_600 }).to_string();
        let part = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text);
        let token = format!("{}.{}.none", part("{}"), part(&claims));
        Json(json!({ "token_type": "Bearer", "expires_in": 3_599, "access_token": token }))
    };
    let registered = async move |Path((_, kind)): Path<(Uuid, String)>| {
        let hangs = {
            let mut contacts = methods.lock().unwrap();
            contacts.asked += 1;
            contacts.hangs
        };
        if hangs {
            std::future::pending::<()>().await;
        }
        let contacts = methods.lock().unwrap();
        let found: Vec<Value> = if kind == "phoneMethods" {
            let shown = |(kind, number): &(&str, &str)| json!({ "phoneType": kind, "phoneNumber": number });
            contacts.phones.iter().map(shown).collect()
        } else {
            contacts.email.iter().map(|address| json!({ "emailAddress": address })).collect()
        };
        Json(json!({ "value": found }))
    };
    let person = async move |Path(id): Path<Uuid>| {
        Json(json!({ "id": id, "lastPasswordChangeDateTime": people.lock().unwrap().password_changed }))
    };
    Router::new()
        .route(&format!("/{TENANT}/oauth2/v2.0/token"), post(token))
        .route("/v1.0/users/{user}", get(person))
        .route("/v1.0/users/{user}/authentication/{kind}", get(registered))
}
