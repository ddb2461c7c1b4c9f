//! What Graph itself could run.

use super::*;

#[test]
fn graph_runs_some_filters_some_only_as_advanced_queries_and_some_not_at_all() {
    for (filter, supported, advanced) in [
        ("accountEnabled eq true and startsWith(displayName, 'A')", true, false),
        ("department eq 'a' or department in ('b', 'c')", true, false),
        ("createdDateTime ge 2024-01-01T00:00:00Z", true, false),
        ("proxyAddresses/any(x:startsWith(x, 'smtp:'))", true, false),
        ("assignedLicenses/any(a:a/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)", true, false),
        ("department ne 'a'", true, true),
        ("department eq null", true, true),
        ("not (department eq 'a')", true, true),
        ("endsWith(mail, '@contoso.com')", true, true),
        ("companyName eq 'a'", true, true),
        ("assignedLicenses/$count eq 0", true, true),
        ("onPremisesExtensionAttributes/extensionAttribute3 eq 'a'", true, true),
        ("contains(displayName, 'a')", false, true),
        ("endsWith(displayName, 'a')", false, true),
        ("displayName ge 'a'", false, true),
        ("createdDateTime gt 2024-01-01T00:00:00Z", false, true),
        ("securityIdentifier eq 'S-1-12-1'", false, true),
    ] {
        let query = Filter::parse(filter).unwrap().to_graph();
        assert_eq!((query.supported, query.advanced), (supported, advanced), "{filter}: {query:?}");
        assert_eq!(query.because.is_empty(), !advanced, "{filter}: {query:?}");
        assert_eq!(query.filter, filter);
    }
    let many = (0..16).map(|number| format!("city eq '{number}'")).collect::<Vec<_>>().join(" or ");
    assert!(!Filter::parse(&many).unwrap().to_graph().supported);
}

#[test]
fn the_table_of_properties_is_in_order_and_without_repeats() {
    let plain = properties().iter().map(|property| property.path).filter(|path| !path.contains("extensionAttribute"));
    assert!(plain.is_sorted_by(|a, b| a < b));
}
