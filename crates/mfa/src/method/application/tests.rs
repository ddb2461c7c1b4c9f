//! What applications must hold, what is missing in them, and the scripts: tables.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use oidc::Cloud;
use serde_json::{Value, json};

use super::{AUTH_TIME, Needs, az, missing, needs, powershell};

const OURS: &str = "a85b8f65-3f0f-4b6b-8f4b-0e7b3d1c9a10";
const OTHER: &str = "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa";
const AUTHORIZE: &str = "https://mfa.example/mfa/t1/authorize";
const BACK: &str = "https://mfa.example/me/callback";

fn one() -> Needs {
    needs((OURS, AUTHORIZE), (OURS.to_uppercase().as_str(), BACK)).pop().unwrap()
}

#[test]
fn one_application_holds_all_of_it_and_two_hold_each_their_part() {
    let together = needs((OURS, AUTHORIZE), (OURS, BACK));
    assert_eq!(together.len(), 1);
    assert_eq!(together[0].reply_urls, [AUTHORIZE, BACK]);
    assert!(together[0].of_method && together[0].id_token_claims == [AUTH_TIME]);
    let apart = needs((OTHER, AUTHORIZE), (OURS, BACK));
    let each: Vec<_> = apart.iter().map(|one| (one.app_id.as_str(), one.reply_urls.concat(), one.of_method)).collect();
    assert_eq!(each, [(OTHER, AUTHORIZE.to_owned(), true), (OURS, BACK.to_owned(), false)]);
    assert!(apart[0].id_token_claims.is_empty() && apart[1].id_token_claims == [AUTH_TIME]);
}

#[test]
fn what_is_missing_is_added_and_what_is_there_stays() {
    let upn = json!({ "name": "upn", "essential": true });
    let fresh = json!({ "name": "auth_time", "essential": false });
    let cases: [(Value, &[&str], Value); 5] = [
        (
            json!({ "web": { "redirectUris": [] }, "optionalClaims": null }),
            &[AUTHORIZE, BACK, AUTH_TIME],
            json!({ "web": { "redirectUris": [AUTHORIZE, BACK] }, "optionalClaims": { "idToken": [fresh] } }),
        ),
        (
            json!({ "web": { "redirectUris": ["https://else.example/", AUTHORIZE] },
                    "optionalClaims": { "idToken": [upn], "accessToken": [upn] } }),
            &[BACK, AUTH_TIME],
            json!({ "web": { "redirectUris": ["https://else.example/", AUTHORIZE, BACK] },
                    "optionalClaims": { "idToken": [upn, fresh], "accessToken": [upn] } }),
        ),
        (
            json!({ "web": { "redirectUris": [BACK, AUTHORIZE] }, "optionalClaims": { "idToken": [] } }),
            &[AUTH_TIME],
            json!({ "optionalClaims": { "idToken": [fresh] } }),
        ),
        (
            json!({ "web": { "redirectUris": [BACK] }, "optionalClaims": { "idToken": [fresh] } }),
            &[AUTHORIZE],
            json!({ "web": { "redirectUris": [BACK, AUTHORIZE] } }),
        ),
        (
            json!({}),
            &[AUTHORIZE, BACK, AUTH_TIME],
            json!({ "web": { "redirectUris": [AUTHORIZE, BACK] },
            "optionalClaims": { "idToken": [fresh] } }),
        ),
    ];
    for (found, added, change) in cases {
        let wanted = (added.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>(), change);
        assert_eq!(missing(&found, &one()), Some(wanted), "{found}");
    }
    let whole = json!({ "web": { "redirectUris": [AUTHORIZE, BACK, "https://else.example/"] },
                        "optionalClaims": { "idToken": [upn, fresh] } });
    assert_eq!(missing(&whole, &one()), None);
}

#[test]
fn scripts_hold_both_addresses_and_the_claim_and_nothing_that_was_typed() {
    for all in [needs((OURS, AUTHORIZE), (OURS, BACK)), needs((OTHER, AUTHORIZE), (OURS, BACK))] {
        for text in [powershell(&Cloud::Global, &all), az(&Cloud::Global, &all)] {
            for said in [AUTHORIZE, BACK, AUTH_TIME, OURS] {
                assert!(text.contains(said), "{said} is not in {text}");
            }
        }
    }
    let hostile = needs(("x'; Remove-Item / #$(rm)", AUTHORIZE), (OURS, BACK));
    for text in [powershell(&Cloud::UsGovernment, &hostile), az(&Cloud::UsGovernment, &hostile)] {
        assert!(!text.contains("rm)") && !text.contains("Remove-Item") && text.contains("APP_ID"), "{text}");
        assert!(text.contains("USGov") || text.contains("AzureUSGovernment"), "{text}");
    }
}
