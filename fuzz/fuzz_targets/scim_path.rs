//! Any text is the path of a patch or an error, and a name survives being printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scim::patch::Patch;
use scim::resource::Rules;
use scim::{AttributePath, GROUP, USER};
use serde_json::json;

fuzz_target!(|text: &str| {
    for kind in [&USER, &GROUP] {
        if let Some(path) = AttributePath::parse(kind, text) {
            assert_eq!(AttributePath::parse(kind, &path.to_string()), Some(path));
        }
        for (op, value) in [("add", json!("x")), ("replace", json!([{ "value": "x" }])), ("remove", json!(null))] {
            let body = json!({ "Operations": [{ "op": op, "path": text, "value": value }] });
            let body = body.as_object().expect("it is an object").clone();
            if let Ok(patch) = Patch::parse(kind, body, &Rules::default()) {
                let before =
                    json!({ "userName": "u", "displayName": "g", "emails": [{ "value": "a", "type": "work" }] });
                let _ = patch.apply(before.as_object().expect("it is an object"));
                let _ = patch.split_members();
            }
        }
    }
});
