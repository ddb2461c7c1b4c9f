//! Broken connections, limits, cancelling, and the HTTP client's settings.

use std::sync::Arc;

use oidc::Cloud;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::double::{answer, credentials, double, ok};
use crate::{
    Budget, Client, Config, FixedCredentials, GraphError, HttpError, HttpSettings, Limits, Pace, ProxySetting,
    http_client,
};

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again() {
    let double = double([answer(200, r#"{"a":"#).cut_off(), ok(json!({ "a": 1 }))]).await;
    assert_eq!(double.client.get_json::<Value>("/x").await.unwrap(), json!({ "a": 1 }));

    let double = super::double::double((0..9).map(|_| answer(200, "{}").cut_off())).await;
    let error = double.client.get_json::<Value>("/x").await.unwrap_err();
    assert!(matches!(error, GraphError::Broken { .. }), "{error}");
    assert_eq!(double.asked().len(), 5);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_broken() {
    let double = double([answer(200, "[]".repeat(100))]).await;
    let (http, env) = (http_client(&direct()).unwrap(), kernel::Env::system());
    let host = double.base.trim_end_matches("/v1.0").to_owned();
    let cloud = Cloud::Custom { login: host.clone(), graph: host };
    let provider = Arc::new(FixedCredentials::one(credentials("s")));
    let budget = Arc::new(Budget::new(Limits::SMALL, Pace::virtual_time().0));
    let client = Client::new(Config { body_limit: 100, ..Config::new(http, env, cloud, provider, budget) }).unwrap();
    let error = client.get_json::<Value>("/x").await.unwrap_err();
    assert!(error.to_string().contains("longer than 100 bytes"), "{error}");
}

#[tokio::test]
async fn nobody_at_home_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let double = double([]).await;
    let host = double.base.trim_end_matches("/v1.0").to_owned();
    let cloud = Cloud::Custom { login: host, graph: nowhere };
    let provider = Arc::new(FixedCredentials::one(credentials("s")));
    let budget = Arc::new(Budget::new(Limits::SMALL, Pace::virtual_time().0));
    let http = http_client(&direct()).unwrap();
    let client = Client::new(Config::new(http, kernel::Env::system(), cloud, provider, budget)).unwrap();
    let error = client.get_json::<Value>("/x").await.unwrap_err();
    assert!(matches!(error, GraphError::Unreachable { .. }) && error.try_again(), "{error}");
}

#[tokio::test]
async fn cancelling_ends_a_call() {
    let double = double([ok(json!({}))]).await;
    let stop = CancellationToken::new();
    let client = double.client.with_cancel(stop.clone());
    client.get_json::<Value>("/x").await.unwrap();
    stop.cancel();
    let error = client.get_json::<Value>("/x").await.unwrap_err();
    assert!(matches!(error, GraphError::Cancelled) && !error.try_again());
    assert_eq!(double.asked().len(), 1);
}

#[test]
fn wrong_settings_are_named() {
    let proxy = ProxySetting::Through { url: "::".into(), except: String::new() };
    assert!(matches!(http_client(&HttpSettings { proxy, ..direct() }), Err(HttpError::Proxy(_))));
    let pem = Some("no certificate".to_owned());
    assert!(matches!(http_client(&HttpSettings { extra_ca_pem: pem, ..direct() }), Err(HttpError::NoAuthorities)));
}

#[tokio::test]
async fn a_proxy_is_used_except_where_it_is_not() {
    for (except, expected) in [("", vec!["GET http://127.0.0.1:9/x".to_owned()]), ("127.0.0.1", Vec::new())] {
        let double = double([]).await;
        let url = double.base.trim_end_matches("/v1.0").to_owned();
        let proxy = ProxySetting::Through { url, except: except.to_owned() };
        let http = http_client(&HttpSettings { proxy, ..direct() }).unwrap();
        // Nobody listens there: what is answered, the proxy answered.
        let _ = http.get("http://127.0.0.1:9/x").send().await;
        assert_eq!(double.lines(), expected, "{except}");
    }
}

fn direct() -> HttpSettings {
    HttpSettings { proxy: ProxySetting::Direct, ..HttpSettings::default() }
}
