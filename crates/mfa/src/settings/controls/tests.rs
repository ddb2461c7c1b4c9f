//! Which claims of custom controls are answered, and which can be named at all.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use oidc::claims_asked;
use serde_json::{Value, json};

use super::CustomControls;

fn controls(claims: &[&str]) -> CustomControls {
    CustomControls { enabled: true, claims: claims.iter().map(|claim| (*claim).to_owned()).collect() }
}

#[test]
fn what_is_asked_is_answered_by_what_was_named_and_by_nothing_else() {
    let all = controls(&["OldMfa=MfaDone", "Level=2", "Level=3", "Address=https://a.example/?b=c"]);
    let cases: [(Value, Result<Value, &str>); 10] = [
        (json!({ "OldMfa": { "essential": true, "value": "MfaDone" } }), Ok(json!({ "OldMfa": "MfaDone" }))),
        (json!({ "OldMfa": null }), Ok(json!({ "OldMfa": "MfaDone" }))),
        (json!({ "Level": { "values": ["3", "4"] } }), Ok(json!({ "Level": "3" }))),
        (json!({ "Level": null, "OldMfa": {} }), Ok(json!({ "Level": "2", "OldMfa": "MfaDone" }))),
        (json!({ "Address": {} }), Ok(json!({ "Address": "https://a.example/?b=c" }))),
        (json!({ "OldMfa": { "value": "More" } }), Err("OldMfa")),
        (json!({ "OldMfa": { "value": 7 } }), Err("OldMfa")),
        (json!({ "oldmfa": null }), Err("oldmfa")),
        (json!({ "OldMfa": null, "Role": { "value": "admin" } }), Err("Role")),
        (json!({ "acr": { "values": ["possession"] } }), Err("acr")),
    ];
    for (asked, expected) in cases {
        let said = all.answers(&claims_asked(&json!({ "id_token": asked }).to_string()).unwrap());
        let said = said.map(|said| serde_json::to_value(said).unwrap());
        assert_eq!(said, expected.map_err(str::to_owned), "{asked}");
    }
}

#[test]
fn claims_are_named_as_type_and_value_and_none_that_means_something_else() {
    let long = format!("OldMfa={}", "x".repeat(200));
    let many: Vec<String> = (0..21).map(|number| format!("Claim{number}=1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (claims, why) in [
        (&["OldMfa=MfaDone", "Level=2", "Level=3"][..], ""),
        (&[], "must name what is answered"),
        (&["OldMfa"], "no Type=Value"),
        (&["=MfaDone"], "no Type=Value"),
        (&["OldMfa="], "no Type=Value"),
        (&["Old Mfa=MfaDone"], "no Type=Value"),
        (&["OldMfa=Mfa\nDone"], "no Type=Value"),
        (&[long.as_str()], "no Type=Value"),
        (&["sub=somebody"], "no custom control may ask"),
        (&["AMR=mfa"], "no custom control may ask"),
        (&many, "at most 20"),
    ] {
        let said = controls(claims).validate().map_err(|error| error.to_string());
        match said {
            Ok(()) => assert!(why.is_empty(), "{claims:?} is taken"),
            Err(said) => assert!(!why.is_empty() && said.contains(why), "{claims:?}: {said}"),
        }
    }
    assert!(CustomControls::default().validate().is_ok() && !CustomControls::default().enabled, "off at first");
}
