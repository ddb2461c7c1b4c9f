//! Any bytes are a body or an error; a resource is read again unchanged, and a patch leaves a normalised resource.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scim::json::{Limits, read};
use scim::patch::Patch;
use scim::resource::{self, Rules};
use scim::{GROUP, USER};
use serde_json::json;

fuzz_target!(|bytes: &[u8]| {
    let Ok(body) = read(bytes, &Limits::default()) else { return };
    let rules = Rules::default();
    for kind in [&USER, &GROUP] {
        if let Ok(resource) = resource::read(kind, body.clone(), &rules) {
            assert_eq!(resource::read(kind, resource.clone(), &rules).as_ref(), Ok(&resource));
        }
        let Ok(patch) = Patch::parse(kind, body.clone(), &rules) else { continue };
        let before = json!({
            "userName": "u", "displayName": "g", "emails": [{ "value": "a", "type": "work", "primary": true }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": "m" } },
        });
        let before = before.as_object().expect("it is an object").clone();
        let before = resource::read(kind, before, &rules).expect("it is a good body");
        if let Ok(after) = patch.apply(&before) {
            assert_eq!(resource::read(kind, after.resource.clone(), &rules).as_ref(), Ok(&after.resource));
            assert_eq!(after.changed.is_empty(), after.resource == before);
        }
        let _ = patch.split_members();
    }
});
