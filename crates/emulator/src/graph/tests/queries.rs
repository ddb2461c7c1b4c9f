//! Query options: what works, and the exact words where it does not.

use super::*;

#[tokio::test]
async fn lists_page_through_everybody_once() {
    let rig = Rig::new(330, 40, EVERYTHING);
    let mut ids: Vec<String> = rig.all("/users?$select=id").await.iter().map(|user| user["id"].to_string()).collect();
    assert_eq!(ids.len(), 330);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 330);

    let first = rig.get("/users?$top=7&$select=id,displayName").await.json();
    assert_eq!(first["value"].as_array().unwrap().len(), 7);
    assert_eq!(first["@odata.context"], "http://graph.test/v1.0/$metadata#users(id,displayName)");
    let next = first["@odata.nextLink"].as_str().unwrap();
    assert!(next.starts_with("http://graph.test/v1.0/users?$top=7&$select=id,displayName&$skiptoken="), "{next}");
    assert_eq!(rig.all("/groups").await.len(), 40);
}

#[tokio::test]
async fn a_user_has_the_documented_default_properties() {
    let rig = Rig::new(30, 5, EVERYTHING);
    let reply = rig.get("/users").await;
    let body = reply.json();
    let names: Vec<&str> = body["value"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "businessPhones",
            "displayName",
            "givenName",
            "id",
            "jobTitle",
            "mail",
            "mobilePhone",
            "officeLocation",
            "preferredLanguage",
            "surname",
            "userPrincipalName"
        ]
    );
    assert!(body["@microsoft.graph.tips"].is_string());
    assert_eq!(reply.headers["odata-version"], "4.0");
    assert!(reply.headers.contains_key("request-id") && reply.headers.contains_key("x-ms-ags-diagnostic"));
    assert_eq!(reply.headers["x-ms-resource-unit"], "2");
    assert!(reply.headers["content-type"].to_str().unwrap().starts_with("application/json;odata.metadata=minimal"));
}

#[tokio::test]
async fn refusals_have_the_words_that_clients_match_on() {
    let rig = Rig::new(60, 10, EVERYTHING);
    let cases = [
        (
            "/users?$top=1000",
            400,
            "Request_UnsupportedQuery",
            "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.",
        ),
        (
            "/users?$top=0",
            400,
            "Request_UnsupportedQuery",
            "Invalid page size specified: '0'. Must be between 1 and 999 inclusive.",
        ),
        (
            "/users?$select=nope",
            400,
            "BadRequest",
            "Could not find a property named 'nope' on type 'microsoft.graph.user'.",
        ),
        (
            "/users?$select=DisplayName",
            400,
            "BadRequest",
            "Could not find a property named 'DisplayName' on type 'microsoft.graph.user'.",
        ),
        ("/users?$select=skills", 501, "NotImplemented", "This operation target is not yet supported."),
        ("/users?$skip=5", 400, "BadRequest", "'$skip' is not supported by the service."),
        ("/users/$count", 400, "Request_BadRequest", "$count is not currently supported."),
        (
            "/users?$search=\"displayName:a\"",
            400,
            "Request_UnsupportedQuery",
            "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
        ),
        (
            "/users?$filter=endsWith(mail,'x')",
            400,
            "Request_UnsupportedQuery",
            "Operator 'endsWith' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information",
        ),
        (
            "/users?$filter=department ne 'Sales'",
            400,
            "Request_UnsupportedQuery",
            "Operator 'ne' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information",
        ),
        (
            "/groups?$filter=createdDateTime ge 2026-01-01T00:00:00Z",
            400,
            "Request_UnsupportedQuery",
            "Unsupported or invalid query filter clause specified for property 'createdDateTime' of resource 'Group'.",
        ),
        (
            "/users?$filter=nope eq 'x'",
            400,
            "BadRequest",
            "Invalid filter clause: Could not find a property named 'nope' on type 'microsoft.graph.user'.",
        ),
        (
            "/users?$filter=displayName eq 'x",
            400,
            "BadRequest",
            "Invalid filter clause: There is an unterminated string literal at position 17 in 'displayName eq 'x'.",
        ),
        (
            "/users?$filter=displayName eq",
            400,
            "BadRequest",
            "Invalid filter clause: Syntax error at position 14 in 'displayName eq'.",
        ),
        ("/users?$orderby=jobTitle", 400, "Request_UnsupportedQuery", "Sorting not supported for current query."),
        (
            "/users?$orderby=displayName&$filter=accountEnabled eq true",
            400,
            "Request_UnsupportedQuery",
            "Sorting not supported for current query.",
        ),
        (
            "/users?$expand=nope",
            400,
            "BadRequest",
            "Parsing OData Select and Expand failed: Could not find a property named 'nope' on type 'microsoft.graph.user'.",
        ),
        (
            "/users/00000000-0000-4000-8000-000000000000",
            404,
            "Request_ResourceNotFound",
            "Resource '00000000-0000-4000-8000-000000000000' does not exist or one of its queried reference-property objects are not present.",
        ),
        ("/nonsense", 400, "BadRequest", "Resource not found for the segment 'nonsense'."),
        ("/me", 400, "BadRequest", "/me request is only valid with delegated authentication flow."),
    ];
    for (path, status, code, message) in cases {
        let reply = rig.get(path).await;
        assert_eq!((reply.status, reply.code().as_str(), reply.message().as_str()), (status, code, message), "{path}");
        assert!(reply.json()["error"]["innerError"]["request-id"].is_string(), "{path}");
    }
    let reply = rig.send("PUT", "/users", &[], None).await;
    assert_eq!((reply.status, reply.code().as_str()), (405, "Request_BadRequest"));
}

#[tokio::test]
async fn counting_needs_the_header_and_is_silently_left_out_without() {
    let rig = Rig::new(150, 10, EVERYTHING);
    assert_eq!(rig.eventually("/users/$count").await.text, "150");
    assert!(rig.get("/users?$count=true").await.json()["@odata.count"].is_null());
    let first = rig.eventually("/users?$count=true&$top=10").await.json();
    assert_eq!(first["@odata.count"], 150);
    let second = rig.eventually(first["@odata.nextLink"].as_str().unwrap()).await.json();
    assert!(second["@odata.count"].is_null(), "only on the first page");
    let guests = rig.eventually("/users/$count?$filter=userType eq 'Guest'").await.text.parse::<u64>().unwrap();
    assert!(guests > 0 && guests < 40);
}

#[tokio::test]
async fn a_next_page_without_the_header_fails_like_the_service() {
    let rig = Rig::new(150, 10, EVERYTHING);
    let first = rig.eventually("/users?$count=true&$top=10&$filter=department ne 'Sales'").await.json();
    let next = first["@odata.nextLink"].as_str().unwrap();
    assert_eq!(rig.get(next).await.code(), "Request_UnsupportedQuery");
    assert_eq!(rig.eventually(next).await.status, 200);
}

#[tokio::test]
async fn page_tokens_expire() {
    let rig = Rig::new(150, 10, EVERYTHING);
    let next = rig.get("/users?$top=10").await.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    rig.advance(2 * 86_400);
    let reply = rig.get(&next).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "Directory_ExpiredPageToken"));
}

#[tokio::test]
async fn users_are_found_by_id_and_by_name_in_every_spelling() {
    let rig = Rig::new(60, 10, EVERYTHING);
    let user = rig.get("/users?$top=1").await.json()["value"][0].clone();
    let (id, name) = (user["id"].as_str().unwrap(), user["userPrincipalName"].as_str().unwrap());
    for path in [
        format!("/users/{id}"),
        format!("/users/{name}"),
        format!("/Users('{name}')"),
        format!("/USERS/{}", name.to_uppercase()),
        format!("/beta/users/{id}"),
    ] {
        let reply = rig.get(&path).await;
        assert_eq!(reply.json()["id"], id, "{path}");
    }
    let guest =
        rig.user(|directory, ordinal| directory.user(ordinal).record.get(user::USER_TYPE) == Some(b"\"Guest\""));
    let name = rig.get(&format!("/users/{guest}")).await.json()["userPrincipalName"].as_str().unwrap().to_owned();
    assert!(name.contains("#EXT#"));
    assert_eq!(rig.get(&format!("/users/{}", name.replace('#', "%23"))).await.json()["id"], guest.as_str());
}

#[tokio::test]
async fn sorting_pages_in_order_both_ways() {
    let rig = Rig::new(120, 10, EVERYTHING);
    let names = |items: Vec<Value>| {
        items.iter().map(|item| item["displayName"].as_str().unwrap().to_lowercase()).collect::<Vec<_>>()
    };
    let up = names(rig.all("/users?$orderby=displayName&$top=13&$select=displayName").await);
    let mut sorted = up.clone();
    sorted.sort();
    assert_eq!(up, sorted);
    assert_eq!(up.len(), 120);
    let down = names(rig.all("/users?$orderby=displayName desc&$top=13&$select=displayName").await);
    sorted.reverse();
    assert_eq!(down, sorted);
}

#[tokio::test]
async fn search_matches_beginnings_of_words() {
    let rig = Rig::new(60, 30, EVERYTHING);
    let name = rig.get("/users?$top=1").await.json()["value"][0]["givenName"].as_str().unwrap().to_owned();
    let half: String = name.chars().take(3).collect();
    let found = rig
        .eventually(&format!(
            "/users?$search=\"displayName:{}\"",
            percent_encoding::utf8_percent_encode(&half, percent_encoding::NON_ALPHANUMERIC)
        ))
        .await;
    assert!(found.each("displayName").iter().any(|found| found.starts_with(&name)), "{}", found.text);
    let found = rig.eventually("/groups?$search=\"displayName:depart\" AND \"displayName:engin\"").await;
    assert_eq!(found.each("displayName"), ["Engineering department"]);
}

#[tokio::test]
async fn relations_expand_to_twenty_at_most() {
    let rig = Rig::new(200, 10, EVERYTHING);
    let all = rig.group("All staff");
    let group = rig.get(&format!("/groups/{all}?$expand=members($select=id)")).await.json();
    assert_eq!(group["members"].as_array().unwrap().len(), 20);
    assert_eq!(group["members"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["@odata.type", "id"]);
    let users = rig.get("/users?$expand=manager($select=id,displayName)&$select=id&$top=20").await.json();
    assert!(users["value"].as_array().unwrap().iter().any(|user| user["manager"]["displayName"].is_string()));
}

#[tokio::test]
async fn sign_in_activity_needs_permission_and_licence_and_cuts_pages() {
    let mut rig = Rig::new(300, 5, EVERYTHING);
    let page = rig.get("/users?$select=id,signInActivity&$top=999").await.json();
    assert_eq!(page["value"].as_array().unwrap().len(), 120);
    rig.tenant.set_license(crate::world::License::Free);
    assert_eq!(
        rig.get("/users?$select=signInActivity").await.code(),
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    );
    rig.tenant.set_license(crate::world::License::P1);
    rig.allow(&["User.Read.All"]);
    assert_eq!(rig.get("/users?$select=signInActivity").await.code(), "Authentication_MSGraphPermissionMissing");
}

#[tokio::test]
async fn hidden_objects_are_not_in_lists_and_come_back() {
    let rig = Rig::new(200, 20, EVERYTHING);
    rig.switch(|switches| switches.hide_fraction = 0.5);
    let half = rig.all("/users?$select=id").await.len();
    assert!((60..140).contains(&half), "{half}");
    rig.switch(|switches| switches.hide_fraction = 0.0);
    assert_eq!(rig.all("/users?$select=id").await.len(), 200);
}

#[tokio::test]
async fn the_quota_is_enforced_when_asked_and_refills_with_time() {
    let rig = Rig::new(20, 2, EVERYTHING);
    rig.switch(|switches| switches.enforce_quota = true);
    let mut last = rig.get("/users").await;
    for _ in 0..2_000 {
        if last.status != 200 {
            break;
        }
        last = rig.get("/users").await;
    }
    assert_eq!((last.status, last.code().as_str()), (429, "TooManyRequests"));
    assert!(last.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    assert!(last.headers["x-ms-throttle-scope"].to_str().unwrap().starts_with("Tenant_Application/ReadWrite/"));
    rig.switch(|switches| switches.retry_after = false);
    assert!(!rig.get("/users").await.headers.contains_key("retry-after"));
    rig.advance(20);
    assert_eq!(rig.get("/users").await.status, 200);
}
