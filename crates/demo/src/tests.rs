//! The demo as tools start it.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::time::Duration;

use clap::Parser as _;
use reqwest::Client;
use serde_json::Value;

use crate::{Arguments, Demo, ready, start};

fn arguments(more: &[&str]) -> Arguments {
    let anywhere: &[&str] = if more.contains(&"--emulator") { &[] } else { &["--emulator", "127.0.0.1:0"] };
    let usual = ["vestibule-demo", "--listen", "127.0.0.1:0", "--users", "40", "--groups", "8", "--quiet-directory"];
    Arguments::parse_from(usual.iter().chain(anywhere).chain(more))
}

async fn begin(more: &[&str]) -> Demo {
    // An error only says that a provider was installed before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    within(Box::pin(start(&arguments(more)))).await.unwrap()
}

async fn end(demo: Demo) {
    within(demo.stop()).await.unwrap();
}

/// Nothing here takes long; what does is stuck, and should say so.
async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(3), work).await.unwrap()
}

fn client(demo: &Demo) -> Client {
    let authority = demo.ca_file.as_ref().map(|file| std::fs::read(file).unwrap());
    let certificates = authority.map(|pem| reqwest::Certificate::from_pem(&pem).unwrap());
    Client::builder().timeout(Duration::from_secs(30)).tls_certs_merge(certificates).no_proxy().build().unwrap()
}

async fn runs(demo: &Demo) -> Vec<Value> {
    let ready = ready::json(demo);
    let url = format!("{}/api/v1/dirsync/runs", ready["server"]["url"].as_str().unwrap());
    let answer =
        client(demo).get(url).bearer_auth(ready["server"]["api_token"].as_str().unwrap()).send().await.unwrap();
    let page: Value = answer.error_for_status().unwrap().json().await.unwrap();
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_organisation_has_arrived_and_the_token_opens_the_api() {
    let demo = begin(&[]).await;
    assert!(demo.user_count >= 30, "{}", demo.user_count);
    let runs = runs(&demo).await;
    assert_eq!(runs.last().unwrap()["state"], "done");
    assert_eq!(runs.last().unwrap()["decision"], "allowed");
    let ready = ready::json(&demo);
    for key in ["url", "authority", "graph", "tenant_id", "client_id", "client_secret", "admin_url"] {
        assert!(ready["emulator"][key].is_string(), "{key} is missing in {ready}");
    }
    assert!(ready::banner(&demo).contains(&demo.password));
    end(demo).await;
}

async fn notifications(demo: &Demo) -> Value {
    let ready = ready::json(demo);
    let text = |name: &str| ready["server"][name].as_str().unwrap().to_owned();
    let url = format!("{}/api/v1/dirsync/sources/{}", text("url"), text("tenant"));
    let answer = client(demo).get(url).bearer_auth(text("api_token")).send().await.unwrap();
    answer.error_for_status().unwrap().json::<Value>().await.unwrap()["notifications"].clone()
}

#[tokio::test]
async fn the_local_entra_tells_of_changes_by_http_and_by_https() {
    for more in [&[][..], &["--tls"]] {
        let demo = begin(more).await;
        let shown = notifications(&demo).await;
        assert_eq!(shown["state"], "on", "{more:?}: {shown:#}");
        end(demo).await;
    }
}

#[tokio::test]
async fn a_second_organisation_is_pushed_to() {
    let demo = begin(&[]).await;
    let ready = ready::json(&demo);
    let scim = |name: &str| ready["scim"][name].as_str().unwrap().to_owned();
    for kind in ["Users", "Groups"] {
        let url = format!("{}{kind}", scim("base_url"));
        let answer = client(&demo).get(url).bearer_auth(scim("token")).send().await.unwrap();
        let list: Value = answer.error_for_status().unwrap().json().await.unwrap();
        assert!(list["totalResults"].as_u64().unwrap() > 5, "{kind}: {list}");
    }
    assert!(ready::banner(&demo).contains(&scim("base_url")));
    assert!(ready["scim"]["operator"]["password"].is_string());
    end(demo).await;
}

#[tokio::test]
async fn with_tls_both_sides_are_trusted_by_one_authority() {
    let demo = begin(&["--tls"]).await;
    assert!(demo.url.starts_with("https://") && demo.emulator.base_url.starts_with("https://"));
    assert!(!runs(&demo).await.is_empty());
    end(demo).await;
}

#[tokio::test]
async fn a_kept_folder_goes_on_with_the_same_password() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let first = begin(&["--data", data]).await;
    let (password, emulator) = (first.password.clone(), first.emulator.addr.to_string());
    end(first).await;
    let second = begin(&["--data", data, "--emulator", &emulator]).await;
    assert_eq!(second.password, password);
    assert_eq!(runs(&second).await.iter().filter(|run| run["kind"] == "full").count(), 1);
    end(second).await;
}
