//! Which of a tenant's methods is ours.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::json;

use super::{Method, TYPE, ours};
use crate::doctor::entras::Wanted;

#[test]
fn a_method_of_another_server_with_our_application_is_not_ours() {
    let method = |id: &str, discovery_url: &str| {
        Method::read(&json!({
            "@odata.type": TYPE, "id": id, "displayName": id, "state": "enabled", "appId": "app",
            "openIdConnectSetting": { "clientId": "entra", "discoveryUrl": discovery_url },
        }))
        .unwrap()
    };
    let (test, production) = (method("test", "https://test.example/d"), method("production", "https://mfa.example/d"));
    let wanted = Wanted {
        app_id: "app".to_owned(),
        client_id: "entra".to_owned(),
        discovery_url: "https://mfa.example/d".to_owned(),
        authorization_endpoint: "https://mfa.example/authorize".to_owned(),
    };
    let found = |all: &[Method]| ours(all, &wanted).map(|method| method.id.clone());
    assert_eq!(found(&[test.clone(), production]), Some("production".to_owned()));
    assert_eq!(found(&[test]), None, "neither its application nor its client id makes it ours");
}
