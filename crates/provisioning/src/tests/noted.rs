//! What the journal is told of calls, and by whom it is told nothing.

use std::time::Duration;

use serde_json::json;
use testkit::on_each_database;

use super::{House, user};

/// Method, path, operation, status, dialect and name of every call that was noted, in order.
async fn noted(house: &House) -> Vec<String> {
    house.provisioning.write_down().await.unwrap();
    let mut tx = house.db.store.read().await.unwrap();
    let rows = tx.all("SELECT * FROM provisioning_calls ORDER BY number", Vec::new()).await.unwrap();
    let told = rows.iter().map(|row| {
        let text = |name: &str| row.get::<Option<String>>(name).unwrap().unwrap_or_default();
        let status: i64 = row.get("status").unwrap();
        let (method, path, operation) = (text("method"), text("path"), text("operation"));
        format!("{method} {path} {operation} {status} {} {}", text("dialect"), text("resource_name"))
    });
    told.collect()
}

#[tokio::test]
async fn every_call_of_a_client_is_noted_with_what_it_was_answered() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let made = client.send("POST", "/v2//Users?aadOptscim062020", &user("mia")).await.json();
        let path = format!("/Users/{}", made["id"].as_str().unwrap());
        client
            .send("PATCH", &path, &json!({"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}))
            .await;
        client.get("/Nothing").await;
        client.ask("POST", "/Users", &[("content-type", "text/plain")], "x").await;
        client.ask("DELETE", &path, &[], "").await;
        let expected = [
            "POST /Users create_user 201 entra_compliant mia".to_owned(),
            format!("PATCH {path} disable_user 200 entra_default mia"),
            "GET /Nothing unknown 404 other ".to_owned(),
            "POST /Users create_user 415 other ".to_owned(),
            format!("DELETE {path} delete_user 204 other "),
        ];
        assert_eq!(noted(&house).await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_noted_where_the_secret_was_right_once_and_a_stranger_leaves_nothing() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let short = house.key(&client.connection, |new| new.expires_in_days = Some(1)).await;
        client.knock("GET", &client.path("/Users"), &[("authorization", "Bearer made:up")], "").await;
        client.knock("GET", &client.path("/Users"), &[], "").await;
        assert_eq!(noted(&house).await, [""; 0]);
        house.db.hand.advance(Duration::from_hours(25));
        let shown = format!("Bearer {}", short.token().expose());
        client.knock("GET", &client.path("/Users"), &[("authorization", &shown)], "").await;
        assert_eq!(noted(&house).await, ["GET /Users list_users 401 other "]);
        let mut tx = house.db.store.read().await.unwrap();
        let row = tx.one("SELECT key_id FROM provisioning_calls", Vec::new()).await.unwrap().unwrap();
        assert_eq!(row.get::<crate::KeyId>("key_id").unwrap(), short.key.id);
    })
    .await;
}
