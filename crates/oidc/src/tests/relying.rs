//! People signing in by the code flow: what travels, and what of the answer counts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Form, State};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Env, Secret, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Authority, ClientCredentials, Cloud, CodeRequest, Credential, ExpectedSignIn, IssuerKeys, NewSigningKey,
    PublicKeyEntry, SigningKey, TokenClient,
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const TENANT: Uuid = Uuid::from_u128(0x7e);
const OTHER: Uuid = Uuid::from_u128(0x40);
const APP: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
const NONCE: &str = "n-0S6_WzA2Mj";

type Forms = Arc<Mutex<Vec<HashMap<String, String>>>>;

/// A sign-in service with one published key that gives one ID token.
struct Service {
    authority: Authority,
    keys: IssuerKeys,
    own: SigningKey,
    stranger: SigningKey,
    forms: Forms,
}

fn make() -> (SigningKey, Value) {
    let new = NewSigningKey::make("a test", NOW, NOW.plus(Duration::from_hours(24))).unwrap();
    let key = SigningKey::open(&new.private, &new.certificate).unwrap();
    (key, PublicKeyEntry::of(&new.certificate).unwrap().jwk)
}

impl Service {
    async fn start(answer: Value) -> Self {
        let ((own, entry), (stranger, _)) = (make(), make());
        let (list, forms) = (json!({ "keys": [entry] }).to_string(), Forms::default());
        let token = async move |State(forms): State<Forms>, Form(form): Form<HashMap<String, String>>| {
            forms.lock().unwrap().push(form);
            answer.to_string()
        };
        let router = Router::new()
            .route(&format!("/{TENANT}/discovery/v2.0/keys"), get(async move || list.clone()))
            .route(&format!("/{TENANT}/oauth2/v2.0/token"), post(token))
            .with_state(forms.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let authority = Authority::of(&Cloud::Custom { login: base.clone(), graph: base }).unwrap();
        let keys = IssuerKeys::new(reqwest::Client::builder().build().unwrap(), Env::fixed(NOW, 1).0);
        Self { authority, keys, own, stranger, forms }
    }

    fn claims(&self) -> Value {
        let now = NOW.seconds();
        json!({
            "ver": "2.0", "iss": self.authority.issuer_template().replace("{tenantid}", &TENANT.to_string()),
            "tid": TENANT, "oid": Uuid::from_u128(9), "aud": APP, "sub": "pairwise", "iat": now, "nbf": now,
            "exp": now + 3_600, "nonce": NONCE, "auth_time": now - 30, "preferred_username": "ana@contoso.example",
        })
    }

    async fn check(&self, token: &str) -> &'static str {
        let expected = ExpectedSignIn { authority: &self.authority, tenant: TENANT, audience: APP, nonce: NONCE };
        match self.keys.check_sign_in(&Secret::from(token), &expected).await {
            Ok(_) => "",
            Err(refused) => refused.code(),
        }
    }
}

#[tokio::test]
async fn an_id_token_counts_for_its_tenant_its_application_its_sign_in_and_its_time() {
    let service = Service::start(json!({})).await;
    let now = NOW.seconds();
    let other = service.authority.issuer_template().replace("{tenantid}", &OTHER.to_string());
    let cases = [
        ("sub", json!("another"), ""),
        ("auth_time", json!(null), ""),
        ("iss", json!(other), "id_token_issuer"),
        ("iss", json!("https://sts.windows.net/x/"), "id_token_issuer"),
        ("tid", json!(OTHER), "id_token_tenant"),
        ("aud", json!("another"), "id_token_audience"),
        ("aud", json!([APP, "another"]), "id_token_claims"),
        ("oid", json!("ana"), "id_token_claims"),
        ("oid", json!(null), "id_token_claims"),
        ("nonce", json!("of another"), "id_token_nonce"),
        ("nonce", json!(null), "id_token_nonce"),
        ("exp", json!(now - 121), "id_token_time"),
        ("exp", json!(now - 119), ""),
        ("nbf", json!(now + 121), "id_token_time"),
        ("auth_time", json!("today"), "id_token_claims"),
    ];
    for (name, value, code) in cases {
        let mut claims = service.claims();
        claims[name] = value.clone();
        assert_eq!(service.check(&service.own.sign(&claims).unwrap()).await, code, "{name} {value}");
    }
    let good = service.own.sign(&service.claims()).unwrap();
    let (_, rest) = good.split_once('.').unwrap();
    let with = |header: Value| format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()));
    let kid = service.own.kid();
    let altered = [
        (with(json!({ "alg": "none", "kid": kid })), "id_token_not_a_token"),
        (with(json!({ "alg": "HS256", "kid": kid })), "id_token_algorithm"),
        (with(json!({ "alg": "RS256" })), "id_token_unknown_key"),
        (with(json!({ "alg": "RS256", "kid": "made up" })), "id_token_unknown_key"),
        (with(json!({ "alg": "RS256", "kid": kid, "x": 1 })), "id_token_signature"),
        (service.stranger.sign(&service.claims()).unwrap(), "id_token_unknown_key"),
        ("no token".to_owned(), "id_token_not_a_token"),
        ("x".repeat(20_000), "id_token_not_a_token"),
    ];
    for (token, code) in altered {
        assert_eq!(service.check(&token).await, code);
    }
}

#[tokio::test]
async fn a_code_is_redeemed_with_the_verifier_whose_hash_has_travelled() {
    let service = Service::start(json!({ "token_type": "Bearer", "id_token": "an.id.token" })).await;
    // RFC 7636 Appendix B.
    let verifier = Secret::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    let request = CodeRequest {
        authority: &service.authority,
        tenant: TENANT,
        client_id: APP,
        redirect_uri: "https://hall.example/me/callback",
        state: "a state & more",
        nonce: NONCE,
        verifier: &verifier,
        by_hand: false,
    };
    let pairs = |request: CodeRequest<'_>| -> HashMap<String, String> {
        request.address().query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    };
    let sent = pairs(request);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", APP),
        ("redirect_uri", "https://hall.example/me/callback"),
        ("state", "a state & more"),
        ("nonce", NONCE),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(sent.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(sent.get("prompt"), None);
    assert_eq!(pairs(CodeRequest { by_hand: true, ..request }).get("prompt").map(String::as_str), Some("login"));
    assert!(!request.address().as_str().contains(verifier.expose().as_str()));

    let client = TokenClient::new(reqwest::Client::builder().build().unwrap(), Env::fixed(NOW, 1).0);
    let credentials = ClientCredentials {
        tenant: TENANT.to_string(),
        client_id: APP.to_owned(),
        credential: Credential::Secret("a secret".into()),
    };
    let redeem = async |code: &str| {
        client
            .redeem(&service.authority, &credentials, &code.into(), "https://hall.example/me/callback", &verifier)
            .await
    };
    assert_eq!(redeem("a code").await.unwrap().expose(), "an.id.token");
    let form = service.forms.lock().unwrap().remove(0);
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "a code"),
        ("code_verifier", verifier.expose().as_str()),
        ("client_secret", "a secret"),
    ] {
        assert_eq!(form.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(redeem(&"x".repeat(9_000)).await.is_err());
    let silent = Service::start(json!({ "token_type": "Bearer", "access_token": "x" })).await;
    let none = client.redeem(&silent.authority, &credentials, &"a code".into(), "https://x.example", &verifier).await;
    assert!(none.unwrap_err().to_string().contains("without an ID token"));
}
