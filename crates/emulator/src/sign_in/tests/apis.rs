//! Which API a token is for, and what it says there.

use super::*;
use crate::probe::claims;

const API: &str = "0a0b0c0d-0000-4000-8000-000000000004";

/// An API in the tenant.
async fn harbour(probe: &Probe, further: Value) {
    let mut order =
        json!({ "client_id": API, "identifier_uris": ["api://harbour"], "permissions": [], "consented": true });
    order.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    let made = probe.admin("POST", "/tenants/default/apps", order).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
}

fn access(body: &Value) -> Value {
    claims(body["access_token"].as_str().unwrap_or_else(|| panic!("{body}")))
}

fn header(body: &Value) -> jsonwebtoken::Header {
    jsonwebtoken::decode_header(body["access_token"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn the_token_request_chooses_the_api() {
    let probe = office().await;
    harbour(&probe, json!({})).await;
    let both = [("scope", "openid offline_access User.Read api://harbour/Ships.Read")];
    for (scope, audience, scopes) in [
        ("api://harbour/Ships.Read", "api://harbour", "Ships.Read"),
        ("User.Read", "00000003-0000-0000-c000-000000000000", "User.Read openid"),
    ] {
        let code = handed(&sign_in(&Browser::new(&probe), &both).await)["code"].clone();
        let body = redeem(&probe, &code, &[("scope", scope)]).await.json();
        let token = access(&body);
        assert_eq!((&token["aud"], &token["scp"]), (&json!(audience), &json!(scopes)), "{body}");
        assert!(body["id_token"].is_string() && body["refresh_token"].is_string(), "they stay granted: {body}");
    }
}

#[tokio::test]
async fn default_stands_for_what_is_published() {
    let probe = office().await;
    harbour(&probe, json!({ "scopes": ["Ships.Read", "Ships.Write"] })).await;
    for (scope, scopes, granted) in [
        (
            "api://harbour/.default",
            "Ships.Read Ships.Write",
            "openid api://harbour/Ships.Read api://harbour/Ships.Write",
        ),
        ("https://graph.microsoft.com/.default", "User.Read openid", "openid https://graph.microsoft.com/User.Read"),
    ] {
        let asked = format!("openid {scope}");
        let body = tokens(&Browser::new(&probe), &[("scope", &asked)]).await;
        assert_eq!((&access(&body)["scp"], &body["scope"]), (&json!(scopes), &json!(granted)), "{scope}");
    }
    probe.admin("PATCH", &format!("/apps/{API}"), json!({ "scopes": [] })).await;
    let body = tokens(&Browser::new(&probe), &[("scope", "api://harbour/.default")]).await;
    assert_eq!(access(&body)["scp"], "user_impersonation");
}

#[tokio::test]
async fn the_api_decides_the_version_of_its_tokens() {
    let probe = office().await;
    harbour(&probe, json!({})).await;
    let id = probe.prepared.tenant_id;
    let (old, new) = (format!("https://sts.windows.net/{id}/"), format!("http://emulator.test/{id}/v2.0"));
    for version in [1, 2] {
        probe.admin("PATCH", &format!("/apps/{API}"), json!({ "token_version": version })).await;
        let app_only = probe.ask_token(&[("scope", "api://harbour/.default")]).await.json();
        let delegated = tokens(&Browser::new(&probe), &[("scope", "api://harbour/Ships.Read")]).await;
        for body in [app_only, delegated] {
            let token = access(&body);
            let (issuer, audience) = if version == 1 { (&old, "api://harbour") } else { (&new, API) };
            assert_eq!((&token["iss"], &token["aud"]), (&json!(issuer), &json!(audience)));
            assert_eq!(token["ver"], json!(format!("{version}.0")));
            assert_eq!((token["appid"].is_string(), token["azp"].is_string()), (version == 1, version == 2), "{token}");
            assert_eq!((token["appidacr"] == "1", token["azpacr"] == "1"), (version == 1, version == 2));
            assert_eq!(header(&body).x5t.is_some(), version == 1);
            assert_eq!(token["idtyp"], Value::Null, "nobody asked for it");
        }
    }
    probe.admin("PATCH", &format!("/apps/{API}"), json!({ "optional_claims": { "access_token": ["idtyp"] } })).await;
    let app_only = probe.ask_token(&[("scope", "api://harbour/.default")]).await.json();
    assert_eq!(access(&app_only)["idtyp"], "app");
}

#[tokio::test]
async fn capabilities_are_for_apis_that_ask_for_them() {
    let probe = office().await;
    harbour(&probe, json!({})).await;
    let declared = ("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#);
    let scope = ("scope", "api://harbour/.default");
    for (optional, expected) in [(json!([]), Value::Null), (json!(["xms_cc"]), json!(["cp1"]))] {
        let order = json!({ "optional_claims": { "access_token": optional } });
        probe.admin("PATCH", &format!("/apps/{API}"), order).await;
        assert_eq!(access(&probe.ask_token(&[scope, declared]).await.json())["xms_cc"], expected);
        assert_eq!(access(&tokens(&Browser::new(&probe), &[scope, declared]).await)["xms_cc"], expected);
    }
}

#[tokio::test]
async fn contexts_that_are_reached_are_told_to_who_opted_in() {
    let probe = office().await;
    let risky = json!({ "contexts": ["c1"], "grant": ["block"], "user_risk": ["high"] });
    let others = json!({ "contexts": ["c2"], "grant": ["block"] });
    let fresh = json!({ "contexts": ["c3"], "grant": [], "session": { "signInFrequency":
        { "isEnabled": true, "value": 1, "type": "hours", "frequencyInterval": "timeBased" } } });
    for policy in [risky, others, fresh] {
        let made = probe.admin("POST", "/tenants/default/policies", policy).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    }
    let told = async |browser: &Browser<'_>| {
        let body = tokens(browser, &[]).await;
        claims(body["id_token"].as_str().unwrap())["acrs"].clone()
    };
    assert_eq!(told(&Browser::new(&probe)).await, Value::Null);
    probe.admin("PATCH", &format!("/apps/{APP}"), json!({ "optional_claims": { "id_token": ["acrs"] } })).await;
    assert_eq!(told(&Browser::new(&probe)).await, json!(["c3"]), "c1 protects nothing from Ada, c2 is out of reach");
    probe.admin("PUT", &format!("/tenants/default/users/{ADA}/risk"), json!({ "level": "high" })).await;
    assert_eq!(told(&Browser::new(&probe)).await, json!(["c3"]));
    let asked = [("claims", r#"{"id_token":{"acrs":{"essential":true,"value":"c7"}}}"#)];
    let body = tokens(&Browser::new(&probe), &asked).await;
    assert_eq!(claims(body["id_token"].as_str().unwrap())["acrs"], json!(["c7", "c3"]));
}

#[tokio::test]
async fn the_first_version_of_the_endpoints_names_an_api() {
    let probe = office().await;
    harbour(&probe, json!({ "scopes": ["Ships.Read"] })).await;
    let asked = address("contoso.com", &[("scope", ""), ("resource", "api://harbour")]).replace("/v2.0/", "/");
    let browser = Browser::new(&probe);
    let page = browser.get(&asked).await;
    let code = handed(&browser.enter(&page, ADA, PASSWORD).await)["code"].clone();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", APP),
        ("client_secret", SECRET),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let body = probe.form("/contoso.com/oauth2/token", &fields).await.json();
    let issuer = json!(format!("https://sts.windows.net/{}/", probe.prepared.tenant_id));
    let token = claims(body["id_token"].as_str().unwrap_or_else(|| panic!("{body}")));
    assert_eq!((&token["iss"], &token["ver"], &token["upn"]), (&issuer, &json!("1.0"), &json!(ADA)));
    assert_eq!((&token["unique_name"], &token["nonce"]), (&json!(ADA), &json!("n-1")));
    assert!(body["expires_in"].is_string() && body["expires_on"].is_string(), "{body}");
    assert_eq!((&body["resource"], &body["scope"]), (&json!("api://harbour"), &json!("Ships.Read")));
    let refresh = body["refresh_token"].as_str().unwrap();
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", APP),
        ("client_secret", SECRET),
        ("refresh_token", refresh),
        ("resource", "https://graph.microsoft.com"),
    ];
    let next = probe.form("/contoso.com/oauth2/token", &fields).await.json();
    assert_eq!(access(&next)["scp"], "User.Read openid profile email", "{next}");
}

async fn me(probe: &Probe, token: &str, query: &str) -> Answer {
    probe.graph_with(token, "GET", &format!("/me{query}"), Value::Null).await
}

#[tokio::test]
async fn people_read_themselves_in_graph() {
    let probe = office().await;
    let token = async |scope: &str| {
        let body = tokens(&Browser::new(&probe), &[("scope", scope)]).await;
        body["access_token"].as_str().unwrap().to_owned()
    };
    let plain = token("openid User.Read").await;
    let own = me(&probe, &plain, "").await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.text);
    let own = own.json();
    assert_eq!((&own["userPrincipalName"], &own["displayName"]), (&json!(ADA), &json!("Ada Lovelace")));
    assert_eq!(own["@odata.context"], "http://emulator.test/v1.0/$metadata#users/$entity");
    let selected = me(&probe, &plain, "?$select=givenName,accountEnabled").await.json();
    assert_eq!((&selected["givenName"], &selected["accountEnabled"]), (&json!("Ada"), &json!(true)));
    let all = token("User.Read.All").await;
    for (token, query, expected) in [
        (&plain, "?$expand=manager", StatusCode::FORBIDDEN),
        (&all, "?$expand=manager", StatusCode::OK),
        (&plain, "/messages", StatusCode::FORBIDDEN),
        (&token("openid").await, "", StatusCode::FORBIDDEN),
        (&probe.token().await, "", StatusCode::BAD_REQUEST),
    ] {
        let answer = me(&probe, token, query).await;
        assert_eq!(answer.status, expected, "{query}: {}", answer.text);
    }
    let others = probe.graph_with(&all, "GET", "/users", Value::Null).await;
    assert_eq!(others.status, StatusCode::FORBIDDEN, "nothing but oneself");
}

#[tokio::test]
async fn scripts_of_other_origins_may_ask() {
    let probe = office().await;
    for path in [
        "/v1.0/me",
        "/oidc/userinfo",
        "/contoso.com/oauth2/v2.0/token",
        "/common/v2.0/.well-known/openid-configuration",
    ] {
        let asked = crate::probe::request("OPTIONS", path)
            .header("origin", "https://app.example")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization,client-request-id");
        let answer = probe.send(asked.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert_eq!(answer.headers["access-control-allow-origin"], "https://app.example");
        assert_eq!(answer.headers["access-control-allow-headers"], "authorization,client-request-id");
        let refused = crate::probe::request("GET", path).header("origin", "https://app.example");
        let refused = probe.send(refused.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(refused.headers["access-control-allow-origin"], "https://app.example", "{path}");
    }
    let plain = probe.get("/v1.0/me").await;
    assert!(!plain.headers.contains_key("access-control-allow-origin"), "nobody asked");
}

#[tokio::test]
async fn an_api_that_nobody_knows_ends_the_sign_in() {
    let probe = office().await;
    let back = handed(&sign_in(&Browser::new(&probe), &[("scope", "openid api://nowhere/Ships.Read")]).await);
    assert_eq!((back["error"].as_str(), back["state"].as_str()), ("invalid_resource", "s 1"));
    assert!(back["error_description"].starts_with("AADSTS500011"), "{back:?}");
}
