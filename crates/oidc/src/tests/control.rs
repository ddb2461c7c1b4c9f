//! Which claims a custom control asks for, and where its answer goes.

use serde_json::json;

use crate::cloud::custom_control_redirect;
use crate::{Authority, Cloud, WantedError, claims_asked};

#[test]
fn the_claims_come_with_the_values_that_will_do() {
    let claims = json!({ "id_token": {
        "OldMfa": { "essential": true, "value": "MfaDone" }, "Level": { "values": ["2", 3, "4"] }, "Any": null,
        "Some": { "essential": true, "value": null, "values": null }, "Number": { "value": 7 },
    } });
    let asked = claims_asked(&claims.to_string()).unwrap();
    let told: Vec<_> = asked.iter().map(|(name, values)| (name.as_str(), values.as_deref())).collect();
    let text = |text: &[&str]| -> Vec<String> { text.iter().map(|text| (*text).to_owned()).collect() };
    let (done, levels) = (text(&["MfaDone"]), text(&["2", "4"]));
    assert_eq!(
        told,
        [
            ("Any", None),
            ("Level", Some(levels.as_slice())),
            ("Number", Some([].as_slice())),
            ("OldMfa", Some(done.as_slice())),
            ("Some", None),
        ]
    );
}

#[test]
fn what_asks_for_no_claim_is_refused() {
    let long = format!("{{\"x\":\"{}\"}}", "a".repeat(9_000));
    for (claims, error) in [
        ("", WantedError::NotAnObject),
        ("[]", WantedError::NotAnObject),
        ("{}", WantedError::NoClaim),
        (r#"{"id_token":{}}"#, WantedError::NoClaim),
        (r#"{"id_token":["OldMfa"]}"#, WantedError::NoClaim),
        (r#"{"userinfo":{"OldMfa":{"value":"MfaDone"}}}"#, WantedError::NoClaim),
        (long.as_str(), WantedError::TooLong),
    ] {
        assert_eq!(claims_asked(claims), Err(error), "{claims:.60}");
    }
}

#[test]
fn each_cloud_takes_the_answers_of_custom_controls_beside_those_of_external_mfa() {
    let hosts = ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];
    for (cloud, host) in Cloud::NAMED.iter().zip(hosts) {
        let external = Authority::of(cloud).unwrap().external_mfa_redirect();
        let control = custom_control_redirect(external.as_str()).unwrap();
        assert_eq!(control.as_str(), format!("https://{host}/common/federation/OAuth2ClaimsProvider"));
    }
    assert_eq!(custom_control_redirect("https://outside.example").unwrap().path(), "/OAuth2ClaimsProvider");
    assert_eq!(custom_control_redirect("nowhere"), None);
}
