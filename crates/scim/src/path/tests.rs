//! Names as clients write them.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use super::AttributePath;
use crate::schema::{GROUP, USER};

#[test]
fn names_are_found_however_they_are_written() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let core = "urn:ietf:params:scim:schemas:core:2.0:User";
    let cases = [
        ("userName".to_owned(), Some("userName".to_owned())),
        ("USERNAME".to_owned(), Some("userName".to_owned())),
        ("name.familyname".to_owned(), Some("name.familyName".to_owned())),
        ("emails.Value".to_owned(), Some("emails.value".to_owned())),
        (format!("{core}:userName"), Some("userName".to_owned())),
        (format!("{core}:name.givenName"), Some("name.givenName".to_owned())),
        (format!("{core}:externalId"), Some("externalId".to_owned())),
        (format!("{core}.userName"), Some("userName".to_owned())),
        (core.to_uppercase() + ":userName", Some("userName".to_owned())),
        (format!("{enterprise}:department"), Some(format!("{enterprise}:department"))),
        (format!("{enterprise}.department"), Some(format!("{enterprise}:department"))),
        (format!("{enterprise}:manager.displayName"), Some(format!("{enterprise}:manager.displayName"))),
        ("manager".to_owned(), Some(format!("{enterprise}:manager"))),
        ("meta.lastModified".to_owned(), Some("meta.lastModified".to_owned())),
        (format!("{core}:department"), None),
        (format!("{enterprise}:userName"), None),
        (format!("{core}x:userName"), None),
        (core.to_owned(), None),
        (enterprise.to_owned(), None),
        ("userName.value".to_owned(), None),
        ("name.familyName.x".to_owned(), None),
        ("name.".to_owned(), None),
        (".name".to_owned(), None),
        (String::new(), None),
        ("members".to_owned(), None),
        ("urn:example:2.0:User:userName".to_owned(), None),
    ];
    for (written, expected) in cases {
        let found = AttributePath::parse(&USER, &written);
        assert_eq!(found.map(|path| path.to_string()), expected, "{written}");
    }
    assert!(AttributePath::parse(&GROUP, "Members.Value").unwrap().is("members.value"));
}
