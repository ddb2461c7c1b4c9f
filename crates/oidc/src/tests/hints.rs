//! Hints of External MFA, checked by published keys over HTTP, and our own keys as Entra reads them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use kernel::{Env, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;
use url::Url;
use uuid::Uuid;

use crate::{ExpectedHint, HintRefused, IssuerKeys, KeysAddress, NewSigningKey, PublicKeyEntry, SigningKey};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const TENANT: Uuid = Uuid::from_u128(0x7e);
const HOME: Uuid = Uuid::from_u128(0x40);
const APP: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
const ISSUER: &str = "https://login.example/{tenantid}/v2.0";

fn make() -> (SigningKey, Value) {
    let new = NewSigningKey::make("a test", NOW, NOW.plus(Duration::from_hours(24))).unwrap();
    let key = SigningKey::open(&new.private, &new.certificate).unwrap();
    (key, PublicKeyEntry::of(&new.certificate).unwrap().jwk)
}

async fn publish(list: Value) -> (IssuerKeys, KeysAddress) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let metadata = json!({ "jwks_uri": format!("{base}/keys") }).to_string();
    let list = json!({ "keys": list }).to_string();
    let router = Router::new()
        .route("/metadata", get(async move || metadata.clone()))
        .route("/keys", get(async move || list.clone()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let keys = IssuerKeys::new(reqwest::Client::builder().build().unwrap(), Env::fixed(NOW, 1).0);
    (keys, KeysAddress::Metadata(Url::parse(&format!("{base}/metadata")).unwrap()))
}

fn claims() -> Value {
    json!({
        "ver": "2.0", "iss": format!("https://login.example/{TENANT}/v2.0"), "tid": TENANT, "oid": Uuid::from_u128(9),
        "aud": APP, "sub": "pairwise", "iat": NOW.seconds() - 2, "nbf": NOW.seconds() - 2, "exp": NOW.seconds() - 3,
        "preferred_username": "ana@contoso.example", "name": "Ana",
    })
}

/// The hint with another header.
fn with_header(hint: &str, header: &Value) -> String {
    let (_, rest) = hint.split_once('.').unwrap();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

#[tokio::test]
async fn a_hint_counts_for_its_tenant_its_application_and_a_short_while() {
    let ((own, entry), (stranger, _), (other, other_entry)) = (make(), make(), make());
    let mut other_entry = other_entry;
    other_entry["issuer"] = json!("https://login.example/00000000-0000-0000-0000-000000000001/v2.0");
    let (keys, address) = publish(json!([entry, other_entry])).await;
    let expected = ExpectedHint {
        keys: &address,
        issuer: ISSUER,
        tenant: TENANT,
        other_issuers: &[],
        audience: APP,
        fresh_for: Duration::from_mins(5),
    };
    let check = async |hint: &str| match keys.check_hint(hint, &expected).await {
        Ok(_) => "",
        Err(refused) => refused.code(),
    };
    let good = own.sign(&claims()).unwrap();
    let read = keys.check_hint(&good, &expected).await.unwrap();
    assert_eq!((read.sub.as_str(), read.oid), ("pairwise", Uuid::from_u128(9)), "it is issued expired, and counts");

    let now = NOW.seconds();
    let cases = [
        ("iss", json!("https://login.example/00000000-0000-0000-0000-000000000040/v2.0"), "hint_issuer"),
        ("iss", json!("https://login.example/{tenantid}/v2.0"), "hint_issuer"),
        ("tid", json!(HOME), "hint_tenant"),
        ("aud", json!("entra-42"), "hint_audience"),
        ("aud", json!([APP]), "hint_claims"),
        ("iat", json!(now - 301), "hint_stale"),
        ("iat", json!(now - 299), ""),
        ("iat", json!(now + 301), "hint_early"),
        ("nbf", json!(now + 301), "hint_early"),
        ("iat", json!("yesterday"), "hint_claims"),
        ("sub", json!(""), "hint_claims"),
        ("sub", json!(null), "hint_claims"),
        ("sub", json!({}), "hint_claims"),
        ("ver", json!("1.0"), "hint_version"),
        ("oid", json!("ana"), "hint_claims"),
        ("exp", json!(1), ""),
    ];
    for (name, value, code) in cases {
        let mut claims = claims();
        claims[name] = value.clone();
        assert_eq!(check(&own.sign(&claims).unwrap()).await, code, "{name} {value}");
    }

    let kid = own.kid();
    let altered = [
        (json!({ "alg": "none", "kid": kid }), "hint_algorithm"),
        (json!({ "alg": "HS256", "kid": kid }), "hint_algorithm"),
        (json!({ "alg": "RS384", "kid": kid }), "hint_algorithm"),
        (json!({ "alg": "RS256" }), "hint_no_key_id"),
        (json!({ "alg": "RS256", "kid": "" }), "hint_no_key_id"),
        (json!({ "alg": "RS256", "kid": "made up" }), "hint_unknown_key"),
        (json!({ "alg": "RS256", "kid": kid, "crit": ["b64"], "b64": false }), "hint_critical"),
        (json!({ "alg": "RS256", "kid": kid, "jku": "https://evil.example/keys" }), "hint_signature"),
        (json!({ "kid": kid }), "hint_not_a_token"),
    ];
    for (header, code) in altered {
        assert_eq!(check(&with_header(&good, &header)).await, code, "{header}");
    }
    let forged = with_header(&stranger.sign(&claims()).unwrap(), &json!({ "alg": "RS256", "kid": kid }));
    assert_eq!(check(&forged).await, "hint_signature");
    assert_eq!(check(&stranger.sign(&claims()).unwrap()).await, "hint_unknown_key");
    assert_eq!(check(&other.sign(&claims()).unwrap()).await, "hint_foreign_key");
    assert_eq!(check("").await, "hint_not_a_token");
    assert_eq!(check(&format!("{good}.more")).await, "hint_not_a_token");
    assert_eq!(check(&good[..good.len() - 4]).await, "hint_signature");
    assert_eq!(check(&"a".repeat(20_000)).await, "hint_too_long");
}

#[tokio::test]
async fn a_guests_hint_may_be_issued_by_the_home_tenant_where_that_is_allowed() {
    let (own, mut entry) = make();
    // As Entra publishes it: the key signs for every tenant, each under its own name.
    entry["issuer"] = json!(ISSUER);
    let (keys, address) = publish(json!([entry])).await;
    let mut claims = claims();
    claims["iss"] = json!(format!("https://login.example/{HOME}/v2.0"));
    let hint = own.sign(&claims).unwrap();
    for (others, counts) in [(vec![HOME], true), (vec![Uuid::from_u128(1)], false)] {
        let expected = ExpectedHint {
            keys: &address,
            issuer: ISSUER,
            tenant: TENANT,
            other_issuers: &others,
            audience: APP,
            fresh_for: Duration::from_mins(5),
        };
        let checked = keys.check_hint(&hint, &expected).await;
        assert_eq!(checked.is_ok(), counts);
        assert!(counts || matches!(checked, Err(HintRefused::Issuer(_))));
    }
}

#[test]
fn our_own_key_is_published_as_entra_reads_it() {
    let (key, entry) = make();
    assert_eq!(entry["kid"], key.kid(), "the same in the list and in every header");
    assert!(URL_SAFE_NO_PAD.decode(key.kid()).is_ok(), "Entra takes base64 only");
    let certificate = STANDARD.decode(entry["x5c"][0].as_str().unwrap()).unwrap();
    let (_, certificate) = x509_parser::parse_x509_certificate(&certificate).unwrap();
    assert_eq!(certificate.validity().not_before.timestamp(), NOW.seconds());

    let signed = key.sign(&json!({ "sub": "somebody" })).unwrap();
    let header = decode_header(&signed).unwrap();
    assert_eq!((header.alg, header.kid.as_deref()), (Algorithm::RS256, Some(key.kid())));
    let jwk: Jwk = serde_json::from_value(entry).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    let read = decode::<Value>(&signed, &DecodingKey::from_jwk(&jwk).unwrap(), &validation).unwrap();
    assert_eq!(read.claims["sub"], "somebody");
}

#[tokio::test]
async fn only_keys_that_sign_by_rs256_are_keys_and_an_empty_list_is_none() {
    fn expected(address: &KeysAddress) -> ExpectedHint<'_> {
        let fresh_for = Duration::from_mins(5);
        ExpectedHint { keys: address, issuer: ISSUER, tenant: TENANT, other_issuers: &[], audience: APP, fresh_for }
    }
    let cases = [("use", json!("enc")), ("alg", json!("RS512")), ("kty", json!("EC"))];
    let (own, entry) = make();
    let (_, beside) = make();
    let hint = own.sign(&claims()).unwrap();
    for (name, value) in cases {
        let mut entry = entry.clone();
        entry[name] = value;
        let (keys, address) = publish(json!([entry, beside])).await;
        let refused = keys.check_hint(&hint, &expected(&address)).await.unwrap_err();
        assert_eq!(refused.code(), "hint_unknown_key", "{name}");
    }
    let (keys, address) = publish(json!([])).await;
    let refused = keys.check_hint(&hint, &expected(&address)).await.unwrap_err();
    assert_eq!(refused.code(), "hint_keys_unavailable");
}

#[tokio::test]
async fn who_names_a_known_key_waits_for_no_stranger_and_what_cannot_be_read_is_no_forgery() {
    fn expected(address: &KeysAddress) -> ExpectedHint<'_> {
        let fresh_for = Duration::from_mins(5);
        ExpectedHint { keys: address, issuer: ISSUER, tenant: TENANT, other_issuers: &[], audience: APP, fresh_for }
    }
    let ((own, entry), (stranger, _)) = (make(), make());
    let (good, forged) = (own.sign(&claims()).unwrap(), stranger.sign(&claims()).unwrap());
    let server = Moody::start(json!({ "keys": [entry] })).await;
    let (env, hand) = Env::fixed(NOW, 1);
    let keys = IssuerKeys::new(reqwest::Client::builder().build().unwrap(), env);
    let address = KeysAddress::List(server.list.clone());

    server.mood.send_replace(Mood::Fails);
    for _ in 0..2 {
        let refused = keys.check_hint(&good, &expected(&address)).await.unwrap_err();
        assert_eq!(refused.code(), "hint_keys_unavailable", "nobody says that it was not Entra");
    }
    server.mood.send_replace(Mood::Answers);
    hand.advance(Duration::from_secs(5));
    let of_ours = expected(&address);
    let both = tokio::join!(keys.check_hint(&good, &of_ours), keys.check_hint(&good, &of_ours));
    assert!(both.0.is_ok() && both.1.is_ok(), "who comes while they are read waits for them: {both:?}");

    hand.advance(Duration::from_mins(1));
    server.mood.send_replace(Mood::Hangs);
    let asked = server.asked.load(Ordering::SeqCst);
    let waits = keys.check_hint(&forged, &of_ours);
    tokio::pin!(waits);
    while server.asked.load(Ordering::SeqCst) == asked {
        tokio::select! { biased;
            _ = &mut waits => panic!("the stranger is answered before the keys are read"),
            () = tokio::task::yield_now() => {}
        }
    }
    tokio::select! { biased;
        checked = keys.check_hint(&good, &of_ours) => drop(checked.unwrap()),
        _ = &mut waits => panic!("a key that is known waits for the reading"),
    }
}

#[derive(Clone, Copy, Default)]
enum Mood {
    #[default]
    Answers,
    Fails,
    Hangs,
}

/// A list of keys that is published now and then.
struct Moody {
    list: Url,
    mood: watch::Sender<Mood>,
    asked: Arc<AtomicUsize>,
}

impl Moody {
    async fn start(keys: Value) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let list = Url::parse(&format!("http://{}/keys", listener.local_addr().unwrap())).unwrap();
        let (mood, asked) = (watch::Sender::new(Mood::default()), Arc::new(AtomicUsize::new(0)));
        let (is, count) = (mood.subscribe(), asked.clone());
        let answer = async move || {
            count.fetch_add(1, Ordering::SeqCst);
            let mood = *is.borrow();
            match mood {
                Mood::Answers => Ok(keys.to_string()),
                Mood::Fails => Err(axum::http::StatusCode::SERVICE_UNAVAILABLE),
                Mood::Hangs => std::future::pending().await,
            }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/keys", get(answer))).await });
        Self { list, mood, asked }
    }
}
