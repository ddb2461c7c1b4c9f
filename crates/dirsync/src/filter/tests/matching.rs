//! Who is let in.

use super::*;

#[test]
fn filters_let_in_whom_they_say() {
    for (filter, expected) in [
        ("accountEnabled eq true", true),
        ("accountEnabled ne true", false),
        ("department eq 'sales'", true),
        ("DEPARTMENT EQ 'SALES'", true),
        ("displayName eq 'ada o''neil'", true),
        ("city eq 'ZÜRICH'", true),
        ("startsWith(city, 'zü')", true),
        ("startswith(userPrincipalName,'ada@') eq true", true),
        ("startswith(userPrincipalName,'ada@') eq false", false),
        ("endsWith(userPrincipalName, '@CONTOSO.com')", true),
        ("contains(displayName, 'O''N')", true),
        ("contains(displayName, 'x')", false),
        ("department in ('HR', 'Sales')", true),
        ("department in ('HR')", false),
        ("department gt 'Marketing' and department lt 'T'", true),
        ("createdDateTime ge 2024-03-01", true),
        ("createdDateTime lt 2024-03-01T08:00:00+01:00", false),
        ("createdDateTime eq 2024-03-01T09:00:00+01:00", true),
        ("employeeOrgData/costCenter eq '4711'", true),
        ("onPremisesExtensionAttributes/extensionAttribute1 eq 'VIP'", true),
        ("manager/id eq '0D9ED2F0-1C1F-4A9E-8D5D-5D1F0A6F2B11'", true),
        ("proxyAddresses/any(x:x eq 'smtp:ADA@contoso.com')", true),
        ("proxyAddresses/any(x:startsWith(x,'smtp:b'))", false),
        ("proxyAddresses/any(p:endsWith(p,'@contoso.com') and not startsWith(p,'SMTP:ada'))", true),
        ("assignedLicenses/any(a:a/skuId eq 184EFA21-98c3-4e5d-95ab-d07053a96e67)", true),
        ("assignedLicenses/any(a:a/skuId in ('184efa21-98c3-4e5d-95ab-d07053a96e68'))", false),
        ("assignedLicenses/$count ne 0", true),
        ("proxyAddresses/$count eq 2", true),
        ("businessPhones/any()", false),
        ("otherMails/any(o:o eq 'x')", false),
        ("not (department eq 'HR') and (city eq 'Bern' or accountEnabled eq true)", true),
        ("department eq 'HR' or department eq 'Sales' and accountEnabled eq false", false),
        ("not department eq 'HR'", true),
    ] {
        assert_eq!(Filter::parse(filter).unwrap().matches(&ada()), expected, "{filter}");
    }
}

#[test]
fn what_is_not_set_equals_only_null() {
    for (filter, expected) in [
        ("jobTitle eq null", true),
        ("jobTitle ne null", false),
        ("department ne null", true),
        ("jobTitle eq 'x'", false),
        ("jobTitle ne 'x'", true),
        ("jobTitle gt 'x'", false),
        ("jobTitle le 'x'", false),
        ("jobTitle in ('x')", false),
        ("onPremisesSyncEnabled ne true", true),
        ("employeeHireDate ge 2020-01-01", false),
        // Unknown, and so is its opposite; but not everything it is part of.
        ("startsWith(jobTitle, 'x')", false),
        ("not startsWith(jobTitle, 'x')", false),
        ("not startsWith(jobTitle, 'x') or jobTitle eq null", true),
        ("not (startsWith(jobTitle, 'x') and accountEnabled eq false)", true),
    ] {
        assert_eq!(Filter::parse(filter).unwrap().matches(&ada()), expected, "{filter}");
    }
}

#[test]
fn canonical_text_is_the_same_filter_tidied() {
    for (written, canonical) in [
        ("(accountEnabled  EQ TRUE)", "accountEnabled eq true"),
        ("STARTSWITH( displayname ,'A''b') eq TRUE", "startsWith(displayName, 'A''b')"),
        ("not startswith(mail,'a')", "not (startsWith(mail, 'a'))"),
        ("endswith(mail,'a') ne true", "not (endsWith(mail, 'a'))"),
        (
            "a1 or b"
                .replace("a1", "city eq 'a'")
                .replace(" b", " (state eq 'b' and (mail eq 'c' or mail eq null))")
                .as_str(),
            "city eq 'a' or state eq 'b' and (mail eq 'c' or mail eq null)",
        ),
        ("(city eq 'a' and city eq 'b') and city eq 'c'", "(city eq 'a' and city eq 'b') and city eq 'c'"),
        ("city in('a','b' )", "city in ('a', 'b')"),
        ("createdDateTime GE 2024-01-31", "createdDateTime ge 2024-01-31T00:00:00Z"),
        (
            "assignedlicenses/ANY(A:a/SKUID eq '184EFA21-98C3-4E5D-95AB-D07053A96E67')",
            "assignedLicenses/any(A:A/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)",
        ),
        ("manager/id eq 184efa21-98c3-4e5d-95ab-d07053a96e67", "manager/id eq '184efa21-98c3-4e5d-95ab-d07053a96e67'"),
        ("otherMails/any() and proxyAddresses/$COUNT gt -1", "otherMails/any() and proxyAddresses/$count gt -1"),
    ] {
        let filter = Filter::parse(written).unwrap();
        assert_eq!(filter.to_string(), canonical);
        assert_eq!(Filter::parse(canonical).unwrap(), filter);
        assert_eq!(filter.source(), written);
    }
}

#[test]
fn an_explanation_shows_each_clause_with_the_users_value() {
    let text = "accountEnabled eq true and (jobTitle eq 'Lead' or proxyAddresses/any(x:startsWith(x,'smtp:')))";
    let why = Filter::parse(text).unwrap().explain(&ada());
    assert_eq!(why.truth, Truth::True);
    let [enabled, either] = why.parts.as_slice() else { panic!("two parts: {why:?}") };
    assert_eq!((enabled.text.as_str(), enabled.truth), ("accountEnabled eq true", Truth::True));
    assert_eq!(enabled.read.as_ref().unwrap().value.as_deref(), Some("true"));
    let [title, addresses] = either.parts.as_slice() else { panic!("two parts: {either:?}") };
    assert_eq!((title.truth, &title.read.as_ref().unwrap().value), (Truth::False, &None));
    assert_eq!(&text[addresses.span.start..addresses.span.end], "proxyAddresses/any(x:startsWith(x,'smtp:'))");
    assert_eq!(addresses.note.as_deref(), Some("'SMTP:ada@contoso.com' fits"));
    let unknown = Filter::parse("not contains(jobTitle, 'x')").unwrap().explain(&ada());
    assert_eq!((unknown.truth, unknown.parts[0].truth), (Truth::Unknown, Truth::Unknown));
    assert!(unknown.parts[0].note.as_ref().unwrap().contains("not set"));
}

#[test]
fn a_filter_names_what_it_reads() {
    let filter = Filter::parse("mail ne null and (otherMails/any(o:o eq 'a') or startsWith(mail, 'b'))").unwrap();
    assert_eq!(filter.reads(), ["mail", "otherMails"]);
}
