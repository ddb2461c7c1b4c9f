//! The authentication methods policy and people's methods through Graph.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use http::StatusCode;
use serde_json::{Value, json};

use crate::config::DEFAULT_PERMISSIONS;
use crate::probe::Probe;

const SET: &str = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations";
const ADA: &str = "ada@contoso.com";

async fn office(further: &[&str]) -> Probe {
    let permissions: Vec<String> = DEFAULT_PERMISSIONS.iter().chain(further).map(|name| (*name).to_owned()).collect();
    let probe = Probe::with(move |options| options.permissions = permissions);
    probe.admin("POST", "/tenants/default/users", json!({ "userPrincipalName": ADA })).await;
    probe
}

fn body(app_id: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.externalAuthenticationMethodConfiguration", "displayName": "Example MFA",
        "state": "disabled", "appId": app_id,
        "openIdConnectSetting": { "clientId": "entra-42", "discoveryUrl": "https://mfa.example/t/42/.well-known/openid-configuration" },
        "includeTargets": [{ "targetType": "group", "id": "all_users" }],
    })
}

#[tokio::test]
async fn an_external_method_lives_in_graph() {
    let probe = office(&["Policy.ReadWrite.AuthenticationMethod"]).await;
    let app = probe.admin("POST", "/tenants/default/apps", json!({ "display_name": "Provider" })).await.json();
    let app_id = app["client_id"].as_str().unwrap().to_owned();
    let mut early = body(&app_id);
    early["state"] = json!("enabled");
    assert_eq!(probe.graph("POST", SET, early).await.status, StatusCode::BAD_REQUEST, "nobody has consented yet");
    let made = probe.graph("POST", SET, body(&app_id)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    assert_eq!(
        made["includeTargets"],
        json!([{ "targetType": "group", "id": "all_users", "isRegistrationRequired": false }])
    );
    assert_eq!(made["excludeTargets"], json!([]));
    let path = format!("{SET}/{}", made["id"].as_str().unwrap());
    let left_out = json!({ "excludeTargets": [{ "targetType": "group", "id": "g", "isRegistrationRequired": true }] });
    assert_eq!(probe.graph("PATCH", &path, left_out).await.status, StatusCode::NO_CONTENT);
    let shown = probe.graph("GET", &path, Value::Null).await.json()["excludeTargets"].clone();
    assert_eq!(shown, json!([{ "targetType": "group", "id": "g" }]), "they have no registration to require");
    let on = json!({ "@odata.type": made["@odata.type"], "state": "enabled" });
    assert_eq!(probe.graph("PATCH", &path, on.clone()).await.status, StatusCode::BAD_REQUEST);
    probe.admin("POST", &format!("/tenants/default/apps/{app_id}/consent"), json!({})).await;
    assert_eq!(probe.graph("PATCH", &path, on).await.status, StatusCode::NO_CONTENT);
    assert_eq!(probe.graph("PATCH", &path, json!({ "displayName": "Another" })).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(probe.graph("POST", SET, body(&app_id)).await.status, StatusCode::BAD_REQUEST, "the name is taken");
    assert_eq!(probe.graph("GET", &path, Value::Null).await.json()["state"], "enabled");
    let policy = probe.graph("GET", "/policies/authenticationMethodsPolicy", Value::Null).await.json();
    let all = policy["authenticationMethodConfigurations"].as_array().unwrap();
    assert!(
        ["Fido2", "QRCodePin"].iter().all(|id| all.iter().any(|one| one["id"] == *id))
            && all.iter().any(|one| one["displayName"] == "Example MFA")
    );
    assert_eq!(
        probe.graph("PATCH", &format!("{SET}/sms"), json!({ "state": "enabled" })).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(probe.graph("GET", &format!("{SET}/Sms"), Value::Null).await.json()["state"], "enabled");
    assert_eq!(probe.graph("DELETE", &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(probe.graph("GET", &path, Value::Null).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_discovery_address_must_have_its_form() {
    let probe = office(&["Policy.ReadWrite.AuthenticationMethod"]).await;
    for address in [
        "https://mfa.example/",
        "https://mfa.example/.well-known/openid-configuration?client_id=x",
        "https://mfa.example/.well-known/openid-configuration#x",
        "https://mfa.example/.well-known/openid-configuration/",
        "ftp://mfa.example/.well-known/openid-configuration",
        "mfa.example/.well-known/openid-configuration",
    ] {
        let mut wrong = body("0a0b0c0d-0000-4000-8000-0000000000ee");
        wrong["openIdConnectSetting"]["discoveryUrl"] = json!(address);
        assert_eq!(probe.graph("POST", SET, wrong).await.status, StatusCode::BAD_REQUEST, "{address}");
    }
}

#[tokio::test]
async fn phones_and_addresses_are_read_with_their_own_permissions() {
    let people = format!("/users/{ADA}/authentication");
    for (granted, phones, emails, all) in [
        (vec![], 403, 403, 403),
        (vec!["UserAuthMethod-Phone.Read.All"], 200, 403, 403),
        (vec!["UserAuthMethod-Email.Read.All"], 403, 200, 403),
        (vec!["UserAuthenticationMethod.Read.All"], 200, 200, 200),
    ] {
        let probe = office(&granted).await;
        let contact = json!({ "phones": { "mobile": "+46 701234567" }, "email": "ada@home.example" });
        assert_eq!(
            probe.admin("PUT", &format!("/tenants/default/users/{ADA}/methods"), contact).await.status,
            StatusCode::NO_CONTENT
        );
        let phone = probe.graph("GET", &format!("{people}/phoneMethods"), Value::Null).await;
        assert_eq!(phone.status, phones, "{granted:?}");
        if phones == 200 {
            let phone = phone.json()["value"][0].clone();
            assert_eq!(
                (&phone["phoneNumber"], &phone["phoneType"], &phone["id"]),
                (&json!("+46 701234567"), &json!("mobile"), &json!("3179e48a-750b-4051-897c-87b9720928f7"))
            );
        } else {
            assert_eq!(phone.json()["error"]["code"], "accessDenied");
        }
        let email = probe.graph("GET", &format!("{people}/emailMethods"), Value::Null).await;
        assert_eq!(email.status, emails, "{granted:?}");
        let list = probe.graph("GET", &format!("{people}/methods"), Value::Null).await;
        assert_eq!(list.status, all, "{granted:?}");
        if all == 200 {
            let kinds: Vec<_> =
                list.json()["value"].as_array().unwrap().iter().map(|one| one["@odata.type"].clone()).collect();
            assert_eq!(
                kinds,
                [
                    json!("#microsoft.graph.passwordAuthenticationMethod"),
                    json!("#microsoft.graph.phoneAuthenticationMethod"),
                    json!("#microsoft.graph.emailAuthenticationMethod")
                ]
            );
        }
    }
}

#[tokio::test]
async fn administrators_register_people_and_take_it_back() {
    let probe = office(&["UserAuthMethod-External.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All"]).await;
    let order = json!({ "display_name": "Example MFA", "client_id": "entra-42", "discovery_url": "https://mfa.example/.well-known/openid-configuration" });
    let made = probe.admin("POST", "/tenants/default/external-methods", order).await.json();
    let path = format!("/users/{ADA}/authentication/externalAuthenticationMethods");
    assert_eq!(
        probe.graph("POST", &path, json!({ "displayName": "Example MFA" })).await.status,
        StatusCode::BAD_REQUEST
    );
    let wanted = json!({ "configurationId": made["id"], "displayName": "Example MFA" });
    let registered = probe.graph("POST", &path, wanted.clone()).await;
    assert_eq!(registered.status, StatusCode::CREATED, "{}", registered.text);
    let registered = registered.json();
    assert_eq!(
        (&registered["@odata.type"], &registered["configurationId"]),
        (&json!("#microsoft.graph.externalAuthenticationMethod"), &made["id"])
    );
    assert_eq!(probe.graph("POST", &path, wanted).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(probe.graph("GET", &path, Value::Null).await.json()["value"].as_array().unwrap().len(), 1);
    let one = format!("{path}/{}", registered["id"].as_str().unwrap());
    assert_eq!(probe.graph("GET", &one, Value::Null).await.status, StatusCode::OK);
    assert_eq!(probe.graph("DELETE", &one, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(probe.graph("DELETE", &one, Value::Null).await.status, StatusCode::NOT_FOUND);

    let phones = format!("/users/{ADA}/authentication/phoneMethods");
    assert_eq!(
        probe.graph("POST", &phones, json!({ "phoneType": "mobile", "phoneNumber": "0701234567" })).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        probe.graph("POST", &phones, json!({ "phoneType": "mobile", "phoneNumber": "+46 701234567" })).await.status,
        StatusCode::CREATED
    );
    let mobile = format!("{phones}/3179e48a-750b-4051-897c-87b9720928f7");
    assert_eq!(
        probe.graph("PATCH", &mobile, json!({ "phoneNumber": "+46 709999999" })).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(probe.graph("GET", &mobile, Value::Null).await.json()["phoneNumber"], "+46 709999999");
    assert_eq!(probe.graph("DELETE", &mobile, Value::Null).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn there_is_one_address_for_resetting_a_password() {
    let probe = office(&["UserAuthenticationMethod.ReadWrite.All"]).await;
    let path = format!("/users/{ADA}/authentication/emailMethods");
    let only = format!("{path}/3ddfcfc8-9383-446f-83cc-3ab9be4be18f");
    let other = format!("{path}/28c10230-6103-485e-b985-444c60001490");
    let address = |name: &str| json!({ "emailAddress": format!("{name}@home.example") });
    for (method, path, body, expected) in [
        ("PATCH", &only, address("ada"), 404),
        ("DELETE", &only, Value::Null, 404),
        ("POST", &path, address("ada"), 201),
        ("POST", &path, address("second"), 400),
        ("PATCH", &other, address("other"), 404),
        ("DELETE", &other, Value::Null, 404),
        ("PATCH", &only, address("changed"), 204),
    ] {
        let answer = probe.graph(method, path, body).await;
        assert_eq!(answer.status.as_u16(), expected, "{method} {path}: {}", answer.text);
    }
    assert_eq!(probe.graph("GET", &only, Value::Null).await.json()["emailAddress"], "changed@home.example");
    let contact = format!("/tenants/default/users/{ADA}/methods");
    probe.admin("PUT", &contact, json!({ "phones": {} })).await;
    assert_eq!(probe.graph("GET", &only, Value::Null).await.status, StatusCode::OK, "what is not named stays");
    probe.admin("PUT", &contact, json!({ "email": null })).await;
    assert_eq!(probe.graph("GET", &only, Value::Null).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn methods_that_nobody_has_are_empty_lists() {
    let probe = office(&["UserAuthenticationMethod.Read.All"]).await;
    for kind in [
        "fido2Methods",
        "softwareOathMethods",
        "microsoftAuthenticatorMethods",
        "windowsHelloForBusinessMethods",
        "temporaryAccessPassMethods",
        "platformCredentialMethods",
    ] {
        let list = probe.graph("GET", &format!("/users/{ADA}/authentication/{kind}"), Value::Null).await;
        assert_eq!((list.status, &list.json()["value"]), (StatusCode::OK, &json!([])), "{kind}: {}", list.text);
        let one = probe.graph("GET", &format!("/users/{ADA}/authentication/{kind}/x"), Value::Null).await;
        assert_eq!(one.status, StatusCode::NOT_FOUND, "{kind}");
    }
    let unknown = probe.graph("GET", &format!("/users/{ADA}/authentication/goodWillMethods"), Value::Null).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_body_that_is_none_is_refused_as_graph_does() {
    let probe = office(&[
        "UserAuthenticationMethod.ReadWrite.All",
        "Policy.ReadWrite.AuthenticationMethod",
        "Policy.Read.All",
        "Policy.ReadWrite.ConditionalAccess",
    ])
    .await;
    let token = probe.token().await;
    let emails = format!("/users/{ADA}/authentication/emailMethods");
    for path in
        [emails.as_str(), SET, "/identity/conditionalAccess/policies", "/identity/conditionalAccess/namedLocations"]
    {
        for body in ["{", "[]", "text"] {
            let asked = crate::probe::request("POST", &format!("/v1.0{path}"))
                .header("authorization", format!("Bearer {token}"))
                .body(axum::body::Body::from(body))
                .unwrap();
            let refused = probe.send(asked).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path} {body}: {}", refused.text);
            assert_eq!(refused.json()["error"]["code"], "BadRequest", "{path} {body}");
        }
    }
}
