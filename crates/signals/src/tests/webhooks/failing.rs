//! What happens when a receiver does not do as it should.

use std::time::Duration;

use serde_json::json;
use testkit::{Db, on_each_database};

use super::{Bench, log, service, user};
use crate::webhooks::decide::WAITS;
use crate::webhooks::{DeliveryState, DisabledBy, WebhookState, WebhookUpdate};
use crate::{Config, Filter, list};

/// Past a wait and its jitter.
fn wait(db: &Db, span: Duration) {
    db.hand.advance(span + span / 10 + Duration::from_secs(1));
}

#[tokio::test]
async fn a_failed_event_is_sent_again_while_others_go_on() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let made = bench.create(&["user.*"]).await;
        let after = made.webhook.health.revision;
        bench.receiver.script(&[500]);
        log(&db, vec![user(1, "user.created"), user(2, "user.created"), user(1, "user.updated")]).await;
        bench.run().await;
        assert_eq!(bench.receiver.arrived(), [format!("user.created {}", after + 2)], "the first object waits, whole");
        let waiting = bench.deliveries(made.webhook.id, Some(DeliveryState::Waiting)).await;
        assert_eq!(waiting.len(), 2);
        log(&db, vec![user(1, "user.deleted")]).await;
        bench.run().await;
        assert_eq!(bench.receiver.got().len(), 2, "nothing about the first object before its time");
        wait(&db, WAITS[0]);
        bench.run().await;
        let expected = [("created", 2), ("created", 1), ("updated", 3), ("deleted", 4)];
        let expected: Vec<_> = expected.iter().map(|(what, n)| format!("user.{what} {}", after + n)).collect();
        assert_eq!(bench.receiver.arrived(), expected);
        assert!(bench.deliveries(made.webhook.id, Some(DeliveryState::Waiting)).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn after_nine_failures_it_is_a_dead_letter_that_can_be_sent_again() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let id = bench.create(&["user.*"]).await.webhook.id;
        bench.receiver.answer(|got| {
            let broken = got.json()["type"] == "user.created";
            (if broken { 500 } else { 204 }, Vec::new(), String::new())
        });
        log(&db, vec![user(1, "user.created")]).await;
        bench.run().await;
        for span in WAITS {
            // Something else arrives meanwhile, so that the webhook does not count as failing.
            log(&db, vec![user(2, "user.updated")]).await;
            wait(&db, span);
            bench.run().await;
        }
        let dead = bench.deliveries(id, Some(DeliveryState::Dead)).await;
        assert_eq!((dead.len(), dead[0].attempts, dead[0].status), (1, 9, Some(500)));
        assert_eq!(bench.get(id).await.health.dead, 1);
        log(&db, vec![user(1, "user.updated")]).await;
        bench.run().await;
        assert!(
            bench.receiver.arrived().last().unwrap().starts_with("user.updated"),
            "life goes on after a dead letter"
        );
        bench.receiver.mend();
        let retried = bench.webhooks.retry_dead_letters(&bench.manage(id)).await.unwrap();
        bench.run().await;
        assert_eq!(retried.retried, 1);
        assert!(bench.receiver.arrived().last().unwrap().starts_with("user.created"));
        assert_eq!(bench.get(id).await.health.dead, 0);
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_is_down_is_only_tried_now_and_then_and_misses_nothing() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let made = bench.create(&["user.*"]).await;
        bench.receiver.answer(|_| (502, Vec::new(), String::new()));
        log(&db, (1..=200).map(|n| user(n, "user.created")).collect()).await;
        bench.run().await;
        assert_eq!(bench.receiver.got().len(), 5, "five failures in a row are enough");
        let health = bench.get(made.webhook.id).await.health;
        assert_eq!(health.failures, 5);
        assert!(health.retry_at.is_some() && health.waiting == 25, "the rest waits in the log: {health:?}");
        wait(&db, WAITS[0]);
        bench.run().await;
        assert_eq!(bench.receiver.got().len(), 6, "one call, to see");
        bench.receiver.mend();
        wait(&db, WAITS[1]);
        bench.run().await;
        assert_eq!(bench.receiver.arrived().len(), 200);
        let health = bench.get(made.webhook.id).await.health;
        assert_eq!((health.failures, health.failing_since, health.waiting), (0, None, 0));
    })
    .await;
}

#[tokio::test]
async fn what_the_receiver_asks_for_is_heeded() {
    on_each_database(async |db| {
        for status in [429, 503] {
            let bench = Bench::new(&db).await;
            let id = bench.create(&["user.*"]).await.webhook.id;
            bench.receiver.answer(move |_| (status, vec![("retry-after", "600".to_owned())], String::new()));
            log(&db, vec![user(1, "user.created"), user(2, "user.created")]).await;
            bench.run().await;
            assert_eq!(bench.receiver.got().len(), 1, "nothing more is sent");
            bench.receiver.mend();
            db.hand.advance(Duration::from_secs(599));
            bench.run().await;
            assert_eq!(bench.receiver.got().len(), 1);
            wait(&db, Duration::from_mins(1));
            bench.run().await;
            assert_eq!(bench.receiver.arrived().len(), 2);
            bench.webhooks.delete_webhook(&bench.manage(id)).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn gone_switches_it_off_and_nothing_is_lost() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let id = bench.create(&["user.*"]).await.webhook.id;
        bench.receiver.script(&[410]);
        log(&db, vec![user(1, "user.created"), user(2, "user.created")]).await;
        bench.run().await;
        let off = bench.get(id).await;
        assert_eq!((off.state, off.disabled_by), (WebhookState::Disabled, Some(DisabledBy::Gone)));
        log(&db, vec![user(3, "user.created")]).await;
        bench.run().await;
        assert_eq!(bench.receiver.got().len(), 1);
        let mut tx = db.store.read().await.unwrap();
        let filter = Filter { names: vec!["signals.webhook_disabled".to_owned()], ..Filter::default() };
        let told = list(&mut tx, db.organisation, &filter, &kernel::PageRequest::default()).await.unwrap();
        assert_eq!(told.items.len(), 1);
        drop(tx);
        let update = WebhookUpdate { enabled: Some(true), ..WebhookUpdate::default() };
        bench.webhooks.update_webhook(&bench.manage(id), update).await.unwrap();
        bench.run().await;
        assert_eq!(bench.receiver.arrived().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn one_that_fails_for_days_is_switched_off() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let id = bench.create(&["user.*"]).await.webhook.id;
        bench.receiver.answer(|_| (500, Vec::new(), String::new()));
        log(&db, vec![user(1, "user.created")]).await;
        for _ in 0..11 {
            bench.run().await;
            assert_eq!(bench.get(id).await.state, WebhookState::Enabled);
            wait(&db, Duration::from_hours(10));
            log(&db, vec![user(1, "user.updated"), user(2, "user.updated")]).await;
        }
        wait(&db, Duration::from_hours(12));
        bench.run().await;
        let off = bench.get(id).await;
        assert_eq!((off.state, off.disabled_by), (WebhookState::Disabled, Some(DisabledBy::Failing)));
    })
    .await;
}

#[tokio::test]
async fn redirects_silence_and_forbidden_places_are_failures() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let id = bench.create(&["user.*"]).await.webhook.id;
        let elsewhere = bench.receiver.url();
        bench.receiver.answer(move |_| (307, vec![("location", elsewhere.clone())], String::new()));
        let tested = bench.webhooks.test_webhook(&bench.manage(id)).await.unwrap();
        assert_eq!((tested.delivery.status, bench.receiver.got().len()), (Some(307), 1), "a redirect is not followed");
        // The same address under rules that do not allow this machine, as after a change of the configuration.
        let strict = service(&db, Config::default());
        let tested = strict.test_webhook(&bench.manage(id)).await.unwrap();
        assert_eq!((tested.delivery.status, bench.receiver.got().len()), (None, 1));
        assert!(tested.delivery.error.unwrap().contains("this machine"));
        // A name that leads to this machine is found out when it is looked up.
        let update = WebhookUpdate { url: Some("http://localhost:9/".to_owned()), ..WebhookUpdate::default() };
        bench.webhooks.update_webhook(&bench.manage(id), update).await.unwrap();
        let tested = strict.test_webhook(&bench.manage(id)).await.unwrap();
        let error = tested.delivery.error.unwrap();
        assert!(error.contains("this machine"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn every_attempt_is_kept_for_a_while() {
    on_each_database(async |db| {
        let bench = Bench::new(&db).await;
        let id = bench.create(&["user.*"]).await.webhook.id;
        bench.receiver.answer(|_| (503, Vec::new(), json!({"why": "tired"}).to_string()));
        log(&db, vec![user(1, "user.created")]).await;
        bench.run().await;
        bench.receiver.mend();
        wait(&db, WAITS[0]);
        bench.run().await;
        let one = bench.deliveries(id, None).await.remove(0);
        assert_eq!((one.state, one.attempts, one.status), (DeliveryState::Delivered, 2, Some(204)));
        let may = bench.owner.may(crate::permissions::ReadWebhooks {}).unwrap();
        let detail = bench.webhooks.get_delivery(&may, id, one.id).await.unwrap();
        let seen: Vec<_> = detail.history.iter().map(|one| (one.status, one.response.as_deref())).collect();
        assert_eq!(seen, [(Some(204), None), (Some(503), Some(r#"{"why":"tired"}"#))]);
        assert_eq!(detail.message.unwrap().kind, "user.created");
        bench.webhooks.prune().await.unwrap();
        assert_eq!(bench.deliveries(id, None).await.len(), 1);
        db.hand.advance(Duration::from_hours(24 * 14 + 1));
        bench.webhooks.prune().await.unwrap();
        assert!(bench.deliveries(id, None).await.is_empty());
    })
    .await;
}
