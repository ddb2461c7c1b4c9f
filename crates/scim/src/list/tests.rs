//! Queries, pages, cursors and order.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::time::Duration;

use kernel::Timestamp;
use serde_json::{Value, json};

use super::{CursorKey, ListResponse, PageLimits, Paging, Query, Sort};
use crate::schema::USER;
use crate::{ScimError, ScimType};

const LIMITS: PageLimits = PageLimits { default: 100, most: 500 };

type Pair = (&'static str, &'static str);

fn query(pairs: &[(&str, &str)]) -> Result<Query, ScimError> {
    Query::from_parameters(&USER, pairs.iter().copied(), &LIMITS)
}

#[test]
fn pages_are_cut_as_the_rfcs_say() {
    let index = |start, count| Ok(Paging::Index { start, count });
    let cursor = |after: Option<&str>, count| Ok(Paging::Cursor { after: after.map(str::to_owned), count });
    let cases: &[(&[Pair], Result<Paging, ScimType>)] = &[
        (&[], index(1, 100)),
        (&[("startIndex", "5"), ("count", "10")], index(5, 10)),
        (&[("startIndex", "0")], index(1, 100)),
        (&[("startIndex", "-7")], index(1, 100)),
        (&[("startIndex", "99999999999999999999999")], index(usize::try_from(i64::MAX).unwrap(), 100)),
        (&[("startIndex", "x")], Err(ScimType::InvalidValue)),
        (&[("startIndex", "")], Err(ScimType::InvalidValue)),
        (&[("startIndex", "1.5")], Err(ScimType::InvalidValue)),
        (&[("count", "0")], index(1, 0)),
        (&[("count", "-1")], index(1, 0)),
        (&[("count", "-99999999999999999999999")], index(1, 0)),
        (&[("count", "500")], index(1, 500)),
        (&[("count", "501")], index(1, 500)),
        (&[("count", "99999999999999999999999")], index(1, 500)),
        (&[("count", "many")], Err(ScimType::InvalidValue)),
        (&[("count", "0x10")], Err(ScimType::InvalidValue)),
        (&[("count", "1"), ("count", "2")], Err(ScimType::InvalidValue)),
        (&[("Count", "7"), ("STARTINDEX", "9")], index(1, 100)),
        (&[("aadOptscim062020", ""), ("utm", "x"), ("utm", "x")], index(1, 100)),
        (&[("cursor", "")], cursor(None, 100)),
        (&[("cursor", "abc"), ("count", "10")], cursor(Some("abc"), 10)),
        (&[("cursor", "abc"), ("startIndex", "4")], cursor(Some("abc"), 100)),
        (&[("cursor", ""), ("count", "9999")], cursor(None, 500)),
        (&[("cursor", ""), ("count", "0")], Err(ScimType::InvalidCount)),
        (&[("cursor", ""), ("count", "-5")], Err(ScimType::InvalidCount)),
        (&[("cursor", ""), ("count", "x")], Err(ScimType::InvalidCount)),
        (&[("sortBy", "password")], Err(ScimType::InvalidValue)),
        (&[("sortBy", "name")], Err(ScimType::InvalidValue)),
        (&[("sortBy", "colour")], Err(ScimType::InvalidValue)),
        (&[("sortBy", "userName"), ("sortOrder", "sideways")], Err(ScimType::InvalidValue)),
        (&[("filter", "colour pr")], Err(ScimType::InvalidFilter)),
        (&[("attributes", "id"), ("excludedAttributes", "name")], Err(ScimType::InvalidValue)),
        (&[("filter", ""), ("sortBy", ""), ("sortOrder", "")], index(1, 100)),
    ];
    for (pairs, expected) in cases {
        let outcome = query(pairs).map(|query| query.page).map_err(|error| error.scim_type.unwrap());
        assert_eq!(outcome, *expected, "{pairs:?}");
    }
}

#[test]
fn addresses_are_decoded_as_clients_mean_them() {
    let pairs = |list: &[(&str, &str)]| {
        Ok(list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>())
    };
    let cases: &[(&str, &[Pair])] = &[
        ("", &[]),
        ("filter=userName%20eq%20%22a%40b%22", &[("filter", "userName eq \"a@b\"")]),
        ("filter=userName+eq+\"a%2Bb\"&count=1", &[("filter", "userName eq \"a+b\""), ("count", "1")]),
        ("aadOptscim062020&&x=", &[("aadOptscim062020", ""), ("x", "")]),
        ("filter=title eq \"100%\"", &[("filter", "title eq \"100%\"")]),
        ("a=%&b=%4&c=%zz&d=%C3%A9=", &[("a", "%"), ("b", "%4"), ("c", "%zz"), ("d", "é=")]),
        ("a=é", &[("a", "é")]),
    ];
    for (query, expected) in cases {
        assert_eq!(super::parameters(query), pairs(expected), "{query}");
    }
    assert_eq!(super::parameters("a=%ff").unwrap_err().scim_type, Some(ScimType::InvalidValue));
    assert_eq!(super::parameters(&"a&".repeat(100)).unwrap().len(), 100);
    assert_eq!(super::parameters(&"a&".repeat(100_000)).unwrap_err().status, 400);
}

#[test]
fn lists_of_attributes_in_several_parameters_are_put_together() {
    let twice = query(&[("attributes", "userName"), ("attributes", "title,name.givenName")]).unwrap().projection;
    assert!(twice.wants("userName") && twice.wants("title") && twice.wants("name") && !twice.wants("emails"));
}

#[test]
fn a_search_body_says_the_same_as_an_address() {
    let body = json!({
        "schemas": [super::SEARCH_URN], "filter": "active eq true", "attributes": ["userName", "name.givenName"],
        "sortBy": "userName", "sortOrder": "descending", "startIndex": 3, "count": 20,
    });
    let query = Query::from_search(&USER, body.as_object().unwrap().clone(), &LIMITS).unwrap();
    assert_eq!(query.page, Paging::Index { start: 3, count: 20 });
    assert_eq!(query.filter.unwrap().to_string(), "active eq true");
    assert_eq!(query.sort.unwrap().to_string(), "userName descending");
    assert!(query.projection.wants("userName") && !query.projection.wants("emails"));
    for body in
        [json!({ "count": "x" }), json!({ "attributes": [5] }), json!({ "filter": {} }), json!({ "count": 1.5 })]
    {
        let error = Query::from_search(&USER, body.as_object().unwrap().clone(), &LIMITS).unwrap_err();
        assert_eq!(error.scim_type, Some(ScimType::InvalidValue), "{body}");
    }
}

#[test]
fn a_cursor_goes_on_with_its_own_query_for_a_while() {
    let now = Timestamp::from_seconds(1_000_000);
    let hour = Duration::from_hours(1);
    let asked = query(&[("filter", "active eq true"), ("sortBy", "userName"), ("cursor", "")]).unwrap();
    let key = CursorKey { key: Some("mia\"é".to_owned()), id: "7".to_owned(), back: true };
    let text = key.encode(&asked, now);
    assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)), "{text}");
    assert_eq!(CursorKey::decode(&text, &asked, now.plus(hour), hour).as_ref(), Ok(&key));

    let same =
        query(&[("filter", "ACTIVE EQ true"), ("sortBy", "USERNAME"), ("count", "9"), ("cursor", &text)]).unwrap();
    assert_eq!(CursorKey::decode(&text, &same, now, hour), Ok(key));

    let kind = |query: &Query, text: &str, at| CursorKey::decode(text, query, at, hour).unwrap_err().scim_type.unwrap();
    assert_eq!(kind(&asked, &text, now.plus(hour * 2)), ScimType::ExpiredCursor);
    let others = [query(&[]), query(&[("filter", "active eq true")]), query(&[("sortBy", "userName")])];
    for other in others {
        assert_eq!(kind(&other.unwrap(), &text, now), ScimType::InvalidCursor);
    }
    for text in ["", "x", "e30", "W10", &text[1..], &"A".repeat(10_000)] {
        assert_eq!(kind(&asked, text, now), ScimType::InvalidCursor, "{text}");
    }
}

#[test]
fn resources_are_put_in_order() {
    let users = json!([
        { "id": "1", "userName": "bob", "title": "Z", "meta": { "created": "2026-01-02T00:00:00Z" },
          "emails": [{ "value": "z@x" }, { "value": "A@x", "primary": true }] },
        { "id": "2", "userName": "Ann", "meta": { "created": "2026-01-02T00:30:00+01:00" }, "emails": [{ "value": "b@x" }] },
        { "id": "3", "userName": "änn", "title": "a", "active": true, "meta": { "created": "2026-01-01T00:00:00Z" } },
    ]);
    let cases = [
        ("userName", "ascending", ["2", "1", "3"]),
        ("userName", "descending", ["3", "1", "2"]),
        ("title", "ascending", ["3", "1", "2"]),
        ("title", "DESCENDING", ["2", "1", "3"]),
        ("emails", "ascending", ["1", "2", "3"]),
        ("emails.value", "descending", ["3", "2", "1"]),
        ("meta.created", "ascending", ["3", "2", "1"]),
        ("active", "ascending", ["3", "1", "2"]),
        ("urn:ietf:params:scim:schemas:core:2.0:User:id", "descending", ["3", "2", "1"]),
    ];
    for (by, order, expected) in cases {
        let sort = Sort::parse(&USER, Some(by), Some(order)).unwrap().unwrap();
        let mut sorted: Vec<&Value> = users.as_array().unwrap().iter().collect();
        sorted.sort_by(|left, right| {
            let key = |user: &Value| sort.key(user.as_object().unwrap());
            sort.compare(&key(left), &key(right))
        });
        let ids: Vec<&str> = sorted.iter().map(|user| user["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{by} {order}");
    }
}

#[test]
fn lists_are_written_with_numbers_and_never_without_resources() {
    let empty = serde_json::to_value(ListResponse::<Value>::by_index(vec![], 0, 1)).unwrap();
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": [],
    });
    assert_eq!(empty, expected);
    let page = ListResponse::by_cursor(vec![json!({ "id": "1" })], None, Some("next".to_owned()));
    let page = serde_json::to_value(page.after_page(Some("last".to_owned()))).unwrap();
    assert_eq!((page["previousCursor"].as_str(), empty.get("previousCursor")), (Some("last"), None));
    assert_eq!(
        (page["nextCursor"].as_str(), page.get("totalResults"), &page["itemsPerPage"]),
        (Some("next"), None, &json!(1))
    );
}
