//! The section `[web]`, told in sentences.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::time::Duration;

use kernel::Env;

use super::Config;
use crate::Gate;
use crate::testing::csrf_key;

fn config(json: &str) -> Config {
    serde_json::from_str(json).unwrap()
}

#[test]
fn the_defaults_are_in_order_and_stay_on_this_machine() {
    let config = config("{}");
    assert_eq!(config.validate(), Vec::<String>::new());
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(format!("{:?}", config.exposure().unwrap()), "Loopback");
}

#[test]
fn what_is_wrong_is_said_in_sentences() {
    fn check(json: &str, part: &str) {
        let wrong = config(json).validate().join("\n");
        assert!(wrong.contains(part), "{json}: {wrong}");
    }
    check(r#"{"listen":"0.0.0.0:80"}"#, "web.listen is plain HTTP that others can reach");
    check(r#"{"listen":"[::ffff:192.0.2.1]:80"}"#, "web.listen is plain HTTP that others can reach");
    check(r#"{"tls_certificate_file":"a"}"#, "go together");
    check(r#"{"metrics":"token"}"#, "needs web.metrics_token");
    check(r#"{"metrics":"token","metrics_token":"a","metrics_token_file":"b"}"#, "keep one");
    check(r#"{"public_url":"vestibule.example"}"#, "web.public_url must be like");
    check(r#"{"public_url":"https://vestibule.example/app"}"#, "web.public_url must be like");
    check(r#"{"connections":0}"#, "must be at least 1");
}

#[test]
fn an_open_address_is_fine_with_tls_or_a_proxy() {
    for json in [
        r#"{"listen":"0.0.0.0:443","tls_certificate_file":"a","tls_key_file":"b"}"#,
        r#"{"listen":"0.0.0.0:80","trusted_proxies":["10.0.0.5"]}"#,
        r#"{"listen":"[::1]:80"}"#,
    ] {
        assert_eq!(config(json).validate(), Vec::<String>::new(), "{json}");
    }
}

#[test]
fn unknown_keys_and_wrong_networks_are_refused_by_name() {
    let error = |json: &str| serde_json::from_str::<Config>(json).unwrap_err().to_string();
    assert!(error(r#"{"lisen":"127.0.0.1:1"}"#).contains("unknown field `lisen`"));
    assert!(error(r#"{"trusted_proxies":["ten"]}"#).contains("\"ten\" is not an address or a network"));
}

#[test]
fn settings_reach_the_server_and_the_layers() {
    let config = config(
        r#"{"listen":"127.0.0.1:0","tls_certificate_file":"a","tls_key_file":"b","request_timeout_seconds":7,
            "public_url":"https://vestibule.example/","requests_per_second":0,"shutdown_seconds":3}"#,
    );
    let serve = config.serve_settings();
    assert_eq!((serve.tls.unwrap().key.to_str(), serve.patience), (Some("b"), Duration::from_secs(3)));
    let layers = config.layer_settings(Env::system(), Gate::closed(csrf_key()));
    assert_eq!(layers.origin.as_deref(), Some("https://vestibule.example"));
    assert_eq!((layers.timeout, layers.rate.is_none()), (Duration::from_secs(7), true));
}
