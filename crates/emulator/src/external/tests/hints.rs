//! What the provider is sent, and how it is spoilt on purpose.

use jsonwebtoken::decode_header;

use super::*;

fn names(form: &Form) -> Vec<&str> {
    form.fields.iter().map(|(name, _)| name.as_str()).collect()
}

async fn sent(probe: &Probe, method: &str) -> Form {
    Form::of(&to_provider(&Browser::new(probe), method).await)
}

#[tokio::test]
async fn the_request_is_as_documented() {
    let (probe, _, method) = guarded().await;
    registered(&probe, &method).await;
    let page = to_provider(&Browser::new(&probe), &method).await;
    let request = Form::of(&page);
    assert_eq!(
        names(&request),
        [
            "scope",
            "response_mode",
            "response_type",
            "client_id",
            "redirect_uri",
            "claims",
            "nonce",
            "state",
            "id_token_hint",
            "client-request-id"
        ]
    );
    for (name, expected) in [
        ("scope", "openid"),
        ("response_mode", "form_post"),
        ("response_type", "id_token"),
        ("client_id", "entra-42"),
        ("redirect_uri", "http://emulator.test/common/federation/externalauthprovider"),
    ] {
        assert_eq!(request.field(name), expected, "{name}");
    }
    let asked: Value = serde_json::from_str(&request.field("claims")).unwrap();
    assert_eq!(
        asked,
        json!({ "id_token": {
        "acr": { "essential": true, "values": ["possessionorinherence"] }, "amr": { "essential": true, "values": EVERY },
    } })
    );
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("form-action"), "a provider may redirect on to wherever it likes: {policy}");
    assert!(page.text.contains("<button class=\"primary\">Continue</button>"));
}

#[tokio::test]
async fn the_hint_names_the_person_and_is_expired_on_purpose() {
    let (probe, _, method) = guarded().await;
    registered(&probe, &method).await;
    let optional = json!({ "optional_claims": { "id_token": ["upn", "given_name"], "access_token": [] } });
    probe.admin("PATCH", &format!("/apps/{PROVIDER_APP}"), optional).await;
    let hint = sent(&probe, &method).await.field("id_token_hint");
    let header = decode_header(&hint).unwrap();
    let key = probe.world.keys().current().clone();
    assert_eq!((header.typ.as_deref(), header.kid.as_deref()), (Some("JWT"), Some(key.kid.as_str())));
    let mut strict = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    strict.validate_exp = false;
    strict.set_audience(&[PROVIDER_APP]);
    let claims = jsonwebtoken::decode::<Value>(&hint, &key.decoding, &strict).unwrap().claims;
    let now = probe.world.clock.now().seconds();
    let ada = probe.admin("GET", &format!("/tenants/default/users/{ADA}"), Value::Null).await.json();
    for (name, expected) in [
        ("iss", json!(format!("http://emulator.test/{}/v2.0", probe.prepared.tenant_id))),
        ("tid", json!(probe.prepared.tenant_id)),
        ("oid", ada["id"].clone()),
        ("preferred_username", json!(ADA)),
        ("name", json!("Ada Lovelace")),
        ("upn", json!(ADA)),
        ("given_name", json!("Ada")),
        ("family_name", Value::Null),
        ("ver", json!("2.0")),
        ("iat", json!(now)),
        ("nbf", json!(now)),
        ("exp", json!(now - 1)),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
}

#[tokio::test]
async fn a_request_is_spoilt_as_often_as_it_is_told() {
    let (probe, _, method) = guarded().await;
    registered(&probe, &method).await;
    let bo = json!({ "userPrincipalName": "bo@contoso.com" });
    let bo = probe.admin("POST", "/tenants/default/users", bo).await.json()["id"].clone();
    let now = probe.world.clock.now().seconds();
    let spoil = |quirk: Value| probe.admin("POST", "/external/quirks", quirk);
    for (quirk, claim, expected) in [
        (json!({ "kind": "claim", "name": "aud", "value": "another", "count": 1 }), "aud", json!("another")),
        (json!({ "kind": "claim", "name": "oid", "count": 1 }), "oid", Value::Null),
        (json!({ "kind": "age", "seconds": 600, "count": 1 }), "iat", json!(now - 600)),
        (json!({ "kind": "person", "user": "bo@contoso.com", "count": 1 }), "oid", bo),
    ] {
        assert_eq!(spoil(quirk.clone()).await.status, StatusCode::CREATED, "{quirk}");
        assert_eq!(claims(&sent(&probe, &method).await.field("id_token_hint"))[claim], expected, "{quirk}");
    }
    spoil(json!({ "kind": "parameter", "name": "redirect_uri", "value": "https://evil.example/", "count": 1 })).await;
    spoil(json!({ "kind": "parameter", "name": "nonce", "count": 1 })).await;
    spoil(json!({ "kind": "repeat", "name": "client_id", "value": "other", "count": 1 })).await;
    let request = sent(&probe, &method).await;
    assert_eq!(request.field("redirect_uri"), "https://evil.example/");
    assert!(!names(&request).contains(&"nonce"));
    assert_eq!(request.fields.iter().filter(|(name, _)| name == "client_id").count(), 2);
    assert_eq!(probe.admin("GET", "/external/quirks", Value::Null).await.json(), json!([]));
    let good = sent(&probe, &method).await;
    spoil(json!({ "kind": "replay" })).await;
    let replayed = sent(&probe, &method).await;
    assert_eq!(
        (replayed.field("id_token_hint"), replayed.field("nonce")),
        (good.field("id_token_hint"), good.field("nonce"))
    );
    assert_ne!(replayed.field("state"), good.field("state"));
    assert_eq!(spoil(json!({ "kind": "colour" })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_hint_may_be_signed_by_anybody() {
    let (probe, _, method) = guarded().await;
    registered(&probe, &method).await;
    let own = probe.world.keys().current().kid.clone();
    for (by, alg, own_kid) in [
        ("foreign_key", "RS256", true),
        ("unknown_key", "RS256", false),
        ("nobody", "none", true),
        ("hmac", "HS256", true),
        ("broken", "RS256", true),
    ] {
        probe.admin("POST", "/external/quirks", json!({ "kind": "sign", "by": by, "count": 1 })).await;
        let hint = sent(&probe, &method).await.field("id_token_hint");
        let header =
            base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, hint.split('.').next().unwrap())
                .unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!((&header["alg"], header["kid"] == own.as_str()), (&json!(alg), own_kid), "{by}");
        let mut lax = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        (lax.validate_exp, lax.validate_aud) = (false, false);
        let good = jsonwebtoken::decode::<Value>(&hint, &probe.world.keys().current().decoding, &lax);
        assert!(good.is_err(), "{by}");
    }
}
