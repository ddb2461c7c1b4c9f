//! Keys over the API, and what is written down of their use.

use std::time::Duration;

use axum::http::StatusCode;
use kernel::Role;
use serde_json::{Value, json};
use testkit::on_each_database;

use super::House;
use crate::permissions::ReadProvisioning;

#[tokio::test]
async fn a_key_is_shown_once_and_exchanged_without_a_lost_call() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let path = format!("/connections/{}/keys", client.connection.id);
        house.db.hand.advance(Duration::from_secs(1));
        let new = json!({"label": "next", "expires_in_days": 30, "addresses": ["192.0.2.0/24", "2001:db8::1"]});
        let made = house.api("POST", &path, Role::Administrator, &new).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        assert_eq!(
            made.headers["location"].to_str().unwrap(),
            format!("/api/v1/provisioning/keys/{}", made.json()["id"].as_str().unwrap())
        );
        let made = made.json();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        assert_eq!(text("token"), format!("{}:{}", text("key"), text("secret")));
        assert_eq!((text("key").len(), text("secret").len()), (35, 43));
        assert!(text("token").len() < 200, "the US government cloud has little room");
        assert_eq!(text("base_url"), client.connection.base_url);
        let listed = house.api("GET", &path, Role::Auditor, &json!({})).await;
        assert!(!listed.text().contains(&text("secret")));
        let listed = listed.json();
        let labels: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|key| &key["label"]).collect();
        assert_eq!(labels.len(), 2);
        assert_eq!(listed["items"][0]["addresses"], json!(["192.0.2.0/24", "2001:db8::1/128"]));

        let shown = format!("Bearer {}", text("token"));
        let ask =
            async |shown: &str| client.knock("GET", &client.path("/Users"), &[("authorization", shown)], "").await;
        assert_eq!((ask(&shown).await.status, ask(&client.bearer()).await.status), (StatusCode::OK, StatusCode::OK));
        let revoke = format!("/keys/{}", client.key.key.id);
        for _ in 0..2 {
            assert_eq!(house.api("DELETE", &revoke, Role::Owner, &json!({})).await.status, StatusCode::NO_CONTENT);
        }
        assert_eq!(ask(&shown).await.status, StatusCode::OK);
        assert_eq!(ask(&client.bearer()).await.status, StatusCode::UNAUTHORIZED);
        let log = house.log().await;
        assert_eq!(log.iter().filter(|name| *name == "provisioning.key_revoked").count(), 1);
        assert_eq!(log.iter().filter(|name| *name == "provisioning.key_created").count(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_kept_nowhere() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let secret = client.key.secret.expose().clone();
        let mut tx = house.db.store.read().await.unwrap();
        let all = signals::Filter::default();
        for entry in signals::oldest_first(&mut tx, house.db.organisation, &all, 0, 100).await.unwrap() {
            assert!(!format!("{entry:?}").contains(&secret));
        }
        let row = tx.one("SELECT secret_hash FROM provisioning_keys", Vec::new()).await.unwrap().unwrap();
        let stored: Vec<u8> = row.get("secret_hash").unwrap();
        assert_eq!(stored.len(), 32);
        assert!(!format!("{:?}", client.key).contains(&secret));
    })
    .await;
}

#[tokio::test]
async fn a_connection_has_at_most_ten_keys_that_work() {
    on_each_database(async |db| {
        let house = House::new(db);
        let connection = house.connect("Entra").await;
        let path = format!("/connections/{}/keys", connection.id);
        for _ in 0..10 {
            house.key(&connection, |new| new.expires_in_days = Some(1)).await;
        }
        let one_more = house.api("POST", &path, Role::Owner, &json!({"label": "x"})).await;
        assert_eq!(one_more.status, StatusCode::CONFLICT, "{}", one_more.text());
        house.db.hand.advance(Duration::from_hours(24));
        assert_eq!(house.api("POST", &path, Role::Owner, &json!({"label": "x"})).await.status, StatusCode::CREATED);
        for bad in [
            json!({"label": "x", "expires_in_days": 0}),
            json!({"label": "x", "expires_in_days": 3651}),
            json!({"label": "x", "addresses": ["somewhere"]}),
        ] {
            assert_eq!(house.api("POST", &path, Role::Owner, &bad).await.status, StatusCode::BAD_REQUEST, "{bad}");
        }
        house.db.hand.advance(Duration::from_hours(24 * 91));
        house.provisioning.prune().await.unwrap();
        assert_eq!(house.api("GET", &path, Role::Owner, &json!({})).await.json()["items"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_last_use_is_written_down_behind_the_calls() {
    on_each_database(async |db| {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let may = house.may(ReadProvisioning {});
        let last = async || {
            let key = house.provisioning.list_keys(&may, client.connection.id).await.unwrap().remove(0);
            let connection = house.provisioning.get_connection(&may, client.connection.id).await.unwrap();
            (key.last_used_at, key.last_address, connection.last_call_at)
        };
        assert_eq!(client.from("203.0.113.7", "Bearer made:up").await.status, StatusCode::UNAUTHORIZED);
        house.provisioning.write_down().await.unwrap();
        assert_eq!(last().await, (None, None, None), "who fails leaves no trace at the key");
        let at = house.db.env.now();
        assert_eq!(client.from("203.0.113.7", &client.bearer()).await.status, StatusCode::OK);
        assert_eq!(last().await, (None, None, None));
        house.provisioning.write_down().await.unwrap();
        assert_eq!(last().await, (Some(at), Some("203.0.113.7".to_owned()), Some(at)));
    })
    .await;
}
