//! Entra's side, spoilt one thing at a time: tables.

use serde_json::{Value, json};
use tenants::checklist::{Line, LineResult};
use uuid::Uuid;

use super::{Principal, Wanted, method, portal, principal};
use crate::method::Method;
use crate::method::application::Needs;

const APP: &str = "a85b8f65-3f0f-4b6b-8f4b-0e7b3d1c9a10";
const DISCOVERY: &str = "https://mfa.example/mfa/t1/.well-known/openid-configuration";
const ENDPOINT: &str = "https://mfa.example/mfa/t1/authorize";

fn wanted() -> Wanted {
    Wanted {
        app_id: APP.into(),
        client_id: "vestibule-1".into(),
        discovery_url: DISCOVERY.into(),
        authorization_endpoint: ENDPOINT.into(),
    }
}

fn external(change: impl FnOnce(&mut Value)) -> Vec<Method> {
    let mut value = json!({
        "@odata.type": "#microsoft.graph.externalAuthenticationMethodConfiguration", "id": "m1",
        "displayName": "Vestibule", "state": "enabled", "appId": APP,
        "openIdConnectSetting": { "clientId": "vestibule-1", "discoveryUrl": DISCOVERY },
        "includeTargets": [{ "targetType": "group", "id": "all_users" }], "excludeTargets": [],
    });
    change(&mut value);
    let built_in = json!({ "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration", "id": "Fido2" });
    [built_in, value].iter().filter_map(Method::read).collect()
}

fn results(lines: &[Line]) -> Vec<(String, LineResult)> {
    lines.iter().map(|line| (line.name.to_string(), line.result)).collect()
}

fn one<'l>(lines: &'l [Line], name: &str) -> &'l Line {
    lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("no {name}: {lines:?}"))
}

#[test]
fn a_method_that_is_as_it_must_be_passes() {
    let lines = method(&external(|_| ()), &wanted());
    let names = ["method", "method_values", "method_enabled"].map(|name| (name.to_owned(), LineResult::Ok));
    assert_eq!(results(&lines), names);
}

#[test]
fn each_fault_of_the_method_is_told() {
    type Spoil = fn(&mut Value);
    let cases: [(&str, Option<&str>, Spoil); 6] = [
        ("method_values", Some("AADSTS900491"), |method| method["appId"] = json!(Uuid::nil())),
        ("method_values", Some("AADSTS5001256"), |method| method["openIdConnectSetting"]["clientId"] = json!("other")),
        ("method_values", Some("AADSTS50166"), |method| {
            method["openIdConnectSetting"]["discoveryUrl"] =
                json!("https://mfa.example/mfa/t1//.well-known/openid-configuration");
        }),
        ("method_enabled", None, |method| method["state"] = json!("disabled")),
        ("method_enabled", None, |method| method["includeTargets"] = json!([])),
        ("method", None, |method| {
            method["openIdConnectSetting"] = json!({ "clientId": "duo", "discoveryUrl": "https://duo.example" });
            method["appId"] = json!(Uuid::nil());
        }),
    ];
    for (name, code, spoil) in cases {
        let lines = method(&external(spoil), &wanted());
        let line = one(&lines, name);
        assert_eq!((line.result, line.code.as_deref()), (LineResult::Fail, code), "{line:?}");
        assert!(line.mend.is_some());
    }
    assert_eq!(one(&method(&[], &wanted()), "method_enabled").result, LineResult::Skipped);
}

#[test]
fn the_application_must_take_people_back_to_us() {
    let found = |urls: &[&str], enabled| Principal {
        name: "Vestibule".into(),
        enabled,
        reply_urls: urls.iter().map(|url| (*url).to_owned()).collect(),
    };
    let cases = [
        (Some(found(&[ENDPOINT], true)), LineResult::Ok, LineResult::Ok),
        (Some(found(&["https://mfa.example/mfa/t1"], true)), LineResult::Ok, LineResult::Ok),
        (Some(found(&["https://mfa.example/mfa/t2"], true)), LineResult::Ok, LineResult::Fail),
        (Some(found(&["https://mfa.example/mfa/t1/authorize/more"], true)), LineResult::Ok, LineResult::Fail),
        (Some(found(&[""], true)), LineResult::Ok, LineResult::Fail),
        (Some(found(&[], true)), LineResult::Ok, LineResult::Fail),
        (Some(found(&[ENDPOINT], false)), LineResult::Fail, LineResult::Ok),
        (None, LineResult::Fail, LineResult::Skipped),
    ];
    for (principal_found, application, reply_url) in cases {
        let lines = principal(principal_found.as_ref(), &wanted());
        let expected = [("application".to_owned(), application), ("reply_url".to_owned(), reply_url)];
        assert_eq!(results(&lines), expected, "{principal_found:?}");
    }
}

#[test]
fn the_portal_needs_its_way_back_and_the_time_of_the_sign_in() {
    use LineResult::{Ok, Skipped, Warn};
    const BACK: &str = "https://mfa.example/me/callback";
    let needs = Needs {
        app_id: APP.into(),
        reply_urls: vec![BACK.into()],
        id_token_claims: vec!["auth_time".into()],
        of_method: false,
    };
    let found = |urls: &[&str], claims: Value| {
        Some(json!({
            "displayName": "Vestibule", "web": { "redirectUris": urls }, "optionalClaims": { "idToken": claims },
        }))
    };
    let fresh = json!([{ "name": "upn" }, { "name": "auth_time" }]);
    let cases = [
        (found(&["https://else.example", BACK], fresh.clone()), Ok, Ok),
        (found(&["https://mfa.example/me"], fresh.clone()), Warn, Ok),
        (found(&[], fresh), Warn, Ok),
        (found(&[BACK], json!([{ "name": "upn" }])), Ok, Warn),
        (found(&[BACK], Value::Null), Ok, Warn),
        (Some(json!({ "displayName": "Vestibule" })), Warn, Warn),
        (None, Skipped, Skipped),
    ];
    for (application, reply, claim) in cases {
        let lines = portal(application.as_ref(), &needs);
        let expected = [("portal_reply_url".to_owned(), reply), ("portal_auth_time".to_owned(), claim)];
        assert_eq!(results(&lines), expected, "{application:?}");
        for line in lines.iter().filter(|line| line.result == Warn) {
            assert!(line.mend.as_ref().is_some_and(|mend| mend.contains("Vestibule")), "{line:?}");
        }
    }
}
