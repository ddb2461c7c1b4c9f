//! Media types, lengths and headers.

use axum::http::StatusCode;
use serde_json::json;
use testkit::on_each_database;

use super::{House, fault, user};

#[tokio::test]
async fn json_of_either_name_is_read_and_nothing_else() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let kinds = [
            ("application/scim+json", 201),
            ("application/scim+json; charset=utf-8", 201),
            ("application/json", 201),
            ("Application/JSON;charset=\"UTF-8\"", 201),
            ("application/json; charset=utf-16", 415),
            ("text/plain", 415),
            ("application/x-www-form-urlencoded", 415),
        ];
        for (index, (kind, status)) in kinds.into_iter().enumerate() {
            let body = user(&format!("mia{index}")).to_string();
            let answer = client.ask("POST", "/Users", &[("content-type", kind)], &body).await;
            assert_eq!(answer.status.as_u16(), status, "{kind}: {}", answer.text());
            assert_eq!(answer.headers["content-type"], "application/scim+json");
        }
        let bare = client.ask("POST", "/Users", &[], &user("zoe").to_string()).await;
        assert_eq!(bare.status, StatusCode::CREATED, "no media type is taken for JSON");
        let asked = client.ask("GET", "/Users", &[("accept", "text/html")], "").await;
        assert_eq!(asked.headers["content-type"], "application/scim+json");
    })
    .await;
}

#[tokio::test]
async fn bodies_that_make_no_sense_are_refused_in_scim() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let long = " ".repeat(10 * 1024 * 1024 + 1);
        let cases = [
            ("", 400, "invalidSyntax"),
            ("{", 400, "invalidSyntax"),
            ("[]", 400, "invalidSyntax"),
            ("\"text\"", 400, "invalidSyntax"),
            ("{\"userName\":\"a\",\"userName\":\"b\"}", 400, "invalidSyntax"),
            ("{\"userName\":\"a\\u0000\"}", 400, "invalidValue"),
            (&format!("{{\"userName\":{deep}}}"), 413, ""),
            (&long, 413, ""),
        ];
        for path in ["/Users", "/Groups", "/Bulk", "/.search", "/Users/.search"] {
            for (body, status, kind) in cases {
                let answer = client.ask("POST", path, &[("content-type", "application/scim+json")], body).await;
                let shown = &body[..body.len().min(40)];
                assert_eq!(fault(&answer).0, status, "{path} {shown}: {}", answer.text());
                let told = answer.json()["scimType"].as_str().unwrap_or_default().to_owned();
                assert_eq!(told, kind, "{path} {shown}");
            }
        }
        assert_eq!(client.get("/Users").await.json()["totalResults"], json!(0));
    })
    .await;
}

#[tokio::test]
async fn answers_carry_where_and_in_which_version() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let host =
            [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("content-type", "application/json")];
        let made = client.ask("POST", "/v2/Users?unknown=1&aadOptscim062020", &host, &user("mia").to_string()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        let body = made.json();
        let (id, location) = (body["id"].as_str().unwrap(), body["meta"]["location"].as_str().unwrap());
        assert_eq!(location, format!("{}/Users/{id}", client.connection.base_url));
        assert_eq!(made.headers["location"], location);
        assert_eq!(made.headers["etag"], body["meta"]["version"].as_str().unwrap());

        let path = format!("/Users/{id}");
        let read = client.get(&path).await;
        assert_eq!((read.status, read.json()), (StatusCode::OK, body.clone()));
        assert_eq!(read.headers["content-location"], location);
        let etag = read.headers["etag"].to_str().unwrap().to_owned();
        let same = client.ask("GET", &path, &[("if-none-match", &etag)], "").await;
        assert_eq!((same.status, same.text().as_str()), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!(same.headers["etag"], etag.as_str());
        let other = client.ask("GET", &path, &[("if-none-match", "W/\"other\"")], "").await;
        assert_eq!(other.status, StatusCode::OK);
        let stale = [("if-match", "W/\"other\""), ("content-type", "application/json")];
        let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "active", "value": false}]});
        let refused = client.ask("PATCH", &path, &stale, &patch.to_string()).await;
        assert_eq!(fault(&refused).0, 412);
        assert_eq!(fault(&client.ask("DELETE", &path, &stale[..1], "").await).0, 412);
        let patched = client.send("PATCH", &path, &patch).await;
        assert_eq!((patched.status, &patched.json()["active"]), (StatusCode::OK, &json!(false)));
        assert_ne!(patched.headers["etag"], etag.as_str());
        assert_eq!(client.ask("DELETE", &path, &[], "").await.status, StatusCode::NO_CONTENT);
        assert_eq!(fault(&client.get(&path).await).0, 404);
    })
    .await;
}

#[tokio::test]
async fn a_patched_group_is_shown_only_when_attributes_are_asked_for() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Cranes"});
        let id = client.send("POST", "/Groups", &group).await.json()["id"].as_str().unwrap().to_owned();
        let rename = |name: &str| json!({"Operations": [{"op": "Replace", "path": "displayName", "value": name}]});
        let quiet = client.send("PATCH", &format!("/Groups/{id}"), &rename("Ships")).await;
        assert_eq!((quiet.status, quiet.text().as_str()), (StatusCode::NO_CONTENT, ""));
        assert!(quiet.headers.contains_key("etag"));
        let shown = client.send("PATCH", &format!("/Groups/{id}?attributes=displayName"), &rename("Docks")).await;
        assert_eq!((shown.status, &shown.json()["displayName"]), (StatusCode::OK, &json!("Docks")));
    })
    .await;
}
