//! Tokens that Entra issued for us, checked by the tenant's keys over HTTP.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use kernel::{Env, ManualClock, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::pair;
use crate::certificate::key_only;
use crate::{Authority, Cloud, Expected, IssuedClaims, IssuedError, IssuerKeys};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const TENANT: Uuid = Uuid::from_u128(0x7e);
const AUDIENCE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";

/// What the sign-in service answers, and how often it was asked.
type Service = Arc<Mutex<(u16, Vec<Value>, usize)>>;

struct Tenant {
    authority: Authority,
    service: Service,
    keys: IssuerKeys,
    hand: ManualClock,
}

impl Tenant {
    async fn new(published: Vec<Value>) -> Self {
        let service: Service = Arc::new(Mutex::new((200, published, 0)));
        let answer = async |State(service): State<Service>| {
            let mut service = service.lock().unwrap();
            service.2 += 1;
            (StatusCode::from_u16(service.0).unwrap(), json!({ "keys": service.1 }).to_string())
        };
        let path = format!("/entra/{TENANT}/discovery/v2.0/keys");
        let router = Router::new().route(&path, get(answer)).with_state(service.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/entra", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let authority = Authority::of(&Cloud::Custom { login: base.clone(), graph: base }).unwrap();
        let (env, hand) = Env::fixed(NOW, 1);
        Self { authority, service, keys: IssuerKeys::new(reqwest::Client::builder().build().unwrap(), env), hand }
    }

    /// What becomes of a token: nothing said is well.
    async fn check(&self, token: &str) -> String {
        let expected = Expected { authority: &self.authority, tenant: TENANT, audience: AUDIENCE };
        match self.keys.check(token, &expected).await {
            Ok(_) => String::new(),
            Err(IssuedError::Refused(why)) => why.to_owned(),
            Err(IssuedError::Unavailable(_)) => "unavailable".to_owned(),
        }
    }

    fn asked(&self) -> usize {
        self.service.lock().unwrap().2
    }
}

/// Two keys, for all tests: making one takes its time.
static KEYS: LazyLock<[EncodingKey; 2]> = LazyLock::new(|| {
    let make = || EncodingKey::from_rsa_pem(key_only(&pair().key_pem).unwrap().expose().as_bytes()).unwrap();
    [make(), make()]
});

fn published(key: &EncodingKey, kid: &str) -> Value {
    let mut jwk = Jwk::from_encoding_key(key, Algorithm::RS256).unwrap();
    jwk.common.key_id = Some(kid.to_owned());
    let mut value = serde_json::to_value(jwk).unwrap();
    // Entra does not say which algorithm.
    value.as_object_mut().unwrap().remove("alg");
    value
}

fn claims() -> Value {
    json!({
        "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT, "aud": AUDIENCE,
        "nbf": NOW.seconds() - 300, "exp": NOW.seconds() + 3_600, "appid": "an app",
    })
}

fn signed(key: &EncodingKey, kid: &str, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(kid.to_owned());
    encode(&header, claims, key).unwrap()
}

#[tokio::test]
async fn a_token_counts_for_its_tenant_its_audience_and_its_time() {
    let [own, other] = &*KEYS;
    let unknown_kind = json!({ "kty": "something new", "kid": "odd" });
    let tenant = Tenant::new(vec![unknown_kind, published(own, "one")]).await;
    assert_eq!(tenant.check(&signed(own, "one", &claims())).await, "");
    let v2 = format!("{}/{TENANT}/v2.0", tenant.authority.login().as_str().trim_end_matches('/'));
    let cases = [
        ("iss", json!(v2), ""),
        (
            "iss",
            json!("https://sts.windows.net/00000000-0000-0000-0000-000000000001/"),
            "the token is another tenant's",
        ),
        ("iss", json!("https://elsewhere.example/"), "the token is another tenant's"),
        ("tid", json!(Uuid::from_u128(1)), "the token is another tenant's"),
        ("aud", json!("another application"), "the token is for another application"),
        ("exp", json!(NOW.seconds() - 121), "the token has ended"),
        ("exp", json!(NOW.seconds() - 60), ""),
        ("nbf", json!(NOW.seconds() + 121), "the token does not count yet"),
        ("tid", json!("not an id"), "the signature is not the tenant's"),
    ];
    for (name, value, expected) in cases {
        let mut claims = claims();
        claims[name] = value.clone();
        assert_eq!(tenant.check(&signed(own, "one", &claims)).await, expected, "{name} {value}");
    }
    assert_eq!(tenant.check(&signed(other, "one", &claims())).await, "the signature is not the tenant's");
    let symmetric = encode(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(b"x")).unwrap();
    assert_eq!(tenant.check(&symmetric).await, "the token names no key");
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("one".to_owned());
    let symmetric = encode(&header, &claims(), &EncodingKey::from_secret(b"x")).unwrap();
    assert_eq!(tenant.check(&symmetric).await, "the token is not signed with RS256");
    assert_eq!(tenant.check("a.b.c").await, "this is no token");
    assert_eq!(tenant.check(&"a".repeat(20_000)).await, "the token is too long");
    assert_eq!(tenant.asked(), 1, "one read is enough for all of them");
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_a_minute_and_a_new_one_is_found() {
    let [old, new] = &*KEYS;
    let tenant = Tenant::new(vec![published(old, "old")]).await;
    let no_such = "the tenant has no such key";
    assert_eq!(tenant.check(&signed(old, "old", &claims())).await, "");
    for made_up in ["x", "y", "z"] {
        assert_eq!(tenant.check(&signed(old, made_up, &claims())).await, no_such);
    }
    assert_eq!(tenant.asked(), 1, "what strangers make up is not asked for at once");
    tenant.service.lock().unwrap().1.push(published(new, "new"));
    assert_eq!(tenant.check(&signed(new, "new", &claims())).await, no_such);
    tenant.hand.advance(Duration::from_mins(1));
    assert_eq!(tenant.check(&signed(new, "new", &claims())).await, "");
    assert_eq!(tenant.check(&signed(old, "old", &claims())).await, "");
    assert_eq!(tenant.asked(), 2);
}

#[tokio::test]
async fn known_keys_go_on_counting_while_the_service_is_away() {
    let own = &KEYS[0];
    let tenant = Tenant::new(vec![published(own, "one")]).await;
    tenant.service.lock().unwrap().0 = 503;
    assert_eq!(tenant.check(&signed(own, "one", &claims())).await, "unavailable");
    tenant.service.lock().unwrap().0 = 200;
    tenant.hand.advance(Duration::from_mins(1));
    assert_eq!(tenant.check(&signed(own, "one", &claims())).await, "");
    tenant.service.lock().unwrap().0 = 503;
    tenant.hand.advance(Duration::from_hours(13));
    let mut later = claims();
    later["exp"] = json!(NOW.seconds() + 100_000);
    assert_eq!(tenant.check(&signed(own, "one", &later)).await, "");
    assert_eq!(tenant.check(&signed(own, "two", &later)).await, "unavailable", "nobody can say that there is none");
}

#[test]
fn claims_are_read_to_find_out_whose_keys_are_needed() {
    let token = signed(&KEYS[0], "one", &claims());
    let read = IssuedClaims::read_unverified(&token).unwrap();
    assert_eq!((read.tid, read.aud.as_str(), read.appid.as_deref()), (TENANT, AUDIENCE, Some("an app")));
    assert_eq!(IssuedClaims::read_unverified("a.b.c"), None);
}
