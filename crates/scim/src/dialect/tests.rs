//! Who speaks, told from calls as they are seen in the wild.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::json;

use super::{Dialect, Envelope, Sign, observe};

#[test]
fn dialects_are_told_apart() {
    let flagged = Envelope { query: Some("aadOptscim062020"), ..Envelope::default() };
    let bare = Envelope::default();
    let okta = Envelope { user_agent: Some("Okta SCIM Client 1.0.0"), ..bare };
    let curl = Envelope { user_agent: Some("curl/8"), ..bare };
    let adscim = Envelope { has_adscim_version: true, ..bare };
    let list = json!({ "Operations": [{ "op": "Remove", "path": "members", "value": [{ "value": "u" }] }] });
    let text = json!({ "Operations": [{ "op": "replace", "path": "active", "value": "False" }] });
    let pathless = json!({ "Operations": [{ "op": "replace", "value": { "name.givenName": "A" } }] });
    let plain = json!({ "Operations": [{ "op": "replace", "value": { "active": false } }] });
    let microsoft = json!({ "schemas": ["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"] });
    let cases = [
        (flagged, None, Dialect::EntraCompliant),
        (flagged, Some(&pathless), Dialect::EntraCompliant),
        (flagged, Some(&list), Dialect::EntraDefault),
        (bare, Some(&list), Dialect::EntraDefault),
        (bare, Some(&text), Dialect::EntraDefault),
        (bare, Some(&pathless), Dialect::EntraCompliant),
        (bare, Some(&microsoft), Dialect::EntraDefault),
        (adscim, None, Dialect::EntraDefault),
        (bare, None, Dialect::Other),
        (okta, Some(&plain), Dialect::Okta),
        (curl, Some(&pathless), Dialect::Other),
        (curl, Some(&plain), Dialect::Other),
    ];
    for (envelope, body, expected) in cases {
        let seen = observe(&envelope, body.map(|body| body.as_object().unwrap()));
        assert_eq!(seen.dialect, expected, "{envelope:?} {body:?} {seen:?}");
    }
    let seen = observe(&bare, list.as_object());
    assert_eq!(seen.signs, [Sign::NoUserAgent, Sign::CapitalisedOps, Sign::RemovesByList]);
}
