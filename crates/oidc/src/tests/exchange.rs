//! The whole exchange over HTTP.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use kernel::{Env, Timestamp};
use serde_json::{Value, json};

use super::pair;
use crate::{Authority, Certificate, ClaimsRequest, ClientCredentials, Cloud, Credential, TokenClient, TokenErrorKind};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

type Forms = Arc<Mutex<Vec<HashMap<String, String>>>>;

/// A sign-in service with one answer.
struct Double {
    authority: Authority,
    forms: Forms,
    client: TokenClient,
}

async fn double(status: u16, answer: &str) -> Double {
    let forms = Forms::default();
    let answer = (StatusCode::from_u16(status).unwrap(), answer.to_owned());
    let handler = move |State(forms): State<Forms>,
                        Path(tenant): Path<String>,
                        Form(mut form): Form<HashMap<String, String>>| async move {
        form.insert("tenant".into(), tenant);
        forms.lock().unwrap().push(form);
        answer
    };
    let router = Router::new().route("/entra/{tenant}/oauth2/v2.0/token", post(handler)).with_state(forms.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/entra/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let authority = Authority::of(&Cloud::Custom { login: base.clone(), graph: base }).unwrap();
    let client = TokenClient::new(reqwest::Client::builder().build().unwrap(), Env::fixed(NOW, 1).0);
    Double { authority, forms, client }
}

fn with(credential: Credential) -> ClientCredentials {
    ClientCredentials { tenant: "contoso.com".into(), client_id: "app".into(), credential }
}

fn token() -> String {
    let payload = URL_SAFE_NO_PAD.encode(json!({ "roles": ["User.Read.All"] }).to_string());
    json!({ "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": format!("h.{payload}.s") }).to_string()
}

#[tokio::test]
async fn a_secret_buys_a_token() {
    let double = double(200, &token()).await;
    let credentials = with(Credential::Secret("s+e/cret&".into()));
    let claims = ClaimsRequest::capable();
    let token =
        double.client.fetch(&double.authority, &credentials, "https://g/.default", Some(&claims)).await.unwrap();
    assert_eq!(token.expires_at.seconds(), NOW.seconds() + 3599);
    assert_eq!(token.claims.roles, ["User.Read.All"]);
    assert!(!format!("{token:?}{credentials:?}").contains("cret&"));
    let form = double.forms.lock().unwrap().remove(0);
    for (name, value) in [
        ("tenant", "contoso.com"),
        ("grant_type", "client_credentials"),
        ("client_id", "app"),
        ("client_secret", "s+e/cret&"),
        ("scope", "https://g/.default"),
        ("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#),
    ] {
        assert_eq!(form.get(name).map(String::as_str), Some(value), "{name}");
    }
}

#[tokio::test]
async fn a_certificate_signs_a_statement_that_anyone_can_check() {
    let double = double(200, &token()).await;
    let pair = pair();
    let certificate = Certificate::from_pem(&pair.certificate_pem).unwrap();
    let credentials =
        with(Credential::Certificate { key_pem: pair.key_pem.clone(), certificate_pem: pair.certificate_pem.clone() });
    for _ in 0..2 {
        double.client.fetch(&double.authority, &credentials, "s", None).await.unwrap();
    }
    let forms = double.forms.lock().unwrap().clone();
    assert!(!forms[0].contains_key("client_secret") && !forms[0].contains_key("claims"));
    assert_eq!(forms[0]["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

    let header = decode_header(&forms[0]["client_assertion"]).unwrap();
    assert_eq!((header.alg, header.x5t_s256), (Algorithm::PS256, Some(certificate.x5t_s256())));
    let statements: Vec<Value> =
        forms.iter().map(|form| check(&pair.certificate_pem, &form["client_assertion"])).collect();
    let statement = &statements[0];
    assert_eq!(statement["aud"], double.authority.token_endpoint("contoso.com").as_str());
    assert_eq!((&statement["iss"], &statement["sub"]), (&json!("app"), &json!("app")));
    assert_eq!(statement["exp"].as_i64().unwrap() - statement["iat"].as_i64().unwrap(), 600);
    assert_ne!(statements[0]["jti"], statements[1]["jti"]);
}

fn check(certificate_pem: &str, assertion: &str) -> Value {
    let block = x509_parser::pem::Pem::iter_from_buffer(certificate_pem.as_bytes()).next().unwrap().unwrap();
    let certificate = block.parse_x509().unwrap();
    let key = DecodingKey::from_rsa_der(&certificate.public_key().subject_public_key.data);
    let mut validation = Validation::new(Algorithm::PS256);
    (validation.validate_aud, validation.validate_exp) = (false, false);
    decode::<Value>(assertion, &key, &validation).unwrap().claims
}

#[tokio::test]
async fn an_unusable_key_is_refused_before_anything_is_sent() {
    let double = double(200, &token()).await;
    let (one, other) = (pair(), pair());
    let credential = Credential::Certificate { key_pem: one.key_pem, certificate_pem: other.certificate_pem };
    let error = double.client.fetch(&double.authority, &with(credential), "s", None).await.unwrap_err();
    assert!(error.credential_refused());
    assert!(error.to_string().contains("does not belong"), "{error}");
    assert!(double.forms.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_no_token_is_broken() {
    for answer in
        ["<html>sign in to the hotel network</html>", "{}", r#"{"token_type":"mac","expires_in":1,"access_token":"x"}"#]
    {
        let double = double(200, answer).await;
        let error =
            double.client.fetch(&double.authority, &with(Credential::Secret("s".into())), "s", None).await.unwrap_err();
        assert_eq!(error.kind, TokenErrorKind::Broken);
        assert!(error.try_again());
    }
}

#[tokio::test]
async fn nobody_at_home_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let authority = Authority::of(&Cloud::Custom { login: base.clone(), graph: base }).unwrap();
    let client = TokenClient::new(reqwest::Client::builder().build().unwrap(), Env::fixed(NOW, 1).0);
    let error = client.fetch(&authority, &with(Credential::Secret("s3cret".into())), "s", None).await.unwrap_err();
    assert_eq!(error.kind, TokenErrorKind::Unreachable);
    assert!(!format!("{error:?}").contains("s3cret"));
}
