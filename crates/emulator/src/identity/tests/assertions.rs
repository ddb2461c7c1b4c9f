//! A certificate instead of a secret.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};

use crate::probe::{Answer, Probe, START, claims};

struct Signer {
    key: EncodingKey,
    der: Vec<u8>,
}

impl Signer {
    fn new() -> Self {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::default().self_signed(&pair).unwrap();
        let key = EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes()).unwrap();
        Self { key, der: certificate.der().to_vec() }
    }

    fn sha256(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, &self.der).as_ref().to_vec()
    }

    fn sha1(&self) -> Vec<u8> {
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der).as_ref().to_vec()
    }

    fn assertion(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let algorithm = if header["alg"] == "PS256" { Algorithm::PS256 } else { Algorithm::RS256 };
        let signature = crypto::sign(message.as_bytes(), &self.key, algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

async fn registered() -> (Probe, Signer) {
    let (probe, signer) = (Probe::start(), Signer::new());
    let body = json!({ "certificate": STANDARD.encode(&signer.der) });
    let answer = probe.admin("POST", &format!("/apps/{}/certificates", probe.prepared.client_id), body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    (probe, signer)
}

fn usual_claims(probe: &Probe) -> Value {
    let now = kernel::Timestamp::parse(START).unwrap().seconds();
    let client = probe.prepared.client_id;
    json!({
        "aud": format!("http://emulator.test/{}/oauth2/v2.0/token", probe.prepared.tenant_id), "iss": client, "sub": client,
        "jti": "5f1c", "nbf": now, "iat": now, "exp": now + 600,
    })
}

async fn present(probe: &Probe, assertion: &str) -> Answer {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    probe.ask_token(&[("client_secret", ""), ("client_assertion_type", kind), ("client_assertion", assertion)]).await
}

#[tokio::test]
async fn a_certificate_is_named_in_many_ways() {
    let (probe, signer) = registered().await;
    let (long, short) = (signer.sha256(), signer.sha1());
    for header in [
        json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(&long) }),
        json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": STANDARD.encode(&long) }),
        json!({ "alg": "RS256", "typ": "JWT", "x5t#S256": URL_SAFE.encode(&long) }),
        json!({ "alg": "RS256", "typ": "JWT", "x5t": URL_SAFE_NO_PAD.encode(&short) }),
        json!({ "alg": "RS256", "typ": "JWT", "x5t": STANDARD.encode(&short), "kid": "anything" }),
    ] {
        let answer = present(&probe, &signer.assertion(&header, &usual_claims(&probe))).await;
        assert_eq!(answer.status, StatusCode::OK, "{header}: {}", answer.text);
        assert_eq!(claims(answer.json()["access_token"].as_str().unwrap())["appidacr"], "2");
    }
}

#[tokio::test]
async fn the_assertion_says_who_asks() {
    let (probe, signer) = registered().await;
    let header = json!({ "alg": "PS256", "x5t#S256": URL_SAFE_NO_PAD.encode(signer.sha256()) });
    let assertion = signer.assertion(&header, &usual_claims(&probe));
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let fields = [
        ("client_id", ""),
        ("client_secret", ""),
        ("client_assertion_type", kind),
        ("client_assertion", assertion.as_str()),
    ];
    assert_eq!(probe.ask_token(&fields).await.status, StatusCode::OK);
}

#[tokio::test]
async fn wrong_assertions_have_their_numbers() {
    let (probe, signer) = registered().await;
    let good_header = json!({ "alg": "PS256", "x5t#S256": URL_SAFE_NO_PAD.encode(signer.sha256()) });
    let now = kernel::Timestamp::parse(START).unwrap().seconds();
    let over = |name: &str, value: Value| {
        let mut claims = usual_claims(&probe);
        claims[name] = value;
        claims
    };
    let stranger = "11111111-2222-4333-8444-555555555555";
    let mut other_app = over("iss", json!(stranger));
    other_app["sub"] = json!(stranger);
    for (header, claims, code, status) in [
        (json!({ "alg": "PS256", "x5t#S256": "AAAA" }), usual_claims(&probe), 700_027, 401),
        (json!({ "alg": "PS256" }), usual_claims(&probe), 700_027, 401),
        (json!({ "alg": "HS256" }), usual_claims(&probe), 5_002_738, 401),
        (good_header.clone(), over("sub", json!(stranger)), 50048, 401),
        (good_header.clone(), other_app, 700_021, 401),
        (good_header.clone(), over("iss", json!("https://token.actions.example")), 700_211, 400),
        (good_header.clone(), over("exp", json!(now - 301)), 700_024, 401),
        (good_header.clone(), over("nbf", json!(i64::MAX)), 700_024, 401),
        (good_header.clone(), over("aud", json!("http://emulator.test/common/oauth2/v2.0/token")), 700_023, 401),
        (good_header.clone(), over("nbf", json!(now + 301)), 700_024, 401),
        (good_header.clone(), over("aud", json!("https://evil.example/token")), 700_023, 401),
        (good_header.clone(), over("aud", Value::Null), 700_023, 401),
    ] {
        let answer = present(&probe, &signer.assertion(&header, &claims)).await;
        assert_eq!(answer.json()["error_codes"], json!([code]), "{header} {claims} {}", answer.text);
        assert_eq!(answer.status.as_u16(), status, "{code}");
    }
    let forger = Signer::new();
    let forged = present(&probe, &forger.assertion(&good_header, &usual_claims(&probe))).await;
    assert_eq!(forged.json()["error_codes"], json!([700_027]));
}

#[tokio::test]
async fn a_certificate_ends_when_its_registration_says() {
    let (probe, signer) = (Probe::start(), Signer::new());
    let body = json!({ "certificate": STANDARD.encode(&signer.der), "end": "2026-02-01T00:00:00Z" });
    probe.admin("POST", &format!("/apps/{}/certificates", probe.prepared.client_id), body).await;
    let header = json!({ "alg": "PS256", "x5t#S256": URL_SAFE_NO_PAD.encode(signer.sha256()) });
    assert_eq!(present(&probe, &signer.assertion(&header, &usual_claims(&probe))).await.status, StatusCode::OK);
    probe.admin("POST", "/clock", json!({ "now": "2026-02-02T00:00:00Z" })).await;
    let answer = present(&probe, &signer.assertion(&header, &usual_claims(&probe))).await.json();
    assert!(answer["error_description"].as_str().unwrap().contains("The key used is expired."), "{answer}");
}

#[tokio::test]
async fn an_assertion_may_end_never() {
    let (probe, signer) = registered().await;
    let header = json!({ "alg": "PS256", "x5t#S256": URL_SAFE_NO_PAD.encode(signer.sha256()) });
    let mut claims = usual_claims(&probe);
    claims["exp"] = json!(i64::MAX);
    assert_eq!(present(&probe, &signer.assertion(&header, &claims)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_assertion_may_name_the_shared_path_it_was_sent_to() {
    use crate::probe::browser::{Browser, PASSWORD, handed};
    use crate::sign_in::tests::{ADA, APP, CALLBACK, VERIFIER, address, office};
    let (probe, signer) = (office().await, Signer::new());
    probe.admin("PATCH", &format!("/apps/{APP}"), json!({ "multi_tenant": true })).await;
    let body = json!({ "certificate": STANDARD.encode(&signer.der) });
    probe.admin("POST", &format!("/apps/{APP}/certificates"), body).await;
    let header = json!({ "alg": "PS256", "x5t#S256": URL_SAFE_NO_PAD.encode(signer.sha256()) });
    for (path, audience, expected) in [
        ("common", "common", StatusCode::OK),
        ("organizations", "organizations", StatusCode::OK),
        ("common", "contoso.com", StatusCode::OK),
        ("common", "organizations", StatusCode::UNAUTHORIZED),
        ("contoso.com", "common", StatusCode::UNAUTHORIZED),
    ] {
        let browser = Browser::new(&probe);
        let page = browser.get(&address(path, &[])).await;
        let code = handed(&browser.enter(&page, ADA, PASSWORD).await)["code"].clone();
        let mut claims = usual_claims(&probe);
        (claims["iss"], claims["sub"]) = (json!(APP), json!(APP));
        claims["aud"] = json!(format!("http://emulator.test/{audience}/oauth2/v2.0/token"));
        let assertion = signer.assertion(&header, &claims);
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", APP),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let answer = probe.form(&format!("/{path}/oauth2/v2.0/token"), &fields).await;
        assert_eq!(answer.status, expected, "{path}, {audience}: {}", answer.text);
    }
}
