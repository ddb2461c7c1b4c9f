//! Those who may decide are told of held calls by letter (NET-03), through a real mail server of a few lines.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::StatusCode;
use kernel::{OrganisationId, Role};
use mail::{Config, Encryption, Mailer};
use serde_json::{Value, json};
use store::worker::Worker;
use testkit::{Db, MailServer, on_each_database};

use super::{House, room, router, user};
use crate::error::ProvisioningError;
use crate::notice::{KnowDeciders, Post};

/// Knows who decides.
struct Deciders(&'static [&'static str]);

#[async_trait]
impl KnowDeciders for Deciders {
    async fn mails(&self, _: OrganisationId) -> Result<Vec<String>, ProvisioningError> {
        Ok(self.0.iter().map(|&address| address.to_owned()).collect())
    }
}

fn house(db: Db, server: Option<&MailServer>, deciders: &'static [&'static str]) -> House {
    let config = Config {
        server: server.map(|_| "127.0.0.1".to_owned()),
        port: server.map_or(0, |server| server.port),
        encryption: Encryption::None,
        from: Some("Vestibule <vestibule@example.org>".to_owned()),
        ..Config::default()
    };
    let post = Post { mailer: Mailer::new(&config), deciders: Arc::new(Deciders(deciders)) };
    let provisioning = room(&db).with_post(post);
    let router = router(&db, &provisioning);
    House { db, provisioning, router }
}

/// Of forty users older than a day so many are disabled: the first passes, the others are held.
async fn disable(house: &House, count: usize) {
    let client = house.client("Entra").await;
    let mut ids: Vec<Value> = Vec::new();
    for number in 0..40 {
        let made = client.send("POST", "/Users", &user(&format!("u{number}@harbor.example"))).await;
        ids.push(made.json()["id"].clone());
    }
    house.db.hand.advance(Duration::from_hours(25));
    for id in &ids[..count] {
        let operations = json!([{ "op": "Replace", "path": "active", "value": "False" }]);
        let body = json!({ "schemas": [scim::patch::PATCH_URN], "Operations": operations });
        client.send("PATCH", &format!("/Users/{}", id.as_str().unwrap()), &body).await;
    }
}

async fn work(house: &House, after: Duration) {
    house.db.hand.advance(after);
    let handlers = house.provisioning.handlers();
    let worker = Worker::new(house.db.store.clone(), house.db.env.clone(), "node-1".to_owned(), handlers);
    worker.run_due().await.unwrap();
}

async fn told(house: &House) -> Vec<String> {
    house.log().await.into_iter().filter(|name| name.starts_with("provisioning.deciders_")).collect()
}

async fn hold(house: &House) -> Value {
    house.api("GET", "/holds", Role::Auditor, &json!(null)).await.json()["items"][0].clone()
}

#[tokio::test]
async fn one_letter_says_what_waits_why_until_when_and_where() {
    on_each_database(async |db| {
        let server = MailServer::start().await.unwrap();
        let house = house(db, Some(&server), &["ada@example.org", "grace@example.org"]);
        disable(&house, 25).await;
        work(&house, Duration::from_mins(1)).await;
        assert!(server.arrived().is_empty(), "the rest of the burst is waited for");
        work(&house, Duration::from_mins(5)).await;
        let letters = server.arrived();
        assert_eq!(letters.len(), 1, "one letter for all of it");
        assert_eq!(letters[0].to, ["ada@example.org", "grace@example.org"]);
        let text = letters[0].raw.replace("=\r\n", "").replace("\r\n", "\n");
        let hold = hold(&house).await;
        for part in [
            "Subject: Vestibule: what Entra pushes waits for a decision",
            "2 of 40 users would be disabled or deleted within 24 hours",
            "24 calls in all",
            "- disable u1@harbor.example",
            "- and 4 more",
            "more than 20 % of all users",
            hold["expires_at"].as_str().unwrap(),
            &format!("https://vestibule.example/provisioning/holds/{}", hold["id"].as_str().unwrap()),
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert_eq!(told(&house).await, ["provisioning.deciders_told"]);
    })
    .await;
}

#[tokio::test]
async fn a_busy_mail_server_is_tried_again_and_what_was_decided_is_not_told() {
    on_each_database(async |db| {
        let server = MailServer::start().await.unwrap();
        let house = house(db, Some(&server), &["ada@example.org"]);
        disable(&house, 3).await;
        server.refuse_next("451 try again later");
        work(&house, Duration::from_mins(5)).await;
        assert!(server.arrived().is_empty());
        let path = format!("/holds/{}/reject", hold(&house).await["id"].as_str().unwrap());
        assert_eq!(house.api("POST", &path, Role::Owner, &json!({})).await.status, StatusCode::OK);
        for _ in 0..4 {
            work(&house, Duration::from_hours(1)).await;
        }
        assert!(server.arrived().is_empty());
        assert_eq!(told(&house).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_log_says_why_nobody_was_told() {
    on_each_database(async |db| {
        let server = MailServer::start().await.unwrap();
        let house = house(db, Some(&server), &["no address"]);
        disable(&house, 3).await;
        work(&house, Duration::from_mins(5)).await;
        assert_eq!(told(&house).await, ["provisioning.deciders_not_told"]);
        assert!(server.arrived().is_empty());
    })
    .await;
    on_each_database(async |db| {
        let house = house(db, None, &["ada@example.org"]);
        disable(&house, 3).await;
        work(&house, Duration::from_mins(5)).await;
        assert_eq!(told(&house).await, ["provisioning.deciders_not_told"]);
    })
    .await;
}
