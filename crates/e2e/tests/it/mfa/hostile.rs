//! Hostile requests through HTTP: each refused for its own reason, where it must be, and logged so.

use e2e::World;
use reqwest::Client;
use serde_json::{Value, json};

use super::stage::Stage;
use super::walker::Walker;

/// What is spoilt, the reason in the log, and whether Entra is told.
type Case = (Value, &'static str, Told);

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// The person, on our own page: nobody is trusted yet.
    Here,
    /// Entra, by an error.
    Entra,
}

use Told::{Entra, Here};

fn sign(by: &str) -> Value {
    json!([{ "kind": "sign", "by": by }])
}

fn claim(name: &str, value: Value) -> Value {
    json!([{ "kind": "claim", "name": name, "value": value }])
}

fn header(name: &str, value: Value) -> Value {
    json!([{ "kind": "header", "name": name, "value": value }])
}

fn parameter(name: &str, value: &str) -> Value {
    json!([{ "kind": "parameter", "name": name, "value": value }])
}

fn without(name: &str) -> Value {
    json!([{ "kind": "parameter", "name": name }])
}

fn repeat(name: &str) -> Value {
    json!([{ "kind": "repeat", "name": name }])
}

fn age(seconds: i64) -> Value {
    json!([{ "kind": "age", "seconds": seconds }])
}

fn signatures() -> Vec<Case> {
    let mut cases = vec![
        (sign("foreign_key"), "hint_signature", Entra),
        (sign("unknown_key"), "hint_unknown_key", Entra),
        (sign("nobody"), "hint_algorithm", Entra),
        (sign("hmac"), "hint_algorithm", Entra),
        (sign("broken"), "hint_signature", Entra),
        (header("kid", json!(null)), "hint_no_key_id", Entra),
        (header("kid", json!("")), "hint_no_key_id", Entra),
        (header("kid", json!("../../../etc/passwd")), "hint_unknown_key", Entra),
        (header("kid", json!("' OR 1=1 --")), "hint_unknown_key", Entra),
        (header("kid", json!(7)), "hint_not_a_token", Entra),
        (header("crit", json!(["exp"])), "hint_critical", Entra),
    ];
    let algorithms =
        ["none", "None", "nOnE", "HS256", "HS512", "RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", ""];
    cases.extend(algorithms.map(|name| (header("alg", json!(name)), "hint_algorithm", Entra)));
    cases
}

fn hints(client_id: &str) -> Vec<Case> {
    let other = "00000000-0000-0000-0000-0000000000aa";
    vec![
        (claim("iss", json!(format!("https://login.microsoftonline.com/{other}/v2.0"))), "hint_issuer", Entra),
        (claim("iss", json!("https://evil.example/v2.0")), "hint_issuer", Entra),
        (claim("iss", json!("")), "hint_issuer", Entra),
        (claim("iss", json!(null)), "hint_claims", Entra),
        (claim("iss", json!(["a", "b"])), "hint_claims", Entra),
        (claim("tid", json!(other)), "hint_tenant", Entra),
        (claim("tid", json!("common")), "hint_claims", Entra),
        (claim("tid", json!(null)), "hint_claims", Entra),
        (claim("aud", json!(client_id)), "hint_audience", Entra),
        (claim("aud", json!(other)), "hint_audience", Entra),
        (claim("aud", json!([other])), "hint_claims", Entra),
        (claim("aud", json!(null)), "hint_claims", Entra),
        (claim("oid", json!(null)), "hint_claims", Entra),
        (claim("oid", json!("*")), "hint_claims", Entra),
        (claim("oid", json!({ "$ne": "" })), "hint_claims", Entra),
        (claim("sub", json!(null)), "hint_claims", Entra),
        (claim("sub", json!("")), "hint_claims", Entra),
        (claim("sub", json!(42)), "hint_claims", Entra),
        (claim("iat", json!(null)), "hint_claims", Entra),
        (claim("iat", json!("now")), "hint_claims", Entra),
        (claim("iat", json!(9_000_000_000_000_000_000_i64)), "hint_early", Entra),
        (claim("iat", json!(-9_000_000_000_000_000_000_i64)), "hint_stale", Entra),
        (claim("nbf", json!("soon")), "hint_claims", Entra),
        (age(301), "hint_stale", Entra),
        (age(86_400), "hint_stale", Entra),
        (age(-301), "hint_early", Entra),
    ]
}

fn parameters(redirect: &str) -> Vec<Case> {
    let long = "x".repeat(20_000);
    let mut cases = vec![
        (parameter("redirect_uri", "https://evil.example/answers"), "redirect_uri", Here),
        (parameter("redirect_uri", &format!("{redirect}/")), "redirect_uri", Here),
        (parameter("redirect_uri", &format!("{redirect}?next=https://evil.example")), "redirect_uri", Here),
        (parameter("redirect_uri", &format!("{redirect}#x")), "redirect_uri", Here),
        (parameter("redirect_uri", &redirect.to_uppercase()), "redirect_uri", Here),
        (parameter("redirect_uri", &redirect.replace("://", "://evil.example@")), "redirect_uri", Here),
        (parameter("redirect_uri", &redirect.replace("externalauthprovider", "../x")), "redirect_uri", Here),
        (parameter("redirect_uri", "javascript:alert(1)"), "redirect_uri", Here),
        (without("redirect_uri"), "redirect_uri", Here),
        (parameter("client_id", "somebody-else"), "client_id", Here),
        (parameter("client_id", "' OR '1'='1"), "client_id", Here),
        (without("client_id"), "client_id", Here),
        (parameter("scope", "profile"), "scope", Entra),
        (parameter("scope", "OPENID"), "scope", Entra),
        (without("scope"), "scope", Entra),
        (parameter("response_type", "code"), "response_type", Entra),
        (parameter("response_type", "id_token token"), "response_type", Entra),
        (without("response_type"), "response_type", Entra),
        (parameter("response_mode", "query"), "response_mode", Entra),
        (parameter("response_mode", "fragment"), "response_mode", Entra),
        (without("response_mode"), "response_mode", Entra),
        (without("id_token_hint"), "hint_missing", Entra),
        (parameter("id_token_hint", ""), "hint_missing", Entra),
        (parameter("id_token_hint", "eyJhbGciOiJub25lIn0.."), "hint_algorithm", Entra),
        (parameter("id_token_hint", "no.token.at.all"), "hint_not_a_token", Entra),
        (parameter("id_token_hint", &long), "parameter_too_long", Here),
        (without("claims"), "claims_not_an_object", Entra),
        (parameter("claims", "{"), "claims_not_an_object", Entra),
        (parameter("claims", "[]"), "claims_not_an_object", Entra),
        (parameter("claims", r#"{"id_token":{"amr":{"values":["otp"]}}}"#), "claims_no_acr", Entra),
        (
            parameter("claims", r#"{"id_token":{"acr":{"values":["possession"]},"amr":{"values":["pwd"]}}}"#),
            "claims_no_amr",
            Entra,
        ),
        (
            parameter("claims", r#"{"id_token":{"acr":{"values":["inherence"]},"amr":{"values":["otp"]}}}"#),
            "claims_unmeetable",
            Entra,
        ),
        (parameter("nonce", &"n".repeat(1_500)), "nonce_too_long", Entra),
        (parameter("state", &long), "parameter_too_long", Here),
    ];
    let names = [
        "scope",
        "response_type",
        "response_mode",
        "client_id",
        "redirect_uri",
        "nonce",
        "state",
        "id_token_hint",
        "claims",
    ];
    cases.extend(names.map(|name| (repeat(name), "parameter_repeated", Here)));
    cases
}

#[tokio::test]
async fn every_hostile_request_is_refused_for_its_own_reason_and_logged_so() {
    World::on_each(2, async |world| {
        let stage = Stage::new(world).await;
        let client_id = stage.provider["client_id"].as_str().expect("a client id");
        let redirect = stage.provider["redirect_uri"].as_str().expect("an address");
        let cases = [signatures(), hints(client_id), parameters(redirect)].concat();
        assert!(cases.len() >= 60, "{}", cases.len());
        for (quirks, reason, told) in cases {
            let mut walker = Walker::new();
            // The log lists by time.
            world.advance(std::time::Duration::from_millis(1));
            let page = walker.post(&stage.request("p1", quirks.clone()).await).await;
            let attempt = stage.last_attempt().await;
            assert_eq!((&attempt["reason"], &attempt["outcome"]), (&reason.into(), &"error".into()), "{quirks}");
            assert_eq!(walker.bound(), 0, "{quirks}: nobody is asked");
            match told {
                Here => {
                    assert_eq!(page.status, 400, "{quirks}");
                    assert!(!page.html.contains("<form"), "{quirks}: nothing is posted anywhere");
                }
                Entra => {
                    let form = page.form("externalauthprovider");
                    assert_eq!(form.action.as_str(), redirect, "{quirks}");
                    let also = match reason {
                        "scope" => "invalid_scope",
                        "response_type" => "unsupported_response_type",
                        _ => "invalid_request",
                    };
                    let error = form.get("error").expect("an error");
                    assert!(["invalid_request", also].contains(&error), "{quirks}: {error}");
                    assert_eq!(form.get("id_token"), None, "{quirks}");
                }
            }
        }
        let unasked = world.get("mfa/accounts").await;
        assert_eq!(unasked["items"], json!([]), "nobody is looked up for a request that does not count");
    })
    .await;
}

#[tokio::test]
async fn a_request_counts_once_and_about_whom_it_was_signed() {
    World::on_each(2, async |world| {
        let stage = Stage::new(world).await;
        let first = stage.request("p1", json!([])).await;
        let mut walker = Walker::new();
        assert_eq!(walker.post(&first).await.status, 200);
        world.advance(std::time::Duration::from_millis(1));
        walker.post(&first).await;
        assert_eq!(stage.last_attempt().await["reason"], "hint_replayed");
        // The hint of one with the nonce of another, and the other way round.
        let other = stage.request("p2", json!([])).await;
        world.advance(std::time::Duration::from_millis(1));
        let swapped = other.clone().with("id_token_hint", first.get("id_token_hint").expect("a hint"));
        walker.post(&swapped).await;
        assert_eq!(stage.last_attempt().await["reason"], "hint_replayed");
        world.advance(std::time::Duration::from_millis(1));
        walker.post(&other.with("nonce", first.get("nonce").expect("a nonce"))).await;
        assert_eq!(stage.last_attempt().await["reason"], "nonce_replayed");
    })
    .await;
}

#[tokio::test]
async fn markup_in_names_and_states_stays_text() {
    World::on_each(1, async |world| {
        let stage = Stage::new(world).await;
        let markup = "\"><script>alert(1)</script>";
        let quirks = json!([
            { "kind": "claim", "name": "preferred_username", "value": markup },
            { "kind": "claim", "name": "name", "value": markup },
            { "kind": "parameter", "name": "state", "value": markup },
            { "kind": "parameter", "name": "client-request-id", "value": markup },
        ]);
        let mut walker = Walker::new();
        let page = walker.post(&stage.request("p1", quirks).await).await;
        assert_eq!(page.status, 200);
        assert!(!page.html.contains("<script>alert"), "{}", page.html);
        let back = walker.post(&page.form("/decline")).await;
        assert!(!back.html.contains("<script>alert"), "{}", back.html);
        assert_eq!(back.form("externalauthprovider").get("state"), Some(markup), "it comes back as it was");
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_cannot_be_taken_over_framed_or_posted_to_from_elsewhere() {
    World::on_each(2, async |world| {
        let stage = Stage::new(world).await;
        let mut walker = Walker::new();
        let page = walker.post(&stage.request("p1", json!([])).await).await;
        let mut stranger = Walker::new();
        let taken = stranger.open(page.url.as_str()).await;
        assert_eq!(taken.status, 409, "another browser has not its cookie");
        let elsewhere = stranger.post(&page.form("/decline")).await;
        assert_eq!(elsewhere.status, 409);

        let plain: Client = e2e::http::client();
        let decline = page.form("/decline").action;
        let sent = plain.post(decline).header("sec-fetch-site", "cross-site").send().await.expect("an answer");
        assert_eq!(sent.status().as_u16(), 403, "another site's page");
        assert!(page.policy.contains("frame-ancestors 'none'"));

        let authorize = stage.provider["authorization_endpoint"].as_str().expect("an address");
        let reason = async || {
            world.advance(std::time::Duration::from_millis(1));
            stage.last_attempt().await["reason"].clone()
        };
        assert_eq!(plain.get(authorize).send().await.expect("an answer").status().as_u16(), 405);
        assert_eq!(reason().await, "not_posted");
        let json = plain.post(authorize).json(&json!({})).send().await.expect("an answer");
        assert_eq!((json.status().as_u16(), reason().await), (415, "not_a_form".into()));
        let form = "application/x-www-form-urlencoded";
        let huge = plain.post(authorize).header("content-type", form).body("a=".to_owned() + &"b".repeat(70_000));
        assert_eq!(huge.send().await.expect("an answer").status().as_u16(), 413);
        assert_eq!(reason().await, "form_too_long");
        let nobody = authorize.replace(&world.tenant.to_string(), "00000000-0000-0000-0000-000000000001");
        let nobody = plain.post(nobody).header("content-type", form).body("scope=openid").send().await;
        assert_eq!(nobody.expect("an answer").status().as_u16(), 404);
    })
    .await;
}

#[tokio::test]
async fn entra_reads_our_metadata_and_keys_with_a_length() {
    World::on_each(1, async |world| {
        let stage = Stage::new(world).await;
        let client = e2e::http::client();
        let discovery = stage.provider["discovery_url"].as_str().expect("an address");
        let metadata = client.get(discovery).header("accept-encoding", "gzip").send().await.expect("an answer");
        assert!(metadata.headers().contains_key("content-length"), "Entra insists");
        let metadata: Value = metadata.json().await.expect("JSON");
        assert_eq!(metadata["issuer"], stage.provider["issuer"]);
        let keys = client.get(metadata["jwks_uri"].as_str().expect("an address")).send().await.expect("an answer");
        assert!(keys.headers().contains_key("content-length"));
        let keys: Value = keys.json().await.expect("JSON");
        assert!(keys["keys"][0]["x5c"][0].is_string() && keys["keys"][0]["use"] == "sig");
    })
    .await;
}
