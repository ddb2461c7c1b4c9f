//! What Entra saw: calls as they are kept, found and concluded from.

use std::time::Duration;

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};
use testkit::on_each_database;

use super::{Client, House, user};
use crate::journal::Note;
use crate::permissions::UpdateConnection;
use crate::{ConnectionUpdate, Settings};

impl House {
    async fn calls(&self, query: &str) -> Vec<Value> {
        self.provisioning.journal().flush_now().await.unwrap();
        let answer = self.api("GET", &format!("/calls{query}"), Role::Auditor, &json!(null)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["items"].as_array().unwrap().clone()
    }

    async fn operations(&self, query: &str) -> Vec<String> {
        self.calls(query).await.iter().map(|call| call["operation"].as_str().unwrap().to_owned()).collect()
    }

    async fn set(&self, client: &Client, change: impl FnOnce(&mut Settings)) {
        let mut settings = client.connection.settings.clone();
        change(&mut settings);
        let update = ConnectionUpdate {
            version: client.connection.version,
            name: None,
            tenant_id: None,
            state: None,
            settings: Some(settings),
        };
        let may = self.may(UpdateConnection { connection: client.connection.id });
        self.provisioning.update_connection(&may, update).await.unwrap();
    }
}

#[tokio::test]
async fn a_call_is_kept_with_what_the_client_concludes_from_it() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let probe = "/Users?filter=userName+eq+%22f0c0ffee-0000-4000-8000-000000000000%22";
        client.get(probe).await;
        client.get("/Users?filter=userName+eq+%22mia%40harbor.example%22").await;
        let made = client.send("POST", "/Users", &user("mia@harbor.example")).await.json();
        client.send("POST", "/Users", &user("MIA@harbor.example")).await;
        client.ask("DELETE", &format!("/Users/{}", made["id"].as_str().unwrap()), &[], "").await;

        let calls = house.calls("").await;
        let told =
            |call: &Value| (call["operation"].clone(), call["status"].clone(), call["conclusion"]["mood"].clone());
        let expected = [
            ("delete_user", 204, "good"),
            ("create_user", 409, "trouble"),
            ("create_user", 201, "good"),
            ("match_user", 200, "good"),
            ("test_connection", 200, "good"),
        ];
        assert_eq!(
            calls.iter().map(told).collect::<Vec<_>>(),
            expected.map(|(a, b, c)| (json!(a), json!(b), json!(c)))
        );
        assert_eq!(calls[1]["conclusion"]["log_code"], "EntryConflict");
        assert!(calls[3]["conclusion"]["sentence"].as_str().unwrap().contains("create the user next"));
        let one = house.api("GET", &format!("/calls/{}", calls[2]["id"]), Role::Auditor, &json!(null)).await.json();
        assert_eq!((&one["request"]["userName"], &one["answer"]["id"]), (&json!("mia@harbor.example"), &made["id"]));
        assert_eq!(one["resource_id"], made["id"]);

        assert_eq!(house.operations("?status=failure").await, ["create_user"]);
        assert_eq!(house.operations("?operation=match_user").await, ["match_user"]);
        assert_eq!(house.operations("?q=f0c0ffee").await, ["test_connection"]);
        assert_eq!(
            house.operations(&format!("?resource={}", made["id"].as_str().unwrap())).await,
            ["delete_user", "create_user"]
        );
        assert_eq!(house.operations("?connection=00000000-0000-0000-0000-000000000001").await, Vec::<String>::new());
        let page = house.api("GET", "/calls?limit=2", Role::Auditor, &json!(null)).await.json();
        let next = page["next"].as_str().unwrap();
        assert_eq!(house.operations(&format!("?limit=2&after={next}")).await, ["create_user", "match_user"]);
        let csv = house.api("GET", "/calls/export", Role::Auditor, &json!(null)).await.text();
        assert_eq!(csv.lines().count(), 6, "{csv}");
        let lines =
            house.api("GET", "/calls/export?format=jsonl&status=failure", Role::Auditor, &json!(null)).await.text();
        assert_eq!(lines.lines().count(), 1, "{lines}");
    })
    .await;
}

#[tokio::test]
async fn nothing_secret_and_nothing_endless_is_kept() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let mut body = user("mia");
        body["password"] = json!("hunter2-hunter2");
        body["title"] = json!("x".repeat(5_000));
        client.send("POST", "/Users", &body).await;
        let operations = json!([{ "op": "replace", "path": "password", "value": "hunter2-again" }]);
        let patch = json!({ "schemas": [scim::patch::PATCH_URN], "Operations": operations });
        client.send("PATCH", "/Users/00000000-0000-0000-0000-000000000001", &patch).await;
        client.get("/Users?access_token=hunter2&count=1").await;
        house.provisioning.journal().flush_now().await.unwrap();
        let mut tx = house.db.store.read().await.unwrap();
        for row in tx.all("SELECT query, request, answer FROM provisioning_calls", Vec::new()).await.unwrap() {
            let texts: [Option<String>; 3] =
                [row.get("query").unwrap(), row.get("request").unwrap(), row.get("answer").unwrap()];
            for text in texts.into_iter().flatten() {
                assert!(!text.contains("hunter2") && !text.contains(client.key.secret.expose()), "{text}");
                assert!(text.len() <= 16 * 1024);
            }
        }
        drop(tx);
        house.set(&client, |settings| settings.keep_bodies = false).await;
        client.send("POST", "/Users", &user("tom")).await;
        let calls = house.calls("?operation=create_user").await;
        let one = house.api("GET", &format!("/calls/{}", calls[0]["id"]), Role::Owner, &json!(null)).await.json();
        assert_eq!((one.get("request"), one.get("answer")), (None, None));
        assert_eq!(one["resource_name"], "tom");
    })
    .await;
}

#[tokio::test]
async fn when_too_many_wait_a_note_is_dropped_and_no_call_waits() {
    on_each_database(async |db| {
        let house = House::new(db);
        let journal = house.provisioning.journal();
        let (connection, request_id) = (house.db.env.new_id(), house.db.env.new_id());
        let note = |path: &str| {
            journal.note(&Note {
                organisation: house.db.organisation,
                connection,
                at: house.db.env.now(),
                method: "GET",
                path,
                query: "",
                request: None,
                status: 200,
                error: None,
                answer: None,
                about: None,
                dialect: None,
                took: Duration::from_micros(70),
                address: None,
                key: None,
                request_id,
                keep_bodies: true,
            });
        };
        (0..600).for_each(|number| note(&format!("/Users/{number}")));
        journal.flush_now().await.unwrap();
        let calls = house.calls("?limit=500").await;
        let paths: Vec<&str> = calls.iter().take(2).map(|call| call["path"].as_str().unwrap()).collect();
        assert_eq!((calls.len(), paths), (500, vec!["/Users/599", "/Users/598"]));
        (0..20_100).for_each(|_| note("/Users"));
        assert_eq!(journal.waiting(), 20_000);
    })
    .await;
}

#[tokio::test]
async fn calls_are_forgotten_when_the_settings_say_so() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        house.set(&client, |settings| settings.keep_calls_days = 7).await;
        client.get("/Users").await;
        house.db.hand.advance(Duration::from_hours(24 * 6));
        client.get("/Groups").await;
        house.provisioning.journal().flush_now().await.unwrap();
        house.db.hand.advance(Duration::from_hours(25));
        house.provisioning.prune().await.unwrap();
        assert_eq!(house.operations("").await, ["list_groups"]);
    })
    .await;
}

#[tokio::test]
async fn cycles_and_dialects_are_told_of_a_connection() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let id = client.send("POST", "/Users", &user("mia")).await.json()["id"].as_str().unwrap().to_owned();
        house.db.hand.advance(Duration::from_mins(40));
        let operations = json!([{ "op": "Replace", "path": "active", "value": "False" }]);
        let patch = json!({ "schemas": [scim::patch::PATCH_URN], "Operations": operations });
        client.send("PATCH", &format!("/Users/{id}"), &patch).await;
        house.provisioning.journal().flush_now().await.unwrap();
        let path = format!("/connections/{}", client.connection.id);
        let cycles = house.api("GET", &format!("{path}/cycles"), Role::Auditor, &json!(null)).await.json();
        let counts = |at: usize, name: &str| cycles["items"][at][name].clone();
        assert_eq!((counts(0, "users_disabled"), counts(0, "calls")), (json!(1), json!(1)));
        assert_eq!((counts(1, "users_created"), counts(1, "failures")), (json!(1), json!(0)));
        let spoken = house.api("GET", &format!("{path}/dialects"), Role::Auditor, &json!(null)).await.json();
        assert!(spoken["items"].as_array().unwrap().iter().any(|one| one["dialect"] == "entra_default"), "{spoken}");
    })
    .await;
}
