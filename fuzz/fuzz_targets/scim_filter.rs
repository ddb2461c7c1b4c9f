//! Any text is a filter or an error: never a panic, and a filter survives being printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scim::{Filter, GROUP, USER};

fuzz_target!(|text: &str| {
    for kind in [&USER, &GROUP] {
        match Filter::parse(kind, text) {
            Ok(filter) => {
                let printed = filter.to_string();
                // Printed, a short name may become a long one.
                if printed.len() <= scim::filter::MOST_BYTES {
                    let again = Filter::parse(kind, &printed).expect("a printed filter is a filter");
                    assert_eq!(again, filter);
                    assert_eq!(again.to_string(), printed);
                }
                let resource = serde_json::json!({
                    "id": "1", "userName": "Mia", "displayName": "é", "active": true, "name": { "givenName": "ß" },
                    "emails": [{ "value": "a@b", "type": "work", "primary": true }, { "value": "c@d" }],
                    "members": [{ "value": "u" }], "meta": { "created": "2026-01-01T00:00:00Z" },
                });
                let resource = resource.as_object().expect("it is an object");
                assert_eq!(filter.matches(resource), filter.matches(resource));
                let _ = filter.lookup();
            }
            Err(error) => {
                assert!(text.is_char_boundary(error.byte));
                let _ = scim::ScimError::from(error).body();
            }
        }
    }
});
