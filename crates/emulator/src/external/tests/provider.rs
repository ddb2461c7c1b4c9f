//! A provider of second factors, as small as one can be: documents over HTTP, answers signed by its key.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::{Algorithm, Header};
use serde_json::{Value, json};

use crate::identity::keys::SigningKey;
use crate::probe::browser::Form;
use crate::probe::claims;

/// What it serves, to be changed by tests.
pub struct Papers {
    pub discovery: Value,
    pub keys: Value,
    pub chunked: bool,
    pub reads: usize,
}

type Shared = Arc<Mutex<Papers>>;

/// The provider.
pub struct Provider {
    pub issuer: String,
    pub papers: Shared,
    pub key: SigningKey,
}

impl Provider {
    pub async fn start() -> Self {
        // Another test may have chosen the provider of TLS before.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/mfa/1", listener.local_addr().unwrap());
        let key = SigningKey::generate().unwrap();
        let discovery = json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"), "jwks_uri": format!("{issuer}/jwks"),
            "scopes_supported": ["openid"], "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "claim_types_supported": ["normal"],
        });
        let papers = Papers { discovery, keys: json!({ "keys": [jwk(&key)] }), chunked: false, reads: 0 };
        let papers = Arc::new(Mutex::new(papers));
        let router = Router::new()
            .route("/mfa/1/.well-known/openid-configuration", get(discovery_document))
            .route("/mfa/1/jwks", get(key_set))
            .with_state(papers.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { issuer, papers, key }
    }

    pub fn discovery_url(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer)
    }

    /// The good answer to a request, with claims laid over; `null` leaves one out.
    pub fn answer(&self, request: &Form, over: &Value) -> Form {
        let hint = claims(&request.field("id_token_hint"));
        let now = hint["iat"].as_i64().unwrap();
        let mut token = json!({
            "iss": self.issuer, "aud": request.field("client_id"), "sub": hint["sub"], "nonce": request.field("nonce"),
            "iat": now, "exp": now + 300, "acr": "possessionorinherence", "amr": ["otp"],
        });
        for (name, value) in over.as_object().unwrap() {
            if value.is_null() {
                token.as_object_mut().unwrap().remove(name);
            } else {
                token[name] = value.clone();
            }
        }
        posted(request, &self.signed(&token))
    }

    pub fn signed(&self, token: &Value) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.key.kid.clone());
        jsonwebtoken::encode(&header, token, &self.key.encoding).unwrap()
    }
}

/// A token on its way back.
pub fn posted(request: &Form, token: &str) -> Form {
    let fields = vec![("id_token".to_owned(), token.to_owned()), ("state".to_owned(), request.field("state"))];
    Form { action: request.field("redirect_uri"), fields }
}

pub fn jwk(key: &SigningKey) -> Value {
    json!({ "kty": "RSA", "use": "sig", "kid": key.kid, "x5t": key.kid, "n": key.n, "e": key.e, "x5c": [key.x5c] })
}

async fn discovery_document(State(papers): State<Shared>) -> Response {
    let mut papers = papers.lock().unwrap();
    papers.reads += 1;
    if papers.chunked {
        let text = papers.discovery.to_string();
        return Body::from_stream(futures_util::stream::iter([Ok::<_, std::io::Error>(text)])).into_response();
    }
    Json(papers.discovery.clone()).into_response()
}

async fn key_set(State(papers): State<Shared>) -> Response {
    Json(papers.lock().unwrap().keys.clone()).into_response()
}
