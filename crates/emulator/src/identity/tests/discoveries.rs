//! What libraries read first.

use http::StatusCode;
use serde_json::{Value, json};

use crate::probe::Probe;

#[tokio::test]
async fn the_openid_document_of_a_tenant() {
    let probe = Probe::start();
    let id = probe.prepared.tenant_id;
    let document = probe.get("/contoso.com/v2.0/.well-known/openid-configuration").await.json();
    assert_eq!(document["issuer"], format!("http://emulator.test/{id}/v2.0"));
    assert_eq!(document["token_endpoint"], format!("http://emulator.test/{id}/oauth2/v2.0/token"));
    assert_eq!(document["jwks_uri"], format!("http://emulator.test/{id}/discovery/v2.0/keys"));
    assert_eq!(document["tenant_region_scope"], "EU");
    let old = probe.get("/contoso.com/.well-known/openid-configuration").await.json();
    assert_eq!(old["issuer"], format!("https://sts.windows.net/{id}/"));
    assert_eq!(old["token_endpoint"], format!("http://emulator.test/{id}/oauth2/token"));
}

#[tokio::test]
async fn the_shared_document_has_a_templated_issuer() {
    let probe = Probe::start();
    let document = probe.get("/common/v2.0/.well-known/openid-configuration").await.json();
    assert_eq!(document["issuer"], "http://emulator.test/{tenantid}/v2.0");
    assert_eq!(document["token_endpoint"], "http://emulator.test/common/oauth2/v2.0/token");
    assert_eq!(document["tenant_region_scope"], Value::Null);
}

#[tokio::test]
async fn an_unknown_tenant_is_an_invalid_tenant() {
    let answer = Probe::start().get("/nowhere.example/v2.0/.well-known/openid-configuration").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["error"], "invalid_tenant");
    assert_eq!(answer.json()["error_codes"], json!([90002]));
}

#[tokio::test]
async fn instance_discovery_vouches_for_this_host_only() {
    let probe = Probe::start();
    let ask = |host: &str| {
        format!(
            "/common/discovery/instance?api-version=1.1&authorization_endpoint=http%3A%2F%2F{host}%2Fcontoso.com%2Foauth2%2Fv2.0%2Fauthorize"
        )
    };
    let body = probe.get(&ask("emulator.test")).await.json();
    assert_eq!(
        body["tenant_discovery_endpoint"],
        "http://emulator.test/contoso.com/v2.0/.well-known/openid-configuration"
    );
    assert_eq!(body["metadata"][0]["aliases"], json!(["emulator.test"]));
    let foreign = probe.get(&ask("evil.example")).await;
    assert_eq!((foreign.status, foreign.json()["error"].clone()), (StatusCode::BAD_REQUEST, json!("invalid_instance")));
}

#[tokio::test]
async fn keys_roll_and_old_tokens_live_on_unless_it_is_an_emergency() {
    let probe = Probe::start();
    let kids = |body: &Value| -> Vec<String> {
        body["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let before = probe.get("/contoso.com/discovery/v2.0/keys").await.json();
    assert_eq!(kids(&before).len(), 2);
    let key = &before["keys"][0];
    assert_eq!((&key["kty"], &key["use"], &key["kid"]), (&json!("RSA"), &json!("sig"), &key["x5t"]));
    assert_eq!(key["issuer"], format!("http://emulator.test/{}/v2.0", probe.prepared.tenant_id));
    let old = probe.token().await;

    probe.admin("POST", "/keys/roll", json!({})).await;
    let after = probe.get("/common/discovery/v2.0/keys").await.json();
    assert!(kids(&before).iter().all(|kid| kids(&after).contains(kid)));
    let new = probe.token().await;
    assert_eq!(jsonwebtoken::decode_header(&new).unwrap().kid, Some(kids(&after)[0].clone()));
    for token in [&old, &new] {
        assert_eq!(probe.graph_with(token, "GET", "/organization", Value::Null).await.status, StatusCode::OK);
    }

    probe.admin("POST", "/keys/roll", json!({ "drop_old": true })).await;
    assert_eq!(probe.graph_with(&new, "GET", "/organization", Value::Null).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_published_key_verifies_a_token() {
    let probe = Probe::start();
    let token = probe.token().await;
    let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
    let keys = probe.get("/contoso.com/discovery/v2.0/keys").await.json();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).unwrap().clone();
    let decoding =
        jsonwebtoken::DecodingKey::from_rsa_components(key["n"].as_str().unwrap(), key["e"].as_str().unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_exp = false;
    validation.set_audience(&["https://graph.microsoft.com"]);
    assert!(jsonwebtoken::decode::<Value>(&token, &decoding, &validation).is_ok());
}
