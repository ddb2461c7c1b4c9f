//! A consumer begins with a snapshot and goes on by webhook; at every moment it knows what the directory knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use e2e::World;
use e2e::world::MINUTE;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What a consumer keeps: states of users by object id, and members of groups.
#[derive(Debug, Clone, Default, PartialEq)]
struct Mirror {
    users: BTreeMap<String, String>,
    members: BTreeMap<String, BTreeSet<String>>,
    seen: BTreeSet<i64>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Mirror {
    fn of_snapshot(lines: &str) -> (Self, i64) {
        let (mut mirror, mut revision, mut ended) = (Self::default(), 0, false);
        for line in lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            match line["type"].as_str().unwrap() {
                "snapshot" => revision = line["revision"].as_i64().unwrap(),
                "user" => {
                    mirror.users.insert(text(&line["object_id"]), text(&line["state"]));
                }
                "members" => {
                    let members = mirror.members.entry(text(&line["object_id"])).or_default();
                    members.extend(line["members"].as_array().unwrap().iter().map(|one| text(&one["object_id"])));
                }
                "end" => ended = true,
                _ => {}
            }
        }
        assert!(ended, "the snapshot is whole");
        (mirror, revision)
    }

    fn hear(&mut self, event: &Value) {
        let (kind, data) = (event["type"].as_str().unwrap(), &event["data"]);
        if !self.seen.insert(data["revision"].as_i64().unwrap()) {
            return;
        }
        let id = text(&data["object"]["object_id"]);
        if kind == "group.members_changed" {
            let members = self.members.entry(id).or_default();
            for one in data["added"].as_array().into_iter().flatten() {
                members.insert(text(&one["object_id"]));
            }
            for one in data["removed"].as_array().into_iter().flatten() {
                members.remove(&text(&one["object_id"]));
            }
        } else if let Some(state) = data["after"]["state"]["state"].as_str().or(data["after"]["state"].as_str()) {
            self.users.insert(id, state.to_owned());
        }
    }
}

type Heard = Arc<Mutex<(Mirror, usize)>>;

/// Answers every third call wrongly.
async fn consumer(mirror: Mirror) -> (String, Heard) {
    let heard: Heard = Arc::new(Mutex::new((mirror, 0)));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://127.0.0.1:{}/hook", listener.local_addr().unwrap().port());
    let router = Router::new().route("/hook", post(hear)).with_state(heard.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

async fn hear(State(heard): State<Heard>, body: String) -> StatusCode {
    let mut heard = heard.lock().unwrap();
    heard.1 += 1;
    if heard.1 % 3 == 0 {
        return StatusCode::BAD_GATEWAY;
    }
    heard.0.hear(&serde_json::from_str(&body).unwrap());
    StatusCode::NO_CONTENT
}

async fn snapshot(world: &World) -> (Mirror, i64) {
    let url = format!("{}/api/v1/directory/snapshot", world.node.url);
    let answer = reqwest::Client::builder().build().unwrap().get(url).bearer_auth(&world.token).send().await.unwrap();
    Mirror::of_snapshot(&answer.text().await.unwrap())
}

/// Sends until nothing waits.
async fn deliver(world: &World, webhook: &str) {
    let worker = world.node.app.webhook_worker();
    for _ in 0..40 {
        world.node.app.webhooks.schedule().await.unwrap();
        worker.run_due().await.unwrap();
        let view = world.get(&format!("signals/webhooks/{webhook}")).await;
        let health = &view["health"];
        if health["waiting"] == 0 && health["revision"] == health["newest"] {
            return;
        }
        world.advance(MINUTE * 31);
    }
    panic!("the consumer never caught up");
}

#[tokio::test]
async fn a_consumer_that_begins_with_a_snapshot_misses_nothing() {
    World::on_each(12, async |world| {
        world.filled().await;
        let (mirror, revision) = snapshot(world).await;
        assert_eq!(mirror.users.len(), 12);
        world.entra.hire("late", json!({})).await;
        world.delta().await;
        let (url, heard) = consumer(mirror).await;
        let made = world
            .post(
                "signals/webhooks",
                json!({ "name": "ERP", "url": url, "events": ["user.*", "group.*"], "after": revision }),
            )
            .await;
        let webhook = text(&made["webhook"]["id"]);
        deliver(world, &webhook).await;
        world.entra.delete("p1").await;
        world.entra.hire("later", json!({ "department": "Research" })).await;
        world.delta().await;
        world.full().await;
        deliver(world, &webhook).await;
        let (now, _) = snapshot(world).await;
        let heard = heard.lock().unwrap().0.clone();
        assert_eq!((heard.users, heard.members), (now.users, now.members));
    })
    .await;
}
