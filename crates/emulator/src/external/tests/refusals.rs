//! Answers that are refused, each for its own reason.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::provider::{jwk, posted};
use super::*;
use crate::identity::keys::SigningKey;

#[tokio::test]
async fn a_wrong_answer_ends_on_a_page_with_its_number() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    let now = probe.world.clock.now().seconds();
    for (over, code) in [
        (json!({ "iss": format!("{}/", provider.issuer) }), 50027),
        (json!({ "aud": PROVIDER_APP }), 50027),
        (json!({ "aud": ["entra-42", "another"] }), 50027),
        (json!({ "sub": "somebody else" }), 50027),
        (json!({ "sub": null }), 50027),
        (json!({ "nonce": "another" }), 50027),
        (json!({ "nonce": null }), 50027),
        (json!({ "exp": now - 300 }), 50027),
        (json!({ "exp": null }), 50027),
        (json!({ "exp": i64::MIN }), 50027),
        (json!({ "iat": i64::MIN, "nbf": i64::MAX }), 50027),
        (json!({ "iat": now + 301 }), 50027),
        (json!({ "acr": ["possessionorinherence"] }), 5_001_256),
        (json!({ "acr": null }), 5_001_256),
        (json!({ "amr": "otp" }), 5_001_256),
        (json!({ "amr": ["otp", "fido"] }), 5_001_256),
        (json!({ "amr": [] }), 5_001_256),
        (json!({ "amr": ["pwd"] }), 50130),
        (json!({ "amr": ["mfa"] }), 50130),
        (json!({ "acr": "possession" }), 50159),
        (json!({ "acr": "knowledgeorpossession" }), 50159),
    ] {
        let browser = Browser::new(&probe);
        let request = Form::of(&to_provider(&browser, &method).await);
        let page = browser.post(&provider.answer(&request, &over)).await;
        refused(&probe, &page, code).await;
    }
}

async fn refused(probe: &Probe, page: &Answer, code: u64) {
    assert!(page.text.contains(&format!("AADSTS{code}:")), "{code}: {}", page.text);
    let entry = log(probe).await[0].clone();
    assert_eq!((&entry["code"], &entry["steps"][1]["succeeded"]), (&json!(code), &json!(false)));
}

#[tokio::test]
async fn a_token_that_is_none_is_refused() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    let browser = Browser::new(&probe);
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let foreign = SigningKey::generate().unwrap();
    let mut as_own = foreign.clone();
    as_own.kid.clone_from(&provider.key.kid);
    let twice = |request: &Form| {
        let token = provider.answer(request, &json!({})).field("id_token");
        let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap();
        let payload = payload.replacen('{', r#"{"amr":["fido"],"#, 1);
        let message = format!("{}.{}", token.split('.').next().unwrap(), URL_SAFE_NO_PAD.encode(payload));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &provider.key.encoding, jsonwebtoken::Algorithm::RS256)
                .unwrap();
        format!("{message}.{signature}")
    };
    let by = |key: SigningKey, request: &Form| {
        let other = Provider { issuer: provider.issuer.clone(), papers: provider.papers.clone(), key };
        other.answer(request, &json!({})).field("id_token")
    };
    for case in ["text", "unsigned", "unknown key", "foreign key", "twice"] {
        let request = Form::of(&to_provider(&browser, &method).await);
        let (token, code) = match case {
            "text" => ("not a token".to_owned(), 50027),
            "unsigned" => {
                (format!("{}.{}.", part(json!({ "alg": "none", "kid": provider.key.kid })), part(json!({}))), 5_001_256)
            }
            "unknown key" => (by(foreign.clone(), &request), 50012),
            "foreign key" => (by(as_own.clone(), &request), 50012),
            _ => (twice(&request), 50027),
        };
        let page = browser.post(&posted(&request, &token)).await;
        refused(&probe, &page, code).await;
    }
}

#[tokio::test]
async fn a_state_is_answered_once_and_in_time() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    let browser = Browser::new(&probe);
    let request = Form::of(&to_provider(&browser, &method).await);
    let answer = provider.answer(&request, &json!({}));
    assert!(handed(&browser.post(&answer).await).contains_key("code"));
    assert!(browser.post(&answer).await.text.contains("AADSTS50089"));
    let other = Browser::new(&probe);
    let request = Form::of(&to_provider(&other, &method).await);
    let answer = provider.answer(&request, &json!({}));
    probe.hand.advance(Duration::from_mins(5));
    let late = other.post(&answer).await;
    refused(&probe, &late, 50089).await;
    let again = other.post(&Form::of(&late)).await;
    assert!(again.text.contains("Verify your identity"), "there is another try: {}", again.text);
    probe.switch("external_minutes", json!(10)).await;
    let request = Form::of(&other.post(&Form::of(&again).with("method", &method)).await);
    probe.hand.advance(Duration::from_mins(5));
    assert!(handed(&other.post(&provider.answer(&request, &json!({}))).await).contains_key("code"));
}

#[tokio::test]
async fn an_answer_of_another_browser_does_not_go_on() {
    let (probe, provider, method) = guarded().await;
    registered(&probe, &method).await;
    let (mine, other) = (Browser::new(&probe), Browser::new(&probe));
    let request = Form::of(&to_provider(&mine, &method).await);
    to_provider(&other, &method).await;
    let page = other.post(&provider.answer(&request, &json!({}))).await;
    assert!(page.text.contains("AADSTS165000"), "{}", page.text);
}

#[tokio::test]
async fn an_answer_without_a_token_is_an_error_too() {
    let (probe, _, method) = guarded().await;
    registered(&probe, &method).await;
    let browser = Browser::new(&probe);
    for (fields, code) in [(vec![("error", "access_denied")], 50158), (vec![], 900_144)] {
        let request = Form::of(&to_provider(&browser, &method).await);
        let mut answer =
            Form { action: request.field("redirect_uri"), fields: Vec::new() }.with("state", &request.field("state"));
        for (name, value) in fields {
            answer = answer.with(name, value);
        }
        let page = browser.post(&answer).await;
        refused(&probe, &page, code).await;
    }
    let stray = Form { action: "/common/federation/externalauthprovider".to_owned(), fields: Vec::new() };
    assert!(browser.post(&stray).await.text.contains("AADSTS900144"));
    assert!(browser.post(&stray.with("state", "unknown")).await.text.contains("AADSTS50089"));
}

#[tokio::test]
async fn keys_are_kept_for_a_day_and_not_read_again() {
    let (probe, mut provider, method) = guarded().await;
    registered(&probe, &method).await;
    let browser = Browser::new(&probe);
    let request = Form::of(&to_provider(&browser, &method).await);
    assert!(handed(&browser.post(&provider.answer(&request, &json!({}))).await).contains_key("code"));
    let next = SigningKey::generate().unwrap();
    let published = json!({ "keys": [jwk(&next), jwk(&provider.key)] });
    provider.papers.lock().unwrap().keys = published;
    provider.key = next;
    let early = Browser::new(&probe);
    let request = Form::of(&to_provider(&early, &method).await);
    let page = early.post(&provider.answer(&request, &json!({}))).await;
    refused(&probe, &page, 50012).await;
    probe.switch("external_refetch_on_unknown_key", json!(true)).await;
    let request = Form::of(&to_provider(&Browser::new(&probe), &method).await);
    assert!(handed(&Browser::new(&probe).post(&provider.answer(&request, &json!({}))).await).contains_key("code"));
    assert_eq!(provider.papers.lock().unwrap().reads, 2);
    probe.hand.advance(Duration::from_hours(24));
    let request = Form::of(&to_provider(&Browser::new(&probe), &method).await);
    assert!(handed(&Browser::new(&probe).post(&provider.answer(&request, &json!({}))).await).contains_key("code"));
    assert_eq!(provider.papers.lock().unwrap().reads, 3);
    let kept = probe.admin("GET", "/external/metadata", Value::Null).await.json();
    assert_eq!(kept[0]["keys"][0], json!(provider.key.kid));
}
