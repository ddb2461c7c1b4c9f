//! The sign-in log, as administrators and Graph tell it.

use super::*;
use crate::config::DEFAULT_PERMISSIONS;
use crate::sign_in::agent;

async fn readable() -> Probe {
    let probe = Probe::with(|options| {
        options.permissions =
            DEFAULT_PERMISSIONS.iter().chain(&["AuditLog.Read.All"]).map(|name| (*name).to_owned()).collect();
    });
    let ada = json!({ "userPrincipalName": ADA, "displayName": "Ada Lovelace" });
    probe.admin("POST", "/tenants/default/users", ada).await;
    register(&probe, json!({ "redirect_uris": [CALLBACK] })).await;
    probe
}

async fn signs_in(probe: &Probe, query: &str) -> Answer {
    probe.graph("GET", &format!("/auditLogs/signIns{query}"), Value::Null).await
}

#[tokio::test]
async fn an_account_itself_decides_what_is_said_of_its_password() {
    let probe = office().await;
    let last = async || probe.admin("GET", "/tenants/default/sign-ins?limit=1", Value::Null).await.json()[0].clone();
    let browser = Browser::new(&probe);
    let page = browser.get(&address("contoso.com", &[])).await;
    for _ in 0..10 {
        browser.enter(&page, ADA, "guess").await;
    }
    assert_eq!((&last().await["code"], &last().await["steps"][0]["succeeded"]), (&json!(50126), &json!(false)));
    browser.enter(&page, ADA, PASSWORD).await;
    assert_eq!((&last().await["code"], &last().await["steps"]), (&json!(50053), &json!([])), "nobody looked at it");
    probe.hand.advance(std::time::Duration::from_secs(61));
    probe.admin("PATCH", &format!("/tenants/default/users/{ADA}"), json!({ "accountEnabled": false })).await;
    browser.enter(&page, ADA, PASSWORD).await;
    assert_eq!((&last().await["code"], &last().await["steps"][0]["succeeded"]), (&json!(50057), &json!(true)));
}

#[tokio::test]
async fn an_entry_names_the_api_and_the_browser() {
    let probe = readable().await;
    let api = "0a0b0c0d-0000-4000-8000-000000000004";
    let order = json!({ "client_id": api, "identifier_uris": ["api://harbour"], "display_name": "Harbour" });
    probe.admin("POST", "/tenants/default/apps", order).await;
    let browser = Browser::new(&probe);
    browser.call_itself("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91");
    sign_in(&browser, &[("scope", "openid api://harbour/Ships.Read")]).await;
    let entry = signs_in(&probe, "").await.json()["value"][0].clone();
    for (path, expected) in [
        ("/resourceDisplayName", json!("Harbour")),
        ("/resourceId", json!(api)),
        ("/deviceDetail/browser", json!("Edge 120")),
        ("/deviceDetail/operatingSystem", json!("Windows 10")),
        ("/status/failureReason", Value::Null),
        ("/status/errorCode", json!(0)),
    ] {
        assert_eq!(entry.pointer(path), Some(&expected), "{path}: {entry}");
    }
    assert!(entry["userAgent"].as_str().is_some_and(|agent| agent.contains("Edg/")));
}

#[tokio::test]
async fn entries_come_in_the_order_asked_for_and_nothing_asked_is_ignored() {
    let probe = readable().await;
    for _ in 0..3 {
        sign_in(&Browser::new(&probe), &[]).await;
        probe.hand.advance(std::time::Duration::from_mins(1));
    }
    let times = async |query: &str| {
        let all = signs_in(&probe, query).await.json()["value"].as_array().unwrap().clone();
        all.iter().map(|entry| entry["createdDateTime"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let youngest_first = times("").await;
    assert!(youngest_first.is_sorted_by(|one, next| one > next), "{youngest_first:?}");
    assert_eq!(times("?$orderby=createdDateTime desc").await, youngest_first);
    let oldest_first: Vec<_> = youngest_first.into_iter().rev().collect();
    assert_eq!(times("?$orderby=createdDateTime").await, oldest_first);
    for refused in [
        "?$orderby=userId",
        "?$orderby=createdDateTime sideways",
        "?$filter=appliedConditionalAccessPolicies/any(c:c/id eq 'x')",
    ] {
        assert_eq!(signs_in(&probe, refused).await.status, StatusCode::BAD_REQUEST, "{refused}");
    }
    let elsewhere = probe.graph("GET", "/applications?$orderby=displayName", Value::Null).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST, "{}", elsewhere.text);
}

#[test]
fn browsers_and_systems_are_told_apart() {
    for (name, browser, system) in [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", "Firefox 121", "Linux"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
            "Safari 17",
            "MacOs",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36",
            "Chrome 119",
            "Android",
        ),
        ("curl/8.5", "", ""),
        ("", "", ""),
    ] {
        assert_eq!((agent::browser(name).as_str(), agent::system(name)), (browser, system), "{name}");
    }
}
