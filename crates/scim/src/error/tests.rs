//! What a client reads of a failure.

use serde_json::json;

use super::{ScimError, ScimType};

#[test]
fn a_body_has_its_status_as_text_and_every_kind_its_word() {
    let error = ScimError::new(ScimType::Uniqueness, "the userName is taken");
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "the userName is taken",
    });
    assert_eq!(error.body(), expected);
    assert_eq!(ScimError::with_status(404, "gone").body().get("scimType"), None);
    for kind in ScimType::ALL {
        let error = ScimError::new(kind, "");
        assert_eq!(error.status, if kind == ScimType::Uniqueness { 409 } else { 400 });
        assert_eq!(error.body()["scimType"], kind.as_str());
    }
}
