//! The verbs over HTTP, in all their layers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use kernel::{Actor, Rng, Role};
use serde_json::{Value, json};
use testkit::{Answer, Db, get, on_each_database, operator};
use utoipa_axum::router::OpenApiRouter;
use web::{AuthenticateError, Credentials, CsrfKey, Gate, RequestContext, Settings};

use super::fill;
use crate::members::{MemberChange, pack};
use crate::{Entry, Object, Signals, append, routes};

/// Knows the roles by name.
struct Door(kernel::OrganisationId);

#[async_trait]
impl web::Authenticate for Door {
    async fn authenticate(&self, shown: Credentials, _: &RequestContext) -> Result<Actor, AuthenticateError> {
        let (Credentials::Bearer(shown) | Credentials::Session(shown)) = shown;
        let role = Role::parse(shown.expose()).ok_or(AuthenticateError::Refused)?;
        Ok(operator(self.0, role))
    }
}

fn router(db: &Db) -> Router {
    router_over(db, super::webhooks::service(db, super::webhooks::config()))
}

pub(super) fn router_over(db: &Db, webhooks: crate::Webhooks) -> Router {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let gate = Gate::new(Arc::new(Door(db.organisation)), CsrfKey::random(Rng::seeded(1)));
    let api = OpenApiRouter::new().nest("/api/v1/signals", routes(Signals::new(db.store.clone()), webhooks));
    web::layers(api.into(), Settings::new(db.env.clone(), gate))
}

async fn ask(router: &Router, role: &str, path: &str) -> Answer {
    get(router, &format!("/api/v1/signals{path}"), role).await
}

async fn write(db: &Db, entries: Vec<Entry>) {
    let mut tx = db.store.begin().await.unwrap();
    append(&mut tx, &db.env, &operator(db.organisation, Role::Owner), entries).await.unwrap();
    tx.commit().await.unwrap();
}

fn revisions(body: &Value) -> Vec<i64> {
    body["events"].as_array().unwrap().iter().map(|event| event["revision"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_follower_reads_everything_once_and_in_order() {
    on_each_database(async |db| {
        let router = router(&db);
        fill(&db, 5).await;
        let first = ask(&router, "owner", "/events?limit=3").await.json();
        assert_eq!((revisions(&first), &first["after"], &first["newest"]), (vec![1, 2, 3], &json!(3), &json!(5)));
        let rest = ask(&router, "owner", "/events?limit=3&after=3").await.json();
        assert_eq!((revisions(&rest), &rest["after"]), (vec![4, 5], &json!(5)));
        let none = ask(&router, "owner", "/events?after=5").await.json();
        assert_eq!((revisions(&none), &none["after"]), (vec![], &json!(5)));
        let ahead = ask(&router, "owner", "/events?after=6").await;
        assert_eq!((ahead.status.as_u16(), &ahead.json()["code"]), (409, &json!("signals.ahead")));
    })
    .await;
}

#[tokio::test]
async fn the_cursor_moves_past_what_was_not_asked_for() {
    on_each_database(async |db| {
        let router = router(&db);
        fill(&db, 3).await;
        write(&db, vec![Entry::change("group.created"), Entry::act("dirsync.run_started")]).await;
        let cases = [
            ("types=group.created", vec![4]),
            ("types=group.*&types=dirsync.run_started", vec![4, 5]),
            ("types=user.*,group.*", vec![1, 2, 3, 4]),
            ("types=nothing", vec![]),
        ];
        for (query, expected) in cases {
            let body = ask(&router, "owner", &format!("/events?{query}")).await.json();
            assert_eq!((revisions(&body), &body["after"]), (expected, &json!(5)), "{query}");
        }
        let changes = ask(&router, "helpdesk", "/events").await.json();
        assert_eq!(revisions(&changes), [1, 2, 3, 4], "acts belong to the audit trail");
    })
    .await;
}

#[tokio::test]
async fn an_event_says_who_what_when_and_who_joined() {
    on_each_database(async |db| {
        let router = router(&db);
        let id = uuid::Uuid::from_u128(7);
        let joined = MemberChange { removed: false, kind: 0, object_id: uuid::Uuid::from_u128(8) };
        let left = MemberChange { removed: true, kind: 1, object_id: uuid::Uuid::from_u128(9) };
        let mut entry = Entry::change("group.members_changed").object(Object::new("group", id, "Sales"));
        entry = entry.cause("run", Some(id)).reason("in the source").change_of(Some(&json!({"n": 1})), Some(&json!(2)));
        entry.members = Some(pack(&[joined, left]));
        write(&db, vec![entry]).await;
        let mut event = ask(&router, "auditor", "/events").await.json()["events"][0].take();
        assert_eq!(event["hash"].as_str().unwrap().len(), 64);
        event.as_object_mut().unwrap().remove("hash");
        let expected = json!({
            "specversion": "1.0", "id": "1", "source": format!("urn:uuid:{}", db.organisation),
            "type": "group.members_changed", "time": "2026-03-02T09:00:00Z", "subject": format!("group/{id}"),
            "revision": 1, "stream": "change",
            "actor": {
                "kind": "operator", "id": "00000000-0000-0000-0000-000000000001", "name": "test-owner",
                "address": "192.0.2.7",
            },
            "object": {"kind": "group", "id": id, "name": "Sales"},
            "cause": {"kind": "run", "id": id}, "reason": "in the source",
            "request_id": "00000000-0000-0000-0000-000000000abc",
            "before": {"n": 1}, "after": 2,
            "members": [
                {"change": "added", "kind": "user", "object_id": joined.object_id},
                {"change": "removed", "kind": "group", "object_id": left.object_id},
            ],
        });
        assert_eq!(event, expected);
    })
    .await;
}

#[tokio::test]
async fn a_waiting_follower_hears_of_news_at_once() {
    on_each_database(async |db| {
        let router = router(&db);
        let asked = tokio::spawn({
            let router = router.clone();
            async move { ask(&router, "owner", "/events?after=0&types=user.*&wait=25").await }
        });
        write(&db, vec![Entry::act("dirsync.run_started")]).await;
        fill(&db, 1).await;
        let answer = tokio::time::timeout(Duration::from_secs(20), asked).await.expect("before the wait ends").unwrap();
        assert_eq!(revisions(&answer.json()), [2]);
    })
    .await;
}

#[tokio::test]
async fn the_audit_trail_is_filtered_and_paged() {
    on_each_database(async |db| {
        let router = router(&db);
        fill(&db, 3).await;
        db.hand.advance(Duration::from_hours(1));
        write(&db, vec![Entry::act("operators.signed_in"), Entry::act("operators.signed_out")]).await;
        let cases = [
            ("", 5),
            ("?stream=act", 2),
            ("?type=operators.*&type=user.created", 5),
            ("?type=operators.signed_in", 1),
            ("?actor=test-owner", 5),
            ("?actor=nobody", 0),
            ("?object=00000000-0000-0000-0000-000000000001", 1),
            ("?from=2026-03-02T10:00:00Z", 2),
            ("?until=2026-03-02T10:00:00Z", 3),
        ];
        for (query, count) in cases {
            let body = ask(&router, "auditor", &format!("/audit{query}")).await.json();
            assert_eq!(body["items"].as_array().unwrap().len(), count, "{query}: {body}");
        }
        let page = ask(&router, "auditor", "/audit?limit=2&stream=change").await.json();
        assert_eq!(page["items"][0]["revision"], 3);
        let rest = format!("/audit?limit=2&stream=change&after={}", page["next"].as_str().unwrap());
        assert_eq!(ask(&router, "auditor", &rest).await.json()["items"][0]["revision"], 1);
    })
    .await;
}

#[tokio::test]
async fn an_export_holds_every_matching_entry_whatever_the_length() {
    on_each_database(async |db| {
        let router = router(&db);
        fill(&db, 1_201).await;
        write(&db, vec![Entry::act("operators.signed_in")]).await;
        let lines = ask(&router, "auditor", "/audit/export?type=user.*").await;
        assert!(lines.headers["content-disposition"].to_str().unwrap().contains("vestibule-audit.jsonl"));
        let text = lines.text();
        let numbers = text.lines().map(|line| {
            let event: Value = serde_json::from_str(line).unwrap();
            event["revision"].as_i64().unwrap()
        });
        assert!(numbers.eq(1..=1_201));
        let cef = ask(&router, "auditor", "/audit/export?format=cef&stream=act").await.text();
        assert!(cef.starts_with("CEF:0|Vestibule|") && cef.ends_with('\n') && cef.lines().count() == 1, "{cef}");
        let verdict = ask(&router, "auditor", "/audit/verify").await.json();
        assert_eq!((&verdict["entries"], &verdict["broken"]), (&json!(1_202), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_or_is_not_allowed_is_refused() {
    on_each_database(async |db| {
        let router = router(&db);
        let cases = [
            ("stranger", "/events", 401),
            ("helpdesk", "/events", 200),
            ("helpdesk", "/audit", 403),
            ("helpdesk", "/audit/export", 403),
            ("helpdesk", "/audit/verify", 403),
            ("owner", "/events?after=-1", 400),
            ("owner", "/events?limit=0", 400),
            ("owner", "/events?limit=501", 400),
            ("owner", "/events?wait=26", 400),
            ("owner", "/audit?stream=other", 400),
            ("owner", "/audit?from=2026-03-02T10:00:00Z&until=2026-03-02T10:00:00Z", 400),
            ("owner", "/audit/export?format=xml", 400),
        ];
        for (role, path, status) in cases {
            let answer = ask(&router, role, path).await;
            assert_eq!(answer.status.as_u16(), status, "{role} {path}: {}", answer.text());
        }
    })
    .await;
}
