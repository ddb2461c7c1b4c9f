//! What is refused, where, and with which advice.

use super::*;

/// The column, and what the message has to say.
fn check(filter: &str, column: usize, says: &[&str]) {
    let error = Filter::parse(filter).expect_err(filter);
    let message = error.to_string();
    assert_eq!(error.position.column, column, "{filter}: {message}");
    assert!(filter.is_char_boundary(error.position.byte), "{filter}: {message}");
    for word in says {
        assert!(message.contains(word), "{filter}: {message} does not say {word}");
    }
}

#[test]
fn an_error_says_where_what_was_expected_and_what_to_do() {
    check("", 1, &["a condition", "the end of the filter"]);
    check("department", 11, &["eq, ne, gt", "the end of the filter"]);
    check("accountEnabled", 15, &["write accountEnabled eq true"]);
    check("depratment eq 'a'", 1, &["depratment", "did you mean department?"]);
    check("extensionAttribute1 eq 'a'", 1, &["did you mean onPremisesExtensionAttributes/extensionAttribute1?"]);
    check("employeeOrgData eq null", 1, &["employeeOrgData/costCenter"]);
    check("signInActivity/lastSignInDateTime ge 2024-01-01", 1, &["is not kept here"]);
    check("memberOf/any(m:m/id eq 'x')", 1, &["choose the groups"]);
    check("zzz eq 'a'", 1, &["a property of users", "found zzz"]);
    check("city eq 'Zürich' and x", 22, &["a property of users"]);
    check("city eq 'ü' and 'b'", 17, &["a condition", "found 'b'"]);
    check("accountEnabled eq 'true'", 19, &["true or false", "without quotes"]);
    check("department eq Sales", 15, &["a text in single quotes", "put it in single quotes"]);
    check("department eq 5", 15, &["put it in single quotes"]);
    check("department eq \"Sales\"", 15, &["straight single quotes"]);
    check("department eq ‘Sales’", 15, &["straight single quotes"]);
    check("department = 'Sales'", 12, &["write eq, ne"]);
    check("department eq 'a' && city eq 'b'", 19, &["write and, or"]);
    check("department%20eq%20'a'", 11, &["before it was put into a URL"]);
    check("department eq 'Sales", 15, &["closes the text", "written twice"]);
    check("accountEnabled gt true", 16, &["eq or ne"]);
    check("department gt null", 15, &["null can only be compared"]);
    check("department in ('a', null)", 21, &["null can only be compared"]);
    check("department in 'a'", 15, &["an opening parenthesis"]);
    check("createdDateTime ge '2024-01-01'", 20, &["without quotes"]);
    check("createdDateTime ge 2024-13-01", 20, &["a whole number, a date"]);
    check("createdDateTime ge 0000-01-01T00:00:00+23:59", 20, &["a date"]);
    check("createdDateTime ge datetime'2024-01-01'", 20, &["a date"]);
    check("proxyAddresses eq 'a'", 1, &["proxyAddresses/any(x:x eq '…')"]);
    check("startsWith(proxyAddresses, 'a')", 12, &["proxyAddresses/any"]);
    check("assignedLicenses/any(a:a eq 'x')", 24, &["a/skuId"]);
    check("proxyAddresses/any(x:y eq 'a')", 22, &["only the item"]);
    check("proxyAddresses/any(x:x eq 'a' and city eq 'b')", 35, &["only the item"]);
    check("proxyAddresses/any(x:x eq null)", 27, &["null"]);
    check("proxyAddresses/any(x:otherMails/any(y:y eq 'a'))", 33, &["within any"]);
    check("proxyAddresses/all(x:x eq 'a')", 16, &["not proxyAddresses/any"]);
    check("proxyAddresses/any(x x eq 'a')", 22, &["a colon"]);
    check("department/any(x:x eq 'a')", 1, &["several values"]);
    check("proxyAddresses/$count eq 'a'", 26, &["a whole number"]);
    check("startsWith(accountEnabled, 'a')", 12, &["holds text"]);
    check("startsWith('a', department)", 12, &["a property"]);
    check("startsWith(department, 'a'", 27, &["a closing parenthesis"]);
    check("tolower(department) eq 'a'", 1, &["upper and lower case"]);
    check("substringof('a', department)", 1, &["write contains"]);
    check("frobnicate(department)", 1, &["startsWith, endsWith or contains"]);
    check("(city eq 'a'", 13, &["a closing parenthesis"]);
    check("city eq 'a')", 12, &["and, or, or the end"]);
    check("city eq 'a' city eq 'b'", 13, &["and, or, or the end"]);
    check("not", 4, &["a condition"]);
    check("guid'184efa21-98c3-4e5d-95ab-d07053a96e67' eq department", 1, &["without a word before it"]);
}

#[test]
fn there_are_bounds() {
    let deep = |levels| format!("{}city eq 'a'{}", "(".repeat(levels), ")".repeat(levels));
    assert!(Filter::parse(&deep(MOST_DEPTH)).is_ok());
    check(&deep(MOST_DEPTH + 1), MOST_DEPTH + 1, &["levels"]);
    check(&deep(4_000), MOST_DEPTH + 1, &["levels"]);
    check(&format!("{}city eq 'a'", "not ".repeat(2_000)), MOST_DEPTH * 4 + 1, &["levels"]);
    let wide = vec!["city eq 'a'"; MOST_NODES - 1].join(" or ");
    assert!(Filter::parse(&wide).is_ok());
    let wider = vec!["mail eq ''"; MOST_NODES + 1].join(" or ");
    assert!(Filter::parse(&wider).unwrap_err().to_string().contains("conditions"));
    let listed = format!("city in ({})", vec!["''"; MOST_NODES + 1].join(","));
    assert!(Filter::parse(&listed).unwrap_err().to_string().contains("conditions"));
    let long = format!("city eq '{}'", "a".repeat(MOST_BYTES));
    check(&long, 1, &["at most 8192 bytes"]);
    // Short as written, too long when tidied.
    let grows = vec!["not city eq 'aaaaaaaaaaaaaaaaaaaaa'"; 200].join(" and ");
    assert!(grows.len() <= MOST_BYTES && Filter::parse(&grows).is_err());
}
