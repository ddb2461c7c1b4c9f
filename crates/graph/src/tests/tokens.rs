//! Token cache, claims challenge, and the change to another credential.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::double::{answer, credentials, double, double_with, ok, refused, token};
use crate::{CredentialProvider, CredentialsError, FixedCredentials, GraphError, Limits, NamedCredentials};

fn token_refused(status: u16, code: u32) -> super::double::Step {
    answer(
        status,
        json!({ "error": "invalid_client", "error_codes": [code], "error_description": format!("AADSTS{code}: no") })
            .to_string(),
    )
}

fn named(names: &[&str]) -> Vec<NamedCredentials> {
    names.iter().map(|name| NamedCredentials { name: (*name).to_owned(), credentials: credentials(name) }).collect()
}

#[tokio::test]
async fn many_callers_get_one_token() {
    let double = double((0..20).map(|_| ok(json!({})))).await;
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = double.client.clone();
            tokio::spawn(async move { client.get_json::<Value>("/x").await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(double.token_forms().len(), 1);
    assert!(double.asked().iter().all(|asked| asked.headers["authorization"] == "Bearer token"));
}

#[tokio::test]
async fn a_token_is_replaced_before_it_ends() {
    let double = double((0..9).map(|_| ok(json!({})))).await.then_tokens([token("one", 3_599), token("two", 60)]);
    for (advance, expected) in [(0, "one"), (3_200, "one"), (100, "two"), (50, "two"), (5, "token")] {
        double.clock.advance(Duration::from_secs(advance));
        double.client.get_json::<Value>("/x").await.unwrap();
        assert_eq!(double.asked().last().unwrap().headers["authorization"], format!("Bearer {expected}"));
    }
}

#[tokio::test]
async fn the_old_token_serves_while_entra_is_out() {
    let double = double((0..9).map(|_| ok(json!({})))).await;
    let double = double.then_tokens([token("old", 1_000), answer(503, ""), token("new", 1_000)]);
    for (advance, expected) in [(0, "old"), (950, "old"), (10, "new")] {
        double.clock.advance(Duration::from_secs(advance));
        double.client.get_json::<Value>("/x").await.unwrap();
        assert_eq!(double.asked().last().unwrap().headers["authorization"], format!("Bearer {expected}"));
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let double =
        double([refused(401, "InvalidAuthenticationToken"), ok(json!({}))]).await.then_tokens([token("one", 3_599)]);
    double.client.get_json::<Value>("/x").await.unwrap();
    assert_eq!(double.asked()[1].headers["authorization"], "Bearer token");

    let double = super::double::double((0..5).map(|_| refused(401, "Authorization_IdentityNotFound"))).await;
    let error = double.client.get_json::<Value>("/x").await.unwrap_err();
    assert_eq!(error.raw_code().as_deref(), Some("Authorization_IdentityNotFound"));
    assert_eq!((double.asked().len(), double.token_forms().len()), (2, 2));
}

#[tokio::test]
async fn a_claims_challenge_is_answered_once() {
    // {"access_token":{"nbf":{"essential":true,"value":"17"}}}
    let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNyJ9fX0=""#;
    let step = || refused(401, "InvalidAuthenticationToken").header("www-authenticate", challenge);
    let double = double([step(), ok(json!({}))]).await;
    double.client.get_json::<Value>("/x").await.unwrap();
    let forms = double.token_forms();
    assert!(forms[0].contains("cp1") && !forms[0].contains("nbf"), "{}", forms[0]);
    assert!(forms[1].contains("cp1") && forms[1].contains("nbf"), "{}", forms[1]);

    // Once met, the challenge is forgotten.
    double.client.forget_token();
    double.then([ok(json!({}))]);
    double.client.get_json::<Value>("/x").await.unwrap();
    assert!(!double.token_forms()[2].contains("nbf"));

    let double = super::double::double((0..5).map(|_| step())).await;
    assert_eq!(double.client.get_json::<Value>("/x").await.unwrap_err().refusal().unwrap().status, 401);
    assert_eq!(double.asked().len(), 2);
}

#[derive(Default)]
struct Diary(Mutex<Vec<String>>);

#[async_trait]
impl CredentialProvider for Diary {
    async fn credentials(&self) -> Result<Vec<NamedCredentials>, CredentialsError> {
        Ok(named(&["current", "staged"]))
    }
    async fn refused(&self, name: &str, why: &oidc::TokenError) {
        self.0.lock().unwrap().push(format!("{name} refused {:?}", why.aadsts()));
    }
    async fn works(&self, name: &str) {
        self.0.lock().unwrap().push(format!("{name} works"));
    }
}

#[tokio::test]
async fn the_staged_credential_takes_over() {
    for code in [7_000_215, 7_000_222, 700_027] {
        let diary = Arc::new(Diary::default());
        let double = double_with((0..3).map(|_| ok(json!({}))), diary.clone(), Limits::SMALL).await;
        let double = double.then_tokens([token_refused(401, code)]);
        double.client.get_json::<Value>("/x").await.unwrap();
        assert_eq!(double.client.credential_in_use().as_deref(), Some("staged"));
        // The one that was refused is not asked with first again.
        double.client.forget_token();
        double.client.get_json::<Value>("/x").await.unwrap();
        let used: Vec<_> = double.token_forms().iter().map(|form| form.contains("client_secret=staged")).collect();
        assert_eq!(used, [false, true, true]);
        let refused = format!("current refused Some({code})");
        assert_eq!(*diary.0.lock().unwrap(), [refused.as_str(), "staged works", "staged works"]);
    }
}

#[tokio::test]
async fn other_refusals_change_no_credential() {
    let provider = Arc::new(FixedCredentials(named(&["a", "b"])));
    let double = double_with([], provider, Limits::SMALL).await.then_tokens([token_refused(400, 700_016)]);
    let error = double.client.get_json::<Value>("/x").await.unwrap_err();
    assert_eq!((error.raw_code().as_deref(), error.try_again()), (Some("AADSTS700016"), false));
    assert_eq!(double.token_forms().len(), 1);
}

#[tokio::test]
async fn when_all_are_refused_the_first_is_blamed() {
    let provider = Arc::new(FixedCredentials(named(&["a", "b"])));
    let double = double_with([], provider, Limits::SMALL).await;
    let double = double.then_tokens([token_refused(401, 7_000_222), token_refused(401, 700_027)]);
    let error = double.client.get_json::<Value>("/x").await.unwrap_err();
    assert_eq!(error.raw_code().as_deref(), Some("AADSTS7000222"));

    let none = double_with([], Arc::new(FixedCredentials(Vec::new())), Limits::SMALL).await;
    assert!(matches!(none.client.get_json::<Value>("/x").await, Err(GraphError::Credentials(_))));
}

#[tokio::test]
async fn a_busy_sign_in_service_is_waited_for() {
    let double = double([ok(json!({}))]).await;
    let double = double.then_tokens([answer(429, "").header("retry-after", "9"), answer(503, "<html>")]);
    double.client.get_json::<Value>("/x").await.unwrap();
    assert!((9..20).contains(&double.waited().as_secs()), "{:?}", double.waited());
}
