//! What is no body.

use super::{Limits, read};
use crate::ScimType;

/// What a client is told.
type Told = (u16, Option<ScimType>);

#[test]
fn ambiguous_and_oversized_bodies_are_refused() {
    let limits = Limits { bytes: 200, depth: 4, values: 12 };
    let cases: &[(&str, Option<Told>)] = &[
        (r#"{"a":1}"#, None),
        ("\u{feff}{\"a\":[{\"b\":[]}]}", None),
        (r#"{"a":"\u00e9\ud83d\ude00","A":2}"#, None),
        ("", Some((400, Some(ScimType::InvalidSyntax)))),
        ("[]", Some((400, Some(ScimType::InvalidSyntax)))),
        ("\"x\"", Some((400, Some(ScimType::InvalidSyntax)))),
        ("{", Some((400, Some(ScimType::InvalidSyntax)))),
        (r#"{"a":1} x"#, Some((400, Some(ScimType::InvalidSyntax)))),
        (r#"{"a":1,}"#, Some((400, Some(ScimType::InvalidSyntax)))),
        (r#"{"a":1,"a":2}"#, Some((400, Some(ScimType::InvalidSyntax)))),
        (r#"{"a":{"b":1,"b":1}}"#, Some((400, Some(ScimType::InvalidSyntax)))),
        (r#"{"a":1e400}"#, Some((400, Some(ScimType::InvalidSyntax)))),
        (r#"{"a":NaN}"#, Some((400, Some(ScimType::InvalidSyntax)))),
        (r#"{"a":"\ud800"}"#, Some((400, Some(ScimType::InvalidSyntax)))),
        (r#"{"a":"\u0000"}"#, Some((400, Some(ScimType::InvalidValue)))),
        (r#"{"\u0000":1}"#, Some((400, Some(ScimType::InvalidValue)))),
        (r#"{"a":[[[[]]]]}"#, Some((413, None))),
        (r#"{"a":[1,2,3,4,5,6,7,8,9,10,11,12]}"#, Some((413, None))),
    ];
    for (text, expected) in cases {
        let outcome = read(text.as_bytes(), &limits).err().map(|error| (error.status, error.scim_type));
        assert_eq!(outcome, *expected, "{text}");
    }
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(200));
    assert_eq!(read(long.as_bytes(), &limits).map_err(|error| error.status), Err(413));
    assert_eq!(read(b"{\"a\":\"\xff\"}", &limits).map_err(|error| error.status), Err(400));
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    assert_eq!(read(deep.as_bytes(), &Limits::default()).map_err(|error| error.status), Err(413));
}
