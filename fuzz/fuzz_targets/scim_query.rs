//! Any address or body asks for a list or is an error; a cursor is read by the query that made it.

#![no_main]

use std::time::Duration;

use kernel::Timestamp;
use libfuzzer_sys::fuzz_target;
use scim::etag::{Conditions, ETag};
use scim::list::{CursorKey, PageLimits, Query, parameters};
use scim::{GROUP, ScimError, USER};

fuzz_target!(|text: &str| {
    let limits = PageLimits::default();
    for kind in [&USER, &GROUP] {
        let by_address = parameters(text).and_then(|pairs| {
            Query::from_parameters(kind, pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())), &limits)
        });
        let by_body = scim::json::read(text.as_bytes(), &scim::json::Limits::default());
        let by_body = by_body.and_then(|body| Query::from_search(kind, body, &limits));
        for query in [by_address, by_body] {
            let _ = query.as_ref().map_err(ScimError::body);
            let Ok(query) = query else { continue };
            assert!(query.page.count() <= limits.most);
            let (now, day) = (Timestamp::from_seconds(1_790_000_000), Duration::from_hours(24));
            let key = CursorKey { key: query.sort.map(|_| text.to_owned()), id: "1".to_owned(), back: false };
            let read = CursorKey::decode(&key.encode(&query, now), &query, now, day);
            assert!(read.is_err() || read.as_ref() == Ok(&key));
            let _ = CursorKey::decode(text, &query, now, day);
        }
    }
    let _ = scim::media::can_read(Some(text));
    let (version, header) = (ETag::new(text), Conditions::parse(Some(text), Some(text)));
    let _ = (header.decide(Some(&version), true), header.decide(None, false));
    let own = Conditions::parse(Some(&version.to_string()), None);
    assert_eq!(own.decide(Some(&version), false), scim::etag::Decision::Proceed);
});
