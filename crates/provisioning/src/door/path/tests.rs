//! Addresses, as a table.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use axum::http::Method;

use super::{Found, find, read};

const ORGANISATION: &str = "0195f000-0000-7000-8000-00000000000a";

/// What a call comes to: a name and a value, the methods that are allowed, or nothing.
fn verdict(method: &Method, rest: &str) -> String {
    let path = format!("/scim/orgs/{ORGANISATION}{rest}");
    let Some(address) = read(&path) else { return "unreadable".to_owned() };
    assert_eq!(address.organisation.unwrap().to_string(), ORGANISATION);
    match find(method, &address.rest) {
        Found::Route(route, "") => route.name.to_owned(),
        Found::Route(route, value) => format!("{} {value}", route.name),
        Found::WrongMethod(allowed) => format!("allowed: {allowed}"),
        Found::Nothing => "nothing".to_owned(),
    }
}

#[test]
fn addresses_are_read_tolerantly() {
    let cases = [
        (Method::GET, "/Users", "scim_list_users"),
        (Method::HEAD, "/Users", "scim_list_users"),
        (Method::GET, "//Users", "scim_list_users"),
        (Method::GET, "/Users/", "scim_list_users"),
        (Method::GET, "/v2/Users", "scim_list_users"),
        (Method::GET, "/v2//Users//", "scim_list_users"),
        (Method::GET, "/v2/v2/Users", "nothing"),
        (Method::GET, "/users", "nothing"),
        (Method::GET, "", "nothing"),
        (Method::GET, "/", "nothing"),
        (Method::GET, "/v2", "nothing"),
        (Method::GET, "/Users/a%20b", "scim_get_user a b"),
        (Method::GET, "/Users/%FF", "unreadable"),
        (Method::GET, "/Users/a/b", "nothing"),
        (Method::POST, "/Users/.search", "scim_search_users"),
        (Method::GET, "/Users/.search", "allowed: POST"),
        (Method::POST, "/v2/.search/", "scim_search"),
        (Method::POST, "/Users/abc", "allowed: GET, HEAD, PUT, PATCH, DELETE"),
        (Method::GET, "/Bulk", "allowed: POST"),
        (Method::PATCH, "/Me", "scim_patch_me"),
        (Method::POST, "/Schemas", "allowed: GET, HEAD"),
        (
            Method::GET,
            "/Schemas/urn%3Aietf:params:scim:schemas:core:2.0:User",
            "scim_get_schema urn:ietf:params:scim:schemas:core:2.0:User",
        ),
        (Method::GET, "/oauth2/token", "allowed: POST"),
        (Method::OPTIONS, "/Users", "allowed: GET, HEAD, POST"),
    ];
    for (method, rest, expected) in cases {
        assert_eq!(verdict(&method, rest), expected, "{method} {rest}");
    }
}

#[test]
fn an_organisation_has_one_text() {
    let others = [
        ORGANISATION.to_uppercase(),
        ORGANISATION.replace('-', ""),
        format!("{{{ORGANISATION}}}"),
        format!("urn:uuid:{ORGANISATION}"),
        format!("%30{}", &ORGANISATION[1..]),
        format!("{ORGANISATION}%20"),
        "1".to_owned(),
        String::new(),
    ];
    for other in others {
        assert_eq!(read(&format!("/scim/orgs/{other}/Users")).unwrap().organisation, None, "{other}");
    }
    for path in ["/scim", "/scim/", "/scim/orgs", "/scim/Users", "/scim/organisations/x/Users"] {
        assert_eq!(read(path), None, "{path}");
    }
}
