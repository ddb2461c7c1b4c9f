//! What a receiver gets when all goes well.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Timestamp;
use serde_json::json;
use testkit::on_each_database;
use uuid::Uuid;

use super::{Bench, log, user};
use crate::members::{MemberChange, pack};
use crate::webhooks::{NewWebhook, ReplayFrom};
use crate::{Entry, Object};

/// What a receiver does, written from the convention and not from our code.
fn verifies(secret: &str, got: &super::receiver::Got) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
    let mut signed = format!("{}.{}.", got.header("webhook-id"), got.header("webhook-timestamp")).into_bytes();
    signed.extend_from_slice(&got.body);
    got.header("webhook-signature").split(' ').any(|one| {
        let signature = one.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
        aws_lc_rs::hmac::verify(&key, &signed, &signature).is_ok()
    })
}

#[tokio::test]
async fn chosen_events_arrive_signed_and_in_order() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let made = bench.create(&["user.*"]).await;
        let after = made.webhook.health.revision;
        let entries = vec![
            user(1, "user.created"),
            Entry::act("operators.signed_in"),
            user(2, "user.created"),
            user(1, "user.updated"),
        ];
        log(&db, entries).await;
        bench.run().await;
        let expected = [("user.created", 1), ("user.created", 3), ("user.updated", 4)];
        let expected: Vec<_> = expected.iter().map(|(name, n)| format!("{name} {}", after + n)).collect();
        assert_eq!(bench.receiver.arrived(), expected);
        for got in bench.receiver.got() {
            assert!(verifies(made.secret.expose(), &got));
            assert_eq!(got.header("content-type"), "application/json");
            assert_eq!(got.header("webhook-timestamp"), db.env.now().seconds().to_string());
            assert!(!got.header("webhook-id").contains('.'));
        }
        let health = bench.get(made.webhook.id).await.health;
        assert_eq!((health.revision, health.newest, health.waiting, health.dead), (after + 4, after + 4, 0, 0));
        assert_eq!(health.last_success_at, Some(db.env.now()));
    })
    .await;
}

#[tokio::test]
async fn an_event_says_who_what_and_from_where() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        bench.create(&["group.*"]).await;
        let change = |removed, id| MemberChange { removed, kind: 0, object_id: Uuid::from_u128(id) };
        let mut entry = Entry::change("group.members_changed").object(Object::new("group", Uuid::from_u128(9), "Sales"));
        entry = entry.cause("run", Some(Uuid::from_u128(5))).reason("in the source");
        entry.members = Some(pack(&[change(false, 1), change(true, 2)]));
        let revision = log(&db, vec![entry]).await;
        bench.run().await;
        let expected = json!({
            "type": "group.members_changed",
            "timestamp": "2026-03-02T09:00:00Z",
            "data": {
                "organisation": db.organisation,
                "revision": revision,
                "object": {
                    "kind": "group", "id": Uuid::from_u128(9), "name": "Sales",
                    "source": "graph", "source_id": Uuid::from_u128(0x7e), "object_id": Uuid::from_u128(10),
                },
                "added": [{"kind": "user", "object_id": Uuid::from_u128(1), "id": Uuid::from_u128(0xada), "name": "Ada"}],
                "removed": [{"kind": "user", "object_id": Uuid::from_u128(2)}],
                "cause": {"kind": "run", "id": Uuid::from_u128(5)},
                "reason": "in the source",
                "actor": {"kind": "operator", "id": Uuid::from_u128(1), "name": "test-owner"},
                "request_id": Uuid::from_u128(0xabc),
            },
        });
        assert_eq!(bench.receiver.got()[0].json(), expected);
    })
    .await;
}

#[tokio::test]
async fn members_one_by_one_for_those_who_ask() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        bench.create(&["group.member_added", "group.member_removed"]).await;
        let change = |removed, id| MemberChange { removed, kind: 0, object_id: Uuid::from_u128(id) };
        let mut entry =
            Entry::change("group.members_changed").object(Object::new("group", Uuid::from_u128(9), "Sales"));
        entry.members = Some(pack(&[change(false, 1), change(true, 2), change(false, 3)]));
        log(&db, vec![entry, user(1, "user.created")]).await;
        bench.run().await;
        let got = bench.receiver.got();
        let seen: Vec<_> = got
            .iter()
            .map(|got| (got.json()["type"].clone(), got.json()["data"]["member"]["object_id"].clone()))
            .collect();
        let expected = [("group.member_added", 1), ("group.member_removed", 2), ("group.member_added", 3)];
        let expected = expected.map(|(event, id)| (json!(event), json!(Uuid::from_u128(id))));
        assert_eq!(seen, expected);
        let ids: std::collections::HashSet<_> = got.iter().map(|got| got.header("webhook-id").to_owned()).collect();
        assert_eq!(ids.len(), 3, "each is an event of its own");
    })
    .await;
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_former_one_for_a_while() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let first = bench.create(&["user.*"]).await;
        let id = first.webhook.id;
        let second = bench.webhooks.rotate_secret(&bench.manage(id), Some(2)).await.unwrap();
        assert_ne!(first.secret.expose(), second.secret.expose());
        let cases = [(Duration::ZERO, true, 2), (Duration::from_hours(2), false, 1)];
        for (wait, former, signatures) in cases {
            db.hand.advance(wait);
            bench.receiver.forget();
            log(&db, vec![user(1, "user.updated")]).await;
            bench.run().await;
            let got = &bench.receiver.got()[0];
            assert!(verifies(second.secret.expose(), got));
            assert_eq!(verifies(first.secret.expose(), got), former, "after {wait:?}");
            assert_eq!(got.header("webhook-signature").split(' ').count(), signatures);
        }
        let third = bench.webhooks.rotate_secret(&bench.manage(id), Some(0)).await.unwrap();
        bench.receiver.forget();
        log(&db, vec![user(1, "user.updated")]).await;
        bench.run().await;
        assert!(verifies(third.secret.expose(), &bench.receiver.got()[0]));
        assert!(!verifies(second.secret.expose(), &bench.receiver.got()[0]), "no overlap was asked for");
    })
    .await;
}

#[tokio::test]
async fn the_log_is_sent_again_from_anywhere() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let id = bench.create(&["user.*"]).await.webhook.id;
        let first = log(&db, vec![user(1, "user.created")]).await;
        db.hand.advance(Duration::from_hours(1));
        let second = log(&db, vec![user(1, "user.updated"), user(1, "user.deleted")]).await - 1;
        bench.run().await;
        let before = bench.receiver.got();
        let (created, updated, deleted) =
            (format!("user.created {first}"), format!("user.updated {second}"), format!("user.deleted {}", second + 1));
        let hour = Timestamp::from_seconds(testkit::START.seconds() + 3_600);
        let cases: [(ReplayFrom, Vec<&String>); 5] = [
            (ReplayFrom::Revision(0), vec![&created, &updated, &deleted]),
            (ReplayFrom::Revision(second + 1), vec![&deleted]),
            (ReplayFrom::Time(hour), vec![&updated, &deleted]),
            (ReplayFrom::Time(hour.plus(Duration::from_hours(9))), vec![]),
            (ReplayFrom::Only(second), vec![&updated]),
        ];
        for (from, expected) in cases {
            bench.receiver.forget();
            bench.webhooks.replay(&bench.manage(id), from).await.unwrap();
            bench.run().await;
            assert_eq!(bench.receiver.arrived().iter().collect::<Vec<_>>(), expected, "{from:?}");
        }
        let again = bench.receiver.got();
        assert_eq!(before[1].header("webhook-id"), again[0].header("webhook-id"), "receivers know what they have seen");
        for wrong in [ReplayFrom::Revision(9_999), ReplayFrom::Only(9_999), ReplayFrom::Only(1)] {
            assert!(bench.webhooks.replay(&bench.manage(id), wrong).await.is_err(), "{wrong:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_newcomer_begins_where_its_snapshot_ends() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let revision = log(&db, vec![user(1, "user.created"), user(2, "user.created"), user(3, "user.created")]).await;
        let new = NewWebhook {
            name: "Late".to_owned(),
            url: bench.receiver.url(),
            events: vec!["user.*".to_owned()],
            after: Some(revision - 1),
            ..NewWebhook::default()
        };
        bench.create_as(new).await;
        bench.run().await;
        assert_eq!(bench.receiver.arrived(), [format!("user.created {revision}")]);
    })
    .await;
}

#[tokio::test]
async fn side_by_side_each_object_keeps_its_order() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let new = NewWebhook {
            name: "Wide".to_owned(),
            url: bench.receiver.url(),
            events: vec!["user.*".to_owned()],
            in_flight: Some(8),
            ..NewWebhook::default()
        };
        bench.create_as(new).await;
        let entries = (0..60).map(|n| user((n % 7) << 96, "user.updated")).collect();
        log(&db, entries).await;
        bench.run().await;
        let got = bench.receiver.got();
        assert_eq!(got.len(), 60);
        for object in 0..7_u128 {
            let of = Uuid::from_u128(object << 96).to_string();
            let seen: Vec<_> =
                got.iter().filter(|got| got.object() == of).map(super::receiver::Got::revision).collect();
            assert!(seen.is_sorted(), "{seen:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_test_is_sent_at_once_and_once() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let made = bench.create(&["user.*"]).await;
        bench.receiver.answer(|_| (500, Vec::new(), "x".repeat(5_000)));
        let tested = bench.webhooks.test_webhook(&bench.manage(made.webhook.id)).await.unwrap();
        assert_eq!((tested.delivery.status, tested.delivery.event.as_str()), (Some(500), "webhook.test"));
        assert_eq!(tested.history[0].response.as_ref().unwrap().len(), 1_024, "no more is kept");
        bench.run().await;
        assert_eq!(bench.receiver.got().len(), 1);
        assert!(verifies(made.secret.expose(), &bench.receiver.got()[0]));
        let health = bench.get(made.webhook.id).await.health;
        assert_eq!((health.failures, health.dead), (0, 0), "a test says nothing about the events");
        bench.receiver.mend();
        let tested = bench.webhooks.test_webhook(&bench.manage(made.webhook.id)).await.unwrap();
        assert_eq!(tested.delivery.status, Some(204));
    })
    .await;
}
