//! Connections over the API.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};
use testkit::on_each_database;

use super::{House, user};
use crate::ending::EndedConnections;

#[tokio::test]
async fn a_connection_is_made_changed_and_deleted() {
    on_each_database(async |db| {
        let house = House::new(db);
        let made = house.api("POST", "/connections", Role::Administrator, &json!({"name": " Entra "})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        let made = made.json();
        assert_eq!((&made["name"], &made["state"], &made["version"]), (&json!("Entra"), &json!("on"), &json!(1)));
        assert_eq!(made["base_url"], format!("https://vestibule.example/scim/orgs/{}", house.db.organisation));
        let path = format!("/connections/{}", made["id"].as_str().unwrap());
        assert_eq!(house.api("GET", &path, Role::Auditor, &json!({})).await.json(), made);
        assert_eq!(house.api("GET", "/connections", Role::Helpdesk, &json!({})).await.json()["items"], json!([made]));

        let patch = async |body: Value| house.api("PATCH", &path, Role::Owner, &body).await;
        let mut settings = made["settings"].clone();
        settings["limits"]["users"] = json!(7);
        let changed = patch(json!({"version": 1, "name": "HR", "settings": settings})).await.json();
        assert_eq!((&changed["name"], &changed["settings"]["limits"]["users"]), (&json!("HR"), &json!(7)));
        let stale = patch(json!({"version": 1, "name": "other"})).await;
        assert_eq!((stale.status, &stale.json()["code"]), (StatusCode::CONFLICT, &json!("provisioning.stale")));
        assert_eq!(patch(json!({"version": 2, "state": "paused"})).await.json()["state"], "paused");
        assert_eq!(patch(json!({"version": 3, "state": "on"})).await.json()["state"], "on");
        assert_eq!(house.api("DELETE", &path, Role::Owner, &json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(house.api("GET", &path, Role::Owner, &json!({})).await.status, StatusCode::NOT_FOUND);
        let names = ["created", "updated", "paused", "resumed", "deleted"];
        assert_eq!(house.log().await, names.map(|name| format!("provisioning.connection_{name}")));
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    on_each_database(async |db| {
        let house = House::new(db);
        let tokens = json!({"entra_tokens": {"tenant_id": "00000000-0000-0000-0000-0000000000aa"}});
        let first =
            house.api("POST", "/connections", Role::Owner, &json!({"name": "Entra", "settings": tokens})).await.json();
        let path = format!("/connections/{}", first["id"].as_str().unwrap());
        let nobody = "00000000-0000-7000-8000-000000000001";
        let cases = [
            ("POST", "/connections", json!({"name": " "}), 400),
            ("POST", "/connections", json!({"name": "x".repeat(81)}), 400),
            ("POST", "/connections", json!({"name": "a\nb"}), 400),
            ("POST", "/connections", json!({"name": "ENTRA"}), 409),
            ("POST", "/connections", json!({"name": "Other", "settings": tokens}), 409),
            ("POST", "/connections", json!({"name": "Other", "tenant_id": nobody}), 400),
            ("POST", "/connections", json!({"name": "Other", "settings": {"purge_after_days": 0}}), 400),
            ("POST", "/connections", json!({"name": "Other", "more": 1}), 400),
            ("PATCH", path.as_str(), json!({"name": "Other"}), 400),
            ("PATCH", path.as_str(), json!({"version": 1, "tenant_id": nobody}), 400),
            ("PATCH", path.as_str(), json!({"version": 1, "tenant_id": null}), 200),
            ("GET", &format!("/connections/{nobody}"), json!({}), 404),
            ("POST", &format!("/connections/{nobody}/keys"), json!({"label": "x"}), 404),
            ("GET", &format!("/connections/{nobody}/keys"), json!({}), 404),
            ("DELETE", &format!("/keys/{nobody}"), json!({}), 404),
        ];
        for (method, path, body, status) in cases {
            let answer = house.api(method, path, Role::Owner, &body).await;
            assert_eq!(answer.status.as_u16(), status, "{method} {path} {body}: {}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_holds_somebody_stays_and_two_never_meet() {
    on_each_database(async |db| {
        let house = House::new(db);
        let (one, two) = (house.client("One").await, house.client("Two").await);
        for client in [&one, &two] {
            let made = client.send("POST", "/Users", &user("mia")).await;
            assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
            assert_eq!(client.get("/Users").await.json()["totalResults"], json!(1));
        }
        let id = one.get("/Users").await.json()["Resources"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(two.get(&format!("/Users/{id}")).await.status, StatusCode::NOT_FOUND);
        let path = format!("/connections/{}", one.connection.id);
        let kept = house.api("DELETE", &path, Role::Owner, &json!({})).await;
        assert_eq!(kept.status, StatusCode::CONFLICT, "{}", kept.text());
        assert!(kept.json()["detail"].as_str().unwrap().contains("1 users"), "{}", kept.text());
        assert_eq!(one.ask("DELETE", &format!("/Users/{id}"), &[], "").await.status, StatusCode::NO_CONTENT);
        assert_eq!(house.api("DELETE", &path, Role::Owner, &json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(one.get("/Users").await.status, StatusCode::UNAUTHORIZED, "its key is gone too");
        assert_eq!(two.get("/Users").await.json()["totalResults"], json!(1));
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_holds_somebody_is_ended_by_its_typed_name_and_leaves_the_people_to_a_plan() {
    on_each_database(async |db| {
        let house = House::new(db);
        let (one, two) = (house.client("One").await, house.client("Two").await);
        let mut ids = Vec::new();
        for client in [&one, &two] {
            for name in ["mia", "noor"] {
                ids.push(client.send("POST", "/Users", &user(name)).await.json()["id"].clone());
            }
        }
        let group = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Crew",
            "members": [{ "value": ids[0] }] });
        assert_eq!(one.send("POST", "/Groups", &group).await.status, StatusCode::CREATED);
        let path = format!("/connections/{}", one.connection.id);
        let ending = house.api("GET", &format!("{path}/ending"), Role::Auditor, &json!({})).await.json();
        let expected = json!({ "users": 2, "active_users": 2, "groups": 1, "keys": 1, "held_calls": 0,
            "afterwards": "planned", "confirmation": "One" });
        assert_eq!(ending, expected);
        for typed in ["", "?confirmation=", "?confirmation=Two"] {
            let refused = house.api("DELETE", &format!("{path}{typed}"), Role::Owner, &json!({})).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{typed}: {}", refused.text());
        }
        assert_eq!(one.get("/Users").await.json()["totalResults"], json!(2), "nothing has happened so far");

        let before = house.log().await;
        let typed = format!("{path}?confirmation=One");
        assert_eq!(house.api("DELETE", &typed, Role::Helpdesk, &json!({})).await.status, StatusCode::FORBIDDEN);
        assert_eq!(house.api("DELETE", &typed, Role::Owner, &json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(house.log().await[before.len()..], ["provisioning.connection_ended"], "nobody is touched");
        assert_eq!(one.get("/Users").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(two.get("/Users").await.json()["totalResults"], json!(2), "the other one goes on");
        assert_eq!(house.api("DELETE", &typed, Role::Owner, &json!({})).await.status, StatusCode::NOT_FOUND);

        let ended = EndedConnections(house.db.store.clone()).list().await.unwrap();
        assert_eq!(ended.len(), 1);
        let ended = &ended[0];
        assert_eq!((ended.name.as_str(), ended.user_count, ended.group_count), ("One", 2, 1));
        let source = ended.source().unwrap();
        assert_eq!(source.0, one.connection.id.0);
        let mut tx = house.db.store.read().await.unwrap();
        let left = directory::read::users_after(&mut tx, source, None, 10).await.unwrap();
        assert!(left.len() == 2 && left.iter().all(|user| user.state.usable()), "{left:?}");
        for sql in [
            "SELECT COUNT(*) AS n FROM provisioning_users WHERE connection = $1",
            "SELECT COUNT(*) AS n FROM provisioning_groups WHERE connection = $1",
            "SELECT COUNT(*) AS n FROM provisioning_emails WHERE connection = $1",
            "SELECT COUNT(*) AS n FROM provisioning_keys WHERE connection = $1",
        ] {
            assert_eq!(tx.count(sql, store::args![one.connection.id]).await.unwrap(), 0, "{sql}");
        }
        assert_eq!(tx.count("SELECT COUNT(*) AS n FROM provisioning_members", Vec::new()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn each_role_is_let_in_where_it_may() {
    on_each_database(async |db| {
        let house = House::new(db);
        let connection = house.connect("Entra").await;
        let (one, keys) = (format!("/connections/{}", connection.id), format!("/connections/{}/keys", connection.id));
        let nobody = "/keys/00000000-0000-7000-8000-000000000001";
        let cases = [
            ("GET", "/connections", json!({}), [200, 200, 200, 200]),
            ("GET", keys.as_str(), json!({}), [200, 200, 200, 200]),
            ("POST", "/connections", json!({"name": ""}), [400, 400, 403, 403]),
            ("PATCH", one.as_str(), json!({"version": 9}), [409, 409, 403, 403]),
            ("POST", keys.as_str(), json!({"label": ""}), [400, 400, 403, 403]),
            ("DELETE", nobody, json!({}), [404, 404, 403, 403]),
        ];
        for (method, path, body, expected) in cases {
            for (index, role) in Role::ALL.into_iter().enumerate() {
                let answer = house.api(method, path, role, &body).await;
                assert_eq!(answer.status.as_u16(), expected[index], "{role} {method} {path}: {}", answer.text());
            }
        }
    })
    .await;
}
