//! What is shown of a resource is a part of it, and is the same when it is asked for again. First line: names of attributes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scim::json::{Limits, read};
use scim::project::Projection;
use scim::resource::{self, Rules, Unknown};
use scim::{GROUP, USER};

fuzz_target!(|bytes: &[u8]| {
    let (names, body) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0));
    let names = std::str::from_utf8(names).unwrap_or_default();
    let Ok(body) = read(body, &Limits::default()) else { return };
    let _ = scim::dialect::observe(&scim::dialect::Envelope::default(), Some(&body));
    let strict = Rules { unknown: Unknown::Refuse, ..Rules::default() };
    for kind in [&USER, &GROUP] {
        let lenient = resource::read(kind, body.clone(), &Rules::default());
        if let Ok(resource) = resource::read(kind, body.clone(), &strict) {
            assert_eq!(lenient.as_ref(), Ok(&resource));
        }
        let Ok(resource) = lenient else { continue };
        let text = serde_json::to_vec(&resource).expect("an object can be written");
        let again = read(&text, &Limits::default()).expect("what is written can be read");
        assert_eq!(resource::read(kind, again, &strict).as_ref(), Ok(&resource));
        for (only, except) in [(None, None), (Some(names), None), (None, Some(names))] {
            let Ok(projection) = Projection::parse(kind, only, except) else { continue };
            let shown = projection.apply(resource.clone());
            assert!(shown.keys().all(|name| resource.contains_key(name)));
            assert_eq!(projection.apply(shown.clone()), shown);
        }
    }
});
