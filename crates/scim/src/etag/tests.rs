//! Which calls go on.

use super::{Conditions, Decision, ETag};

#[test]
fn conditions_decide() {
    use Decision::{Failed, NotModified, Proceed};
    let current = ETag::new(17);
    assert_eq!(current.to_string(), "W/\"17\"");
    let cases: &[(Option<&str>, Option<&str>, Decision, Decision)] = &[
        // If-Match, If-None-Match, for a change, for a read
        (None, None, Proceed, Proceed),
        (Some(""), None, Proceed, Proceed),
        (Some("W/\"17\""), None, Proceed, Proceed),
        (Some("\"17\""), None, Proceed, Proceed),
        (Some("w/\"17\""), None, Proceed, Proceed),
        (Some("17"), None, Proceed, Proceed),
        (Some("*"), None, Proceed, Proceed),
        (Some("W/\"1\", W/\"17\""), None, Proceed, Proceed),
        (Some("W/\"1\",\"2\" , \"17\""), None, Proceed, Proceed),
        (Some("W/\"16\""), None, Failed, Failed),
        (Some("W/\"1"), None, Failed, Failed),
        (Some("nonsense, W/\"16\""), None, Failed, Failed),
        (Some("W/\"1\" W/\"17\""), None, Failed, Failed),
        (None, Some("W/\"17\""), Failed, NotModified),
        (None, Some("*"), Failed, NotModified),
        (None, Some("W/\"16\""), Proceed, Proceed),
        (Some("W/\"17\""), Some("W/\"17\""), Failed, NotModified),
    ];
    for (if_match, if_none_match, change, read) in cases {
        let conditions = Conditions::parse(*if_match, *if_none_match);
        assert_eq!(conditions.decide(Some(&current), false), *change, "{conditions:?}");
        assert_eq!(conditions.decide(Some(&current), true), *read, "{conditions:?}");
    }
    assert_eq!(Conditions::parse(Some("*"), None).decide(None, false), Failed);
    assert_eq!(Conditions::parse(None, Some("*")).decide(None, false), Proceed);
    assert_eq!(ETag::new("a\"b\\c d\né").to_string(), "W/\"abcd\"");
}
