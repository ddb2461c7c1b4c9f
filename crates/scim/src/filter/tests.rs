//! The grammar, what is refused, what matches, and what an index is asked.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::{Value, json};

use super::{Among, Filter, Key, Operator};
use crate::schema::{GROUP, RESOURCE_TYPES, ResourceType, USER};
use crate::{Object, ScimError, ScimType};

fn object(value: Value) -> Object {
    value.as_object().unwrap().clone()
}

fn user() -> Object {
    object(json!({
        "id": "U-1", "externalId": "Ext-7", "userName": "Mia.Okafor@harbor.example", "displayName": "Mia \"Crane\" Okafor",
        "active": true, "title": "a.b%c_d*e^f", "nickName": "and or (not)",
        "name": { "familyName": "Økafor", "givenName": "MIA", "formatted": "straße" },
        "emails": [
            { "value": "mia@harbor.example", "type": "work", "primary": true },
            { "value": "mia@home.example", "type": "home" },
        ],
        "roles": [{ "value": "pilot", "primary": false }],
        "addresses": [{ "locality": "Bergen", "type": "work" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "Docks", "employeeNumber": "4471", "manager": { "value": "U-9" },
        },
        "meta": { "resourceType": "User", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-03-01T10:00:00.500Z" },
    }))
}

#[test]
fn filters_match_as_the_rfc_says() {
    let user = user();
    let cases: &[(&str, bool)] = &[
        // Letters' case of names, operators and values.
        (r#"userName eq "mia.okafor@HARBOR.example""#, true),
        (r#"USERNAME EQ "mia.okafor@harbor.example""#, true),
        (r#"userName eq "mia.okafor@harbor.exampl""#, false),
        (r#"externalId eq "Ext-7""#, true),
        (r#"externalId eq "ext-7""#, false),
        (r#"id eq "U-1""#, true),
        (r#"id eq "u-1""#, false),
        (r#"name.familyName eq "øKAFOR""#, true),
        ("name.familyName eq \"O\u{338}kafor\"", false),
        (r#"name.formatted eq "STRASSE""#, true),
        (r#"name.formatted eq "strase""#, false),
        // Operators.
        (r#"userName ne "x""#, true),
        (r#"userName ne "MIA.okafor@harbor.example""#, false),
        (r#"userName co "OKAFOR""#, true),
        (r#"userName sw "mia.""#, true),
        (r#"userName sw "okafor""#, false),
        (r#"userName ew ".EXAMPLE""#, true),
        (r#"userName ew ".com""#, false),
        (r#"userName gt "mia""#, true),
        (r#"userName gt "mib""#, false),
        (r#"userName lt "N""#, true),
        (r#"userName ge "mia.okafor@harbor.example""#, true),
        (r#"userName le "mia.okafor@harbor.example""#, true),
        (r#"externalId gt "EXT-7""#, true),
        (r#"externalId lt "EXT-7""#, false),
        // Signs that mean something elsewhere are text here.
        (r#"title co ".b%c_""#, true),
        (r#"title co "%""#, true),
        (r#"title eq "a%""#, false),
        (r#"title co "*e^""#, true),
        (r#"title sw "_""#, false),
        (r#"nickName eq "and or (not)""#, true),
        (r#"displayName eq "Mia \"Crane\" Okafor""#, true),
        (r#"displayName co "\u0022crane\u0022""#, true),
        // No value.
        ("title pr", true),
        ("locale pr", false),
        (r#"locale eq "x""#, false),
        (r#"locale ne "x""#, true),
        (r#"locale co """#, false),
        (r#"locale gt "a""#, false),
        ("locale eq null", true),
        ("locale ne null", false),
        ("title eq null", false),
        ("title ne NULL", true),
        ("name pr", true),
        ("ims pr", false),
        ("emails pr", true),
        ("name.middleName pr", false),
        // Booleans.
        ("active eq true", true),
        ("active eq TRUE", true),
        ("active eq false", false),
        ("active ne false", true),
        (r#"active eq "True""#, true),
        (r#"roles[primary eq "False"].value eq "pilot""#, true),
        // Several values.
        (r#"emails eq "mia@home.example""#, true),
        (r#"emails co "HARBOR""#, true),
        (r#"emails.value ew "home.example""#, true),
        (r#"emails ne "mia@home.example""#, true),
        (r#"emails.type eq "home" and emails.value co "harbor""#, true),
        (r#"emails[type eq "home" and value co "harbor"]"#, false),
        (r#"emails[type eq "WORK" and value co "harbor"]"#, true),
        (r#"emails[type eq "work"].value eq "mia@harbor.example""#, true),
        (r#"emails[type eq "home"].value eq "mia@harbor.example""#, false),
        (r#"emails[type eq "work"].primary eq true"#, true),
        (r#"emails[type eq "home"].primary pr"#, false),
        (r#"emails[not (type eq "work")].value sw "mia@home""#, true),
        (r#"emails[type eq "work" or (type eq "home" and value ew "@home.example")]"#, true),
        (r#"emails[type ne "work" and type ne "home"]"#, false),
        (r#"roles[type ne "x"]"#, true),
        (r#"addresses[locality eq "bergen"]"#, true),
        // Extensions.
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "docks""#, true),
        (r#"URN:IETF:params:scim:schemas:extension:enterprise:2.0:user:DEPARTMENT eq "docks""#, true),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department eq "docks""#, true),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "mia""#, true),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:name.givenName eq "mia""#, true),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "U-9""#, true),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "U-8""#, false),
        (r#"manager eq "U-9""#, true),
        (r#"department eq "Docks""#, true),
        (r#"id eq "U-1" and urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "U-9""#, true),
        // Moments, by instant.
        (r#"meta.lastModified gt "2026-03-01T10:00:00Z""#, true),
        (r#"meta.lastModified eq "2026-03-01T12:00:00.5+02:00""#, true),
        (r#"meta.lastModified lt "2026-03-01T11:00:00+02:00""#, false),
        (r#"meta.lastModified ge "2026-03-01T10:00:00.500Z""#, true),
        (r#"meta.created ne "2026-01-01T01:00:00+01:00""#, false),
        (r#"meta.resourceType eq "User""#, true),
        // Binding.
        ("title pr or locale pr and ims pr", true),
        ("(title pr or locale pr) and ims pr", false),
        ("not (title pr) or userName pr", true),
        ("not (title pr or userName pr)", false),
        ("not(not(title pr))", true),
        ("NOT (locale pr) AND title PR", true),
        (r#"userName  eq   "mia.okafor@harbor.example"  "#, true),
    ];
    for (text, expected) in cases {
        let filter = Filter::parse(&USER, text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(filter.matches(&user), *expected, "{text}");
        let printed = filter.to_string();
        let again = Filter::parse(&USER, &printed).unwrap_or_else(|error| panic!("{printed}: {error}"));
        assert_eq!(again, filter, "{text} became {printed}");
        let theirs: scim_v2::filter::Filter = printed.parse().unwrap_or_else(|error| panic!("{printed}: {error}"));
        assert_eq!(Filter::parse(&USER, &theirs.to_string()).unwrap(), filter, "{printed} became {theirs}");
    }
}

#[test]
fn a_user_whose_active_nobody_has_set_is_active() {
    let users = [json!({ "userName": "mia" }), json!({ "userName": "mia", "active": null })];
    let cases = [
        ("active eq true", true),
        ("active eq false", false),
        ("active ne true", false),
        ("active ne false", true),
        ("not (active eq true)", false),
        (r#"active eq true and userName eq "mia""#, true),
        (r#"active eq false or userName eq "ola""#, false),
        ("active pr", false),
    ];
    for (filter, expected) in cases {
        let filter = Filter::parse(&USER, filter).unwrap();
        for user in &users {
            assert_eq!(filter.matches(user.as_object().unwrap()), expected, "{filter} {user}");
        }
    }
}

#[test]
fn wrong_filters_are_refused_where_they_go_wrong() {
    let cases: &[(&str, usize)] = &[
        ("", 1),
        ("   ", 4),
        ("userName", 9),
        ("userName eq", 12),
        (r#"userName is "x""#, 10),
        ("userName eq x", 13),
        ("userName eq 'x'", 13),
        (r#"userName eq "x"#, 13),
        (r#"userName eq "\q""#, 13),
        (r#"userName eq "\ud800""#, 13),
        ("userName eq \"a\nb\"", 13),
        (r#"userName eq "\u0000""#, 13),
        (r#"userName eq "x" userName pr"#, 17),
        (r#"userName eq "x" and"#, 20),
        (r#"userName eq "x" or or title pr"#, 20),
        ("(title pr", 10),
        ("title pr)", 9),
        ("not title pr", 5),
        ("emails[type eq \"work\"", 22),
        ("emails[]", 8),
        ("emails[value[type pr]]", 13),
        (r#"emails[colour eq "x"]"#, 8),
        ("emails[type pr].colour pr", 16),
        ("userName[value pr]", 9),
        ("emails.value[type pr]", 13),
        (r#"colour eq "x""#, 1),
        (r#"name.colour eq "x""#, 1),
        (r#"urn:example:Thing:colour eq "x""#, 1),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User eq "x""#, 1),
        // Types.
        ("userName eq 5", 13),
        ("userName eq true", 13),
        (r#"active eq "yes""#, 11),
        ("active gt true", 11),
        ("active co true", 11),
        (r#"active sw "True""#, 11),
        ("active gt null", 11),
        (r#"name eq "x""#, 9),
        (r#"addresses eq "x""#, 14),
        (r#"meta.created gt "yesterday""#, 17),
        (r#"meta.created gt "2026-01-01""#, 17),
        (r#"x509Certificates.value gt "AAAA""#, 27),
        // What is never returned is not told.
        (r#"password eq "guess""#, 1),
        ("password pr", 1),
        // Another kind's attribute.
        (r#"members eq "x""#, 1),
        ("userName eq \"é\" and é pr", 21),
        ("userName; drop table users", 9),
    ];
    for (text, character) in cases {
        let error = Filter::parse(&USER, text).expect_err(text);
        assert_eq!(error.character, *character, "{text}: {error}");
        assert!(text.is_char_boundary(error.byte));
        let error = ScimError::from(error);
        assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidFilter)), "{text}");
    }
}

#[test]
fn a_filter_has_bounds() {
    let deep = |levels: usize| format!("{}title pr{}", "(".repeat(levels), ")".repeat(levels));
    let wide = |terms: usize| vec!["title pr"; terms].join(" or ");
    let cases = [
        (deep(super::MOST_DEPTH), true),
        (deep(super::MOST_DEPTH + 1), false),
        (format!("{}title pr{}", "not (".repeat(100_000 / 5), ")".repeat(10)), false),
        (wide(super::MOST_TERMS), true),
        (wide(super::MOST_TERMS + 1), false),
        (format!("title eq \"{}\"", "x".repeat(super::MOST_BYTES)), false),
        ("(".repeat(5_000), false),
    ];
    for (text, expected) in cases {
        assert_eq!(Filter::parse(&USER, &text).is_ok(), expected, "{}…", &text[..20]);
    }
}

#[test]
fn an_index_is_asked_what_clients_ask() {
    fn check(kind: &'static ResourceType, text: &str, keys: &[Key<'_>], complete: bool) {
        let filter = Filter::parse(kind, text).unwrap();
        let lookup = filter.lookup();
        assert_eq!((lookup.keys.as_slice(), lookup.complete), (keys, complete), "{text}");
    }
    check(&USER, r#"userName eq "Mia@Harbor""#, &[Key::UserName("mia@harbor")], true);
    check(&USER, r#"userName eq "STRAẞE""#, &[Key::UserName("strasse")], true);
    check(&USER, r#"userName sw "Mia""#, &[Key::UserNamePrefix("mia")], true);
    check(&USER, r#"externalId eq "Ab""#, &[Key::ExternalId("Ab")], true);
    check(&USER, r#"id eq "Ab""#, &[Key::Id("Ab")], true);
    check(&USER, r#"emails eq "A@b""#, &[Key::Email("a@b")], true);
    check(&USER, r#"emails[value eq "A@b"]"#, &[Key::Email("a@b")], true);
    check(&USER, r#"emails[type eq "work"].value eq "A@b""#, &[Key::Email("a@b")], false);
    check(&USER, r#"emails[type eq "work" and value eq "A@b"]"#, &[Key::Email("a@b")], false);
    check(&USER, "active eq false", &[Key::Active(false)], true);
    check(&USER, r#"id eq "u" and manager eq "M""#, &[Key::Id("u"), Key::Manager("M")], true);
    check(&USER, r#"groups eq "G""#, &[Key::Group("G")], true);
    check(&GROUP, r#"displayName eq "Crane Operators""#, &[Key::DisplayName("crane operators")], true);
    check(&GROUP, r#"id eq "g" and members eq "U""#, &[Key::Id("g"), Key::Member("U")], true);
    check(&GROUP, r#"members[value eq "U"]"#, &[Key::Member("U")], true);
    check(&GROUP, r#"members[value eq "U" and type eq "User"]"#, &[Key::Member("U")], false);
    check(&GROUP, r#"members[value eq "U" and value eq "V"]"#, &[Key::Member("U"), Key::Member("V")], false);
    check(
        &USER,
        r#"userName eq "a" and (title pr and active eq true)"#,
        &[Key::UserName("a"), Key::Active(true)],
        false,
    );
    let at = kernel::Timestamp::from_seconds(0);
    check(&USER, r#"meta.lastModified gt "1970-01-01T01:00:00+01:00""#, &[Key::LastModified(Operator::Gt, at)], true);
    check(&USER, r#"userName eq "a" or userName eq "b""#, &[], false);
    check(&USER, r#"not (userName eq "a")"#, &[], false);
    check(&USER, r#"userName ne "a""#, &[], false);
    check(&USER, "userName pr", &[], false);
}

#[test]
fn what_only_another_kind_has_is_an_attribute_without_a_value() {
    let these = |text: &str| Among::These(Filter::parse(&GROUP, text).unwrap());
    let cases = [
        ("displayName eq \"a\"", these("displayName eq \"a\"")),
        ("userName eq \"a\"", Among::Nothing),
        ("userName ne \"a\"", Among::Everything),
        ("userName pr", Among::Nothing),
        ("not (userName pr)", Among::Everything),
        ("userName eq null", Among::Everything),
        ("active eq true", Among::Nothing),
        ("emails[type eq \"work\"].value pr", Among::Nothing),
        ("manager eq \"M\"", Among::Nothing),
        ("userName pr and displayName pr", Among::Nothing),
        ("userName pr or displayName pr", these("displayName pr")),
        ("not (userName pr) and displayName pr", these("displayName pr")),
        ("not (userName pr) or displayName pr", Among::Everything),
        ("id pr and not (title pr or members pr)", these("id pr and not (members pr)")),
        (
            "displayName pr and (title pr or members pr or externalId pr)",
            these("displayName pr and (members pr or externalId pr)"),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(Filter::parse_among(&GROUP, &RESOURCE_TYPES, text).unwrap(), expected, "{text}");
    }
    let unknown = Filter::parse_among(&GROUP, &RESOURCE_TYPES, "shoeSize pr").unwrap_err();
    assert_eq!(unknown.scim_type, ScimType::InvalidFilter);
    assert!(
        Filter::parse_among(&GROUP, &RESOURCE_TYPES, "password pr").is_err(),
        "a secret of another kind is one, too"
    );
}

#[test]
fn a_moment_without_an_offset_is_meant_in_utc() {
    for (text, same) in
        [("2026-03-01T10:00:00.5", true), ("2026-03-01T10:00:00", false), ("2026-03-01T11:00:00.5", false)]
    {
        let filter = Filter::parse(&USER, &format!("meta.lastModified eq \"{text}\"")).unwrap();
        assert_eq!(filter.matches(&user()), same, "{text}");
    }
}

#[test]
fn what_a_filter_reads_is_known() {
    let filter = Filter::parse(&GROUP, r#"displayName pr and not (members[value eq "x"])"#).unwrap();
    assert!(filter.reads("members") && filter.reads("displayName"));
    assert!(!filter.reads("externalId"));
}
