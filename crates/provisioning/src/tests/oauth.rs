//! Access tokens for keys.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::{Answer, on_each_database};

use super::{Client, House, fault};
use crate::permissions::RevokeKey;

/// What is wrong, the headers, the form, the status and the error.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], String, u16, &'a str);

const FORM: &str = "application/x-www-form-urlencoded";

impl Client {
    async fn token(&self, headers: &[(&str, &str)], form: &str) -> Answer {
        self.knock("POST", &self.path("/oauth2/token"), headers, form).await
    }

    /// A form that is right.
    fn form(&self) -> String {
        let (key, secret) = (&self.key.key.key, self.key.secret.expose());
        format!("grant_type=client_credentials&client_id={key}&client_secret={secret}")
    }
}

fn basic(key: &str, secret: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{key}:{secret}")))
}

#[tokio::test]
async fn a_key_buys_a_token_that_works_for_an_hour() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let (key, secret) = (client.key.key.key.clone(), client.key.secret.expose().clone());
        let in_form = client.token(&[("content-type", FORM)], &client.form()).await;
        let header = basic(&key, &secret);
        let headers = [("content-type", FORM), ("authorization", header.as_str())];
        let in_header = client.token(&headers, "grant_type=client_credentials&scope=anything").await;
        for answer in [&in_form, &in_header] {
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            assert_eq!(answer.headers["cache-control"], "no-store");
            assert_eq!(answer.headers["content-type"], "application/json");
            let body = answer.json();
            assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3600)));
        }
        let token = in_form.json()["access_token"].as_str().unwrap().to_owned();
        let shown = format!("bearer {token}");
        let ask = async || client.knock("GET", &client.path("/Users"), &[("authorization", &shown)], "").await;
        assert_eq!(ask().await.status, StatusCode::OK);
        house.db.hand.advance(Duration::from_hours(1));
        assert_eq!(fault(&ask().await).0, 401);
        house.provisioning.prune().await.unwrap();
        let mut tx = house.db.store.read().await.unwrap();
        assert_eq!(tx.count("SELECT COUNT(*) AS n FROM provisioning_tokens", Vec::new()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_token_ends_with_its_key() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let issued = client.token(&[("content-type", FORM)], &client.form()).await.json();
        let shown = format!("Bearer {}", issued["access_token"].as_str().unwrap());
        let ask = async || client.knock("GET", &client.path("/Users"), &[("authorization", &shown)], "").await.status;
        assert_eq!(ask().await, StatusCode::OK);
        house.provisioning.revoke_key(&house.may(RevokeKey { key: client.key.key.id })).await.unwrap();
        assert_eq!(ask().await, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_told_as_oauth_tells_it() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let (right, key) = (client.form(), client.key.key.key.clone());
        let header = basic(&key, client.key.secret.expose());
        let wrong = basic(&key, "wrong");
        let form = ("content-type", FORM);
        let cases: [Case; 12] = [
            ("no form", &[("content-type", "application/json")], right.clone(), 400, "invalid_request"),
            ("nothing", &[form], String::new(), 400, "invalid_request"),
            ("no grant type", &[form], right.replace("grant_type", "grant"), 400, "invalid_request"),
            (
                "another grant type",
                &[form],
                right.replace("client_credentials", "password"),
                400,
                "unsupported_grant_type",
            ),
            ("a field twice", &[form], format!("{right}&scope=a&scope=b"), 400, "invalid_request"),
            ("both ways", &[form, ("authorization", &header)], right.clone(), 400, "invalid_request"),
            ("no client", &[form], "grant_type=client_credentials".to_owned(), 401, "invalid_client"),
            ("a wrong secret", &[form], format!("{right}x"), 401, "invalid_client"),
            ("an unknown key", &[form], right.replace("client_id=vk_", "client_id=vk_0"), 401, "invalid_client"),
            (
                "a wrong secret in the header",
                &[form, ("authorization", &wrong)],
                "grant_type=client_credentials".to_owned(),
                401,
                "invalid_client",
            ),
            (
                "a bearer",
                &[form, ("authorization", "Bearer x")],
                "grant_type=client_credentials".to_owned(),
                401,
                "invalid_client",
            ),
            (
                "no base64",
                &[form, ("authorization", "Basic %%%")],
                "grant_type=client_credentials".to_owned(),
                401,
                "invalid_client",
            ),
        ];
        for (what, headers, body, status, error) in cases {
            let answer = client.token(headers, &body).await;
            let told: Value = answer.json();
            assert_eq!((answer.status.as_u16(), &told["error"]), (status, &json!(error)), "{what}");
            let challenged = answer.headers.contains_key("www-authenticate");
            assert_eq!(challenged, status == 401 && headers.len() > 1, "{what}");
        }
        let elsewhere = "/scim/orgs/00000000-0000-0000-0000-00000000000f/oauth2/token";
        let answer = client.knock("POST", elsewhere, &[form], &right).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (401, &json!("invalid_client")));
        assert_eq!(client.token(&[form], &right).await.status, StatusCode::OK);
    })
    .await;
}
