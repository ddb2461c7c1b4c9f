//! `$filter` by table: what passes, held against a plain reading of the same data.

use super::*;
use crate::graph::filter::parse;

type Test = fn(&Value) -> bool;

#[tokio::test]
async fn filters_find_what_they_say() {
    let rig = Rig::new(400, 80, EVERYTHING);
    let everyone = rig.all("/users?$select=id,displayName,givenName,surname,department,accountEnabled,userType,mail,city,createdDateTime,proxyAddresses,employeeOrgData,companyName,onPremisesSyncEnabled,identities,userPrincipalName,assignedLicenses").await;
    let cases: &[(&str, Test)] = &[
        ("accountEnabled eq false", |user| user["accountEnabled"] == false),
        ("department eq 'sales'", |user| user["department"] == "Sales"),
        ("department eq 'Sales' and accountEnabled eq true", |user| {
            user["department"] == "Sales" && user["accountEnabled"] == true
        }),
        ("department eq 'Sales' or department eq 'Legal'", |user| {
            user["department"] == "Sales" || user["department"] == "Legal"
        }),
        ("startswith(displayName,'A') eq true", |user| {
            user["displayName"].as_str().unwrap().to_lowercase().starts_with('a')
        }),
        ("assignedLicenses/$count ne 0", |user| !user["assignedLicenses"].as_array().unwrap().is_empty()),
        ("department in ('Sales', 'Legal')", |user| user["department"] == "Sales" || user["department"] == "Legal"),
        ("not(department eq 'Sales')", |user| user["department"] != "Sales"),
        ("department ne 'Sales'", |user| user["department"] != "Sales"),
        ("department eq null", |user| user["department"].is_null()),
        ("department ne null", |user| !user["department"].is_null()),
        ("startsWith(displayName,'A')", |user| user["displayName"].as_str().unwrap().to_lowercase().starts_with('a')),
        ("startswith(surname,'ö')", |user| {
            user["surname"].as_str().unwrap_or_default().to_lowercase().starts_with('ö')
        }),
        ("surname eq 'O''Neil'", |user| user["surname"] == "O'Neil"),
        ("endsWith(mail,'@contoso.com')", |user| {
            user["mail"].as_str().is_some_and(|mail| mail.ends_with("@contoso.com"))
        }),
        ("endsWith(userPrincipalName,'onmicrosoft.com')", |user| {
            user["userPrincipalName"].as_str().unwrap().ends_with("onmicrosoft.com")
        }),
        ("userType eq 'Guest'", |user| user["userType"] == "Guest"),
        ("createdDateTime ge 2024-01-01T00:00:00Z", |user| {
            user["createdDateTime"].as_str().unwrap() >= "2024-01-01T00:00:00Z"
        }),
        ("createdDateTime le 2024-01-01", |user| user["createdDateTime"].as_str().unwrap() <= "2024-01-01T00:00:00Z"),
        ("proxyAddresses/any(p:startsWith(p,'smtp:a'))", |user| {
            user["proxyAddresses"]
                .as_array()
                .unwrap()
                .iter()
                .any(|address| address.as_str().unwrap().to_lowercase().starts_with("smtp:a"))
        }),
        ("employeeOrgData/division eq 'Corporate'", |user| user["employeeOrgData"]["division"] == "Corporate"),
        ("onPremisesSyncEnabled eq true", |user| user["onPremisesSyncEnabled"] == true),
        ("onPremisesSyncEnabled ne true", |user| user["onPremisesSyncEnabled"] != true),
        ("identities/any(i:i/issuer eq 'contoso.com' and i/signInType eq 'userPrincipalName')", |user| {
            user["identities"].as_array().unwrap().iter().any(|one| one["issuer"] == "contoso.com")
        }),
        ("assignedLicenses/any(l:l/skuId eq 05e9a617-0261-4cee-bb44-138d3ef5d965)", |user| {
            !user["assignedLicenses"].as_array().unwrap().is_empty()
        }),
        (
            "(accountEnabled eq true and userType eq 'Member') and not(startsWith(displayName,'A') or city eq 'London')",
            |user| {
                user["accountEnabled"] == true
                    && user["userType"] == "Member"
                    && !user["displayName"].as_str().unwrap().to_lowercase().starts_with('a')
                    && user["city"] != "London"
            },
        ),
    ];
    for (filter, test) in cases {
        let encoded = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
        let reply = rig.eventually(&format!("/users?$count=true&$top=999&$select=id&$filter={encoded}")).await;
        assert_eq!(reply.status, 200, "{filter}: {}", reply.text);
        let wanted: Vec<String> =
            everyone.iter().filter(|user| test(user)).map(|user| user["id"].as_str().unwrap().to_owned()).collect();
        assert!(!wanted.is_empty() && wanted.len() < everyone.len(), "{filter} tells nobody from anybody");
        assert_eq!(reply.each("id"), wanted, "{filter}");
        assert_eq!(reply.json()["@odata.count"], wanted.len(), "{filter}");
    }
}

#[tokio::test]
async fn filters_on_relations_need_the_header_and_find_people() {
    let rig = Rig::new(120, 40, EVERYTHING);
    let manager = rig.get("/users?$top=1").await.each("id").remove(0);
    let reports = rig.get(&format!("/users/{manager}/directReports?$select=id")).await.each("id");
    assert_eq!(rig.get(&format!("/users?$select=id&$filter=manager/id eq '{manager}'")).await.each("id"), reports);
    let group = rig.group("Sales department");
    let path = format!("/users?$count=true&$select=id&$filter=memberOf/any(g:g/id eq '{group}')");
    assert_eq!(rig.get(&path).await.status, 400);
    let members = rig.get(&format!("/groups/{group}/members/microsoft.graph.user?$select=id")).await.each("id");
    assert_eq!(rig.eventually(&path).await.each("id"), members);
    assert!(rig.get("/groups?$filter=groupTypes/any(c:c eq 'Unified')&$select=id").await.each("id").len() > 1);
    assert_eq!(rig.get("/groups?$filter=displayName eq 'all STAFF'").await.each("displayName"), ["All staff"]);
}

proptest::proptest! {
    // A failure prints the line with its seed and keeps it beside the sources.
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = parse(Kind::User, &text);
    }

    #[test]
    fn anything_like_a_filter_is_read_or_refused(words in proptest::collection::vec(
        proptest::sample::select(vec!["displayName", "eq", "'a'", "and", "or", "not", "(", ")", "any", "/", ":", "in", "null", "startsWith(", ",", "mail", "x", "2026-01-01"]), 0..30))
    {
        let _ = parse(Kind::User, &words.join(" "));
    }
}
