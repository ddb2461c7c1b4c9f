//! How the service proves itself: a secret, client credentials, or a token of Entra's own.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use super::*;

const TEMPLATE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";

fn oauth(secret: &str) -> Value {
    json!({ "oauth": { "token_url": "", "client_id": "key", "client_secret": secret } })
}

/// The tokens that came, in order, each once.
fn tokens(rig: &Rig) -> Vec<String> {
    let calls = rig.target.calls();
    let headers = calls.iter().map(|call| call.headers["authorization"].to_str().unwrap().to_owned());
    let mut all: Vec<String> = headers.collect();
    all.dedup();
    all
}

#[tokio::test]
async fn client_credentials_are_exchanged_for_one_token_that_is_renewed_in_time() {
    let rig = Rig::ordered("", oauth("s p&ce"), 0).await;
    for name in ["mia", "bo", "cleo", "dan"] {
        let id = rig.person(name, json!({})).await;
        rig.assign(&[&id]).await;
    }
    let cycle = rig.cycle().await;
    assert_eq!((cycle.counts.created, cycle.counts.failed), (4, 0));
    assert_eq!(tokens(&rig), ["Bearer access-1"]);
    rig.target.refuse("Bearer access-2");
    rig.edit("PATCH", "/users/mia@contoso.com", json!({ "department": "Bridge" })).await;
    assert_eq!(rig.cycle().await.counts.updated, 1, "a token that ended early is replaced");
    assert_eq!(tokens(&rig), ["Bearer access-2", "Bearer access-3"]);
}

#[tokio::test]
async fn client_credentials_that_are_refused_quarantine_the_job() {
    let rig = Rig::ordered("", oauth("wrong"), 0).await;
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    let cycle = rig.cycle().await;
    assert_eq!(cycle.error.unwrap().code, "Unauthorized");
    assert_eq!(rig.state().await["status"], "Quarantine");
    assert!(rig.target.calls().is_empty());
    let order = json!({ "token": "key:secret" });
    rig.probe.admin("PATCH", &format!("/provisioning/{}", rig.job), order).await;
    assert_eq!(rig.cycle().await.error, None, "a secret token took its place");
    assert_eq!(tokens(&rig), ["Bearer key:secret"]);
}

#[tokio::test]
async fn a_blank_secret_is_a_token_that_entra_signed() {
    for (own, issuer) in [(false, "https://sts.windows.net"), (true, "http://emulator.test")] {
        let rig = Rig::ordered("", json!({ "behaviour": { "issuer_is_own_address": own } }), 0).await;
        assert_eq!(rig.post("/test", Value::Null).await, json!({ "ok": true }));
        let header = tokens(&rig).remove(0);
        let token = header.strip_prefix("Bearer ").unwrap();
        let tenant = rig.probe.prepared.tenant_id;
        let keys = rig.probe.get(&format!("/{tenant}/discovery/keys")).await.json();
        let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
        let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid.as_str()).unwrap();
        let part = |name: &str| key[name].as_str().unwrap().to_owned();
        let mut rules = Validation::new(Algorithm::RS256);
        // The machine's time is not the emulator's.
        (rules.validate_exp, rules.validate_nbf) = (false, false);
        rules.set_audience(&[TEMPLATE]);
        rules.set_issuer(&[format!("{issuer}/{tenant}/")]);
        let key = DecodingKey::from_rsa_components(&part("n"), &part("e")).unwrap();
        let claims = jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap().claims;
        assert_eq!(claims["tid"], json!(tenant));
        assert_eq!(claims["exp"].as_i64().unwrap() - rig.probe.world.clock.now().seconds(), 3_600);
    }
}
