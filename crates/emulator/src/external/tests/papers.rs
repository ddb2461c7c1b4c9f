//! What stands in the way before the browser leaves: consent, addresses, documents, keys.

use super::provider::jwk;
use super::*;
use crate::identity::keys::SigningKey;

async fn ends(probe: &Probe, method: &str, code: u64) {
    probe.admin("DELETE", "/external/metadata", Value::Null).await;
    let page = to_provider(&Browser::new(probe), method).await;
    assert!(page.text.contains(&format!("AADSTS{code}:")), "{code}: {}", page.text);
    assert_eq!(log(probe).await[0]["code"], json!(code));
}

#[tokio::test]
async fn the_provider_must_be_consented_to_and_its_address_registered() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    let app = format!("/apps/{PROVIDER_APP}");
    for urls in [json!([]), json!(["https://elsewhere.example/"])] {
        probe.admin("PATCH", &app, json!({ "redirect_uris": urls })).await;
        ends(&probe, &method, 50161).await;
    }
    probe.admin("PATCH", &app, json!({ "redirect_uris": [format!("{}/authorize", provider.issuer)] })).await;
    assert_eq!(Form::of(&to_provider(&Browser::new(&probe), &method).await).field("scope"), "openid");
    probe.admin("DELETE", &format!("/tenants/default{app}"), Value::Null).await;
    ends(&probe, &method, 900_491).await;
}

#[tokio::test]
async fn the_discovery_document_is_read_strictly() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    let good = provider.papers.lock().unwrap().discovery.clone();
    for (name, value) in [
        ("issuer", json!(format!("{}/", provider.issuer))),
        ("issuer", Value::Null),
        ("authorization_endpoint", Value::Null),
        ("authorization_endpoint", json!(format!("{}/authorize?x=1", provider.issuer))),
        ("jwks_uri", json!(format!("{}/none", provider.issuer))),
        ("scopes_supported", json!(["profile"])),
        ("response_types_supported", json!(["code"])),
        ("subject_types_supported", json!([])),
        ("id_token_signing_alg_values_supported", json!(["ES256"])),
        ("claim_types_supported", json!(["aggregated"])),
    ] {
        provider.papers.lock().unwrap().discovery[name] = value;
        ends(&probe, &method, 50166).await;
        provider.papers.lock().unwrap().discovery = good.clone();
    }
    provider.papers.lock().unwrap().chunked = true;
    ends(&probe, &method, 50166).await;
    provider.papers.lock().unwrap().chunked = false;
    probe.switch("external_provider_needs_https", json!(true)).await;
    ends(&probe, &method, 50166).await;
}

#[tokio::test]
async fn the_keys_are_read_strictly() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    let other = SigningKey::generate().unwrap();
    let with = |name: &str, value: Value| {
        let mut key = jwk(&provider.key);
        key[name] = value;
        json!({ "keys": [key] })
    };
    for keys in [
        json!({}),
        json!({ "keys": [] }),
        with("kty", json!("EC")),
        with("kid", Value::Null),
        with("kid", json!("5c0e1f3a-0000-4000-8000-0000000000aa")),
        with("kid", json!("a key")),
        with("x5c", Value::Null),
        with("x5c", json!(["rubbish"])),
        with("x5c", json!([other.x5c])),
        with("use", json!("enc")),
    ] {
        provider.papers.lock().unwrap().keys = keys;
        ends(&probe, &method, 900_612).await;
    }
    provider.papers.lock().unwrap().keys = with("kid", json!("5c0e1f3a-0000-4000-8000-0000000000aa"));
    probe.switch("external_kid_must_be_base64", json!(false)).await;
    assert_eq!(Form::of(&to_provider(&Browser::new(&probe), &method).await).field("scope"), "openid");
}
