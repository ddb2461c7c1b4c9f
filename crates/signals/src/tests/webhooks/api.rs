//! The verbs over HTTP: who may, what is refused, what is written down and what is never.

use axum::Router;
use serde_json::{Value, json};
use testkit::{Db, get, on_each_database, send};

use super::super::routes::router_over;
use super::{Bench, log, user};

struct Api {
    router: Router,
    bench: Bench,
}

impl Api {
    async fn new(db: &Db) -> Self {
        let bench = Bench::new(db).await;
        Self { router: router_over(db, bench.webhooks.clone()), bench }
    }

    async fn ask(&self, role: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let path = format!("/api/v1/signals{path}");
        let answer = match method {
            "get" => get(&self.router, &path, role).await,
            other => send(&self.router, &other.to_uppercase(), &path, role, body).await,
        };
        let json = if answer.body.is_empty() { Value::Null } else { answer.json() };
        (answer.status.as_u16(), json)
    }

    fn new_webhook(&self) -> Value {
        json!({ "name": "Warehouse", "url": self.bench.receiver.url(), "events": ["user.*"] })
    }

    async fn create(&self) -> String {
        let (status, made) = self.ask("owner", "post", "/webhooks", &self.new_webhook()).await;
        assert_eq!(status, 201, "{made}");
        made["webhook"]["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn who_may_what() {
    on_each_database(async |db| {
        let api = Api::new(&db).await;
        let id = api.create().await;
        let one = format!("/webhooks/{id}");
        let cases = [
            ("get", "/webhooks".to_owned(), [401, 403, 200, 200]),
            ("get", "/webhooks/event-types".to_owned(), [401, 200, 200, 200]),
            ("get", one.clone(), [401, 403, 200, 200]),
            ("get", format!("{one}/deliveries"), [401, 403, 200, 200]),
            ("post", "/webhooks".to_owned(), [401, 403, 403, 201]),
            ("patch", one.clone(), [401, 403, 403, 200]),
            ("post", format!("{one}/rotate"), [401, 403, 403, 200]),
            ("post", format!("{one}/test"), [401, 403, 403, 200]),
            ("post", format!("{one}/replay"), [401, 403, 403, 200]),
            ("post", format!("{one}/dead-letters/retry"), [401, 403, 403, 202]),
            ("delete", one.clone(), [401, 403, 403, 204]),
        ];
        for (method, path, statuses) in cases {
            let body = match path.as_str() {
                "/webhooks" => api.new_webhook(),
                path if path.ends_with("/replay") => json!({ "from_revision": 1 }),
                _ => json!({}),
            };
            for (role, expected) in ["stranger", "helpdesk", "auditor", "administrator"].into_iter().zip(statuses) {
                let (status, answer) = api.ask(role, method, &path, &body).await;
                assert_eq!(status, expected, "{role} {method} {path}: {answer}");
            }
        }
        assert_eq!(api.ask("owner", "get", &one, &Value::Null).await.0, 404);
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    on_each_database(async |db| {
        let api = Api::new(&db).await;
        let id = api.create().await;
        let with = |name: &str, value: Value| {
            let mut body = api.new_webhook();
            body[name] = value;
            body
        };
        let cases = [
            ("post", "/webhooks".to_owned(), with("name", json!(" ")), 400),
            ("post", "/webhooks".to_owned(), with("url", json!("ftp://x.example/")), 400),
            ("post", "/webhooks".to_owned(), with("url", json!("https://169.254.169.254/")), 400),
            ("post", "/webhooks".to_owned(), with("url", json!("http://hooks.example/")), 400),
            ("post", "/webhooks".to_owned(), with("events", json!([])), 400),
            ("post", "/webhooks".to_owned(), with("events", json!(["everything"])), 400),
            ("post", "/webhooks".to_owned(), with("in_flight", json!(17)), 400),
            ("post", "/webhooks".to_owned(), with("tell", json!(["nobody"])), 400),
            ("post", "/webhooks".to_owned(), with("after", json!(99_999)), 409),
            ("post", "/webhooks".to_owned(), with("secret", json!("whsec_mine")), 400),
            ("patch", format!("/webhooks/{id}"), json!({ "version": 77, "name": "x" }), 409),
            ("patch", format!("/webhooks/{id}"), json!({ "events": ["user"] }), 400),
            ("post", format!("/webhooks/{id}/rotate"), json!({ "overlap_hours": 169 }), 400),
            ("post", format!("/webhooks/{id}/replay"), json!({}), 400),
            ("post", format!("/webhooks/{id}/replay"), json!({ "revision": 1, "from_revision": 1 }), 400),
            ("post", format!("/webhooks/{id}/replay"), json!({ "from_revision": 99_999 }), 409),
            ("get", format!("/webhooks/{id}/deliveries/{id}"), Value::Null, 404),
            ("post", format!("/webhooks/{id}/deliveries/{id}/retry"), json!({}), 404),
            ("get", format!("/webhooks/{id}/deliveries?state=lost"), Value::Null, 400),
            ("get", "/webhooks/not-an-id".to_owned(), Value::Null, 400),
        ];
        for (method, path, body, expected) in cases {
            let (status, answer) = api.ask("owner", method, &path, &body).await;
            assert_eq!(status, expected, "{method} {path} {body}: {answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn everything_is_in_the_audit_trail_and_no_secret_is() {
    on_each_database(async |db| {
        let api = Api::new(&db).await;
        let (_, made) = api.ask("owner", "post", "/webhooks", &api.new_webhook()).await;
        let path = format!("/webhooks/{}", made["webhook"]["id"].as_str().unwrap());
        let (_, rotated) = api.ask("owner", "post", &format!("{path}/rotate"), &json!({})).await;
        for body in [json!({ "name": "Other" }), json!({ "enabled": false }), json!({ "enabled": true })] {
            assert_eq!(api.ask("owner", "patch", &path, &body).await.0, 200);
        }
        api.ask("owner", "post", &format!("{path}/replay"), &json!({ "from_revision": 1 })).await;
        assert_eq!(api.ask("owner", "delete", &path, &Value::Null).await.0, 204);
        let (_, audit) = api.ask("owner", "get", "/audit?type=signals.*", &Value::Null).await;
        let names: Vec<_> =
            audit["items"].as_array().unwrap().iter().rev().map(|one| one["type"].as_str().unwrap()).collect();
        let expected = ["created", "secret_rotated", "updated", "disabled", "enabled", "replayed", "deleted"];
        assert_eq!(names, expected.map(|name| format!("signals.webhook_{name}")));
        let mut seen = audit.to_string();
        seen.push_str(&api.ask("owner", "get", "/webhooks", &Value::Null).await.1.to_string());
        for secret in [&made["secret"], &rotated["secret"]] {
            let secret = secret.as_str().unwrap().strip_prefix("whsec_").unwrap();
            assert!(!seen.contains(secret), "a secret is shown once");
        }
        let mut tx = db.store.read().await.unwrap();
        assert!(tx.all("SELECT id FROM signals_webhooks", Vec::new()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn deliveries_are_found_by_what_is_known_about_them() {
    on_each_database(async |db| {
        let api = Api::new(&db).await;
        let id = api.create().await;
        log(&db, vec![user(1, "user.created"), user(2, "user.created"), user(1, "user.updated")]).await;
        let newest = log(&db, vec![user(3, "user.deleted")]).await;
        api.bench.run().await;
        let cases = [
            (String::new(), 4),
            ("?state=delivered".to_owned(), 4),
            ("?state=dead".to_owned(), 0),
            ("?type=user.created".to_owned(), 2),
            ("?type=user.*".to_owned(), 4),
            ("?type=group.*".to_owned(), 0),
            (format!("?revision={newest}"), 1),
            ("?object=00000000-0000-0000-0000-000000000001".to_owned(), 2),
            ("?q=USER%203".to_owned(), 1),
            ("?q=%25".to_owned(), 0),
        ];
        for (query, count) in cases {
            let (status, page) =
                api.ask("owner", "get", &format!("/webhooks/{id}/deliveries{query}"), &Value::Null).await;
            assert_eq!((status, page["items"].as_array().unwrap().len()), (200, count), "{query}: {page}");
        }
        let (_, page) = api.ask("owner", "get", &format!("/webhooks/{id}/deliveries?limit=3"), &Value::Null).await;
        let rest = format!("/webhooks/{id}/deliveries?limit=3&after={}", page["next"].as_str().unwrap());
        assert_eq!(api.ask("owner", "get", &rest, &Value::Null).await.1["items"].as_array().unwrap().len(), 1);
        let delivery = page["items"][0]["id"].as_str().unwrap();
        let path = format!("/webhooks/{id}/deliveries/{delivery}");
        assert_eq!(api.ask("auditor", "get", &path, &Value::Null).await.1["history"][0]["status"], 204);
        api.bench.receiver.forget();
        assert_eq!(api.ask("owner", "post", &format!("{path}/retry"), &json!({})).await.0, 202);
        api.bench.run().await;
        assert_eq!(api.bench.receiver.got().len(), 1, "sent again, though it had arrived");
    })
    .await;
}

#[tokio::test]
async fn one_organisation_knows_nothing_of_anothers() {
    on_each_database(async |db| {
        let api = Api::new(&db).await;
        let id = api.create().await.parse().unwrap();
        let stranger = testkit::operator(db.env.new_id(), kernel::Role::Owner);
        let read = stranger.may(crate::permissions::ReadWebhooks {}).unwrap();
        assert!(api.bench.webhooks.list_webhooks(&read).await.unwrap().is_empty());
        assert!(api.bench.webhooks.get_webhook(&read, id).await.is_err());
        let manage = stranger.may(crate::permissions::ManageWebhook { webhook: id }).unwrap();
        assert!(api.bench.webhooks.delete_webhook(&manage).await.is_err());
        assert!(api.bench.webhooks.test_webhook(&manage).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn events_come_as_cloud_events_when_asked() {
    on_each_database(async |db| {
        let api = Api::new(&db).await;
        let revision = log(&db, vec![user(1, "user.created"), user(1, "user.updated")]).await;
        let request = http::Request::get("/api/v1/signals/events?types=user.*")
            .header("authorization", "Bearer owner")
            .header("accept", "application/json;q=0.5, application/cloudevents-batch+json")
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = testkit::call(&api.router, request).await;
        assert_eq!(answer.headers["content-type"], "application/cloudevents-batch+json");
        assert_eq!(answer.headers["vestibule-after"], revision.to_string().as_str());
        let events = answer.json();
        let event = &events[1];
        assert_eq!(events.as_array().unwrap().len(), 2);
        for (name, expected) in [
            ("specversion", json!("1.0")),
            ("id", json!(revision.to_string())),
            ("type", json!("user.updated")),
            ("source", json!(format!("urn:uuid:{}", db.organisation))),
            ("subject", json!("user/00000000-0000-0000-0000-000000000001")),
            ("time", json!("2026-03-02T09:00:00Z")),
            ("datacontenttype", json!("application/json")),
            ("revision", json!(revision)),
        ] {
            assert_eq!(event[name], expected, "{name}");
        }
        assert_eq!(event["data"]["object"]["name"], "user 1");
        let names: Vec<_> = event.as_object().unwrap().keys().collect();
        assert!(
            names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())),
            "attribute names: {names:?}"
        );
    })
    .await;
}
