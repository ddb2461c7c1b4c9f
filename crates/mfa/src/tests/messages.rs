//! The list of messages, and what gateways tell of them afterwards.

use std::time::Duration;

use kernel::{PageRequest, Role};
use testkit::{on_each_database, operator};

use super::reach::Reach;
use crate::MfaError;
use crate::attempts::{Attempt, AttemptFilter};
use crate::gateway::{Receipts, Way};
use crate::model::FactorKind::{Email, Sms, Voice};
use crate::outofband::{Delivery, LoggedMessage, MessageFilter, NotSent, Sending};
use crate::permissions::{ChangeProvider, ReadMfa};

async fn listed(reach: &Reach, filter: MessageFilter) -> Vec<LoggedMessage> {
    let may = operator(reach.hall.db.organisation, Role::Auditor).may(ReadMfa {}).unwrap();
    reach.hall.mfa.list_messages(&may, &filter, &PageRequest::first(50)).await.unwrap().items
}

async fn attempts(reach: &Reach) -> Vec<Attempt> {
    let filter = AttemptFilter::default();
    reach.hall.mfa.list_attempts(&reach.may(ReadMfa {}), &filter, &PageRequest::first(50)).await.unwrap().items
}

fn receipts() -> Receipts {
    serde_json::from_value(serde_json::json!({
        "answer_id": "/id", "id": "id", "status": "status", "reason": "why", "delivered": ["DELIVRD"],
        "failed": ["UNDELIV"],
    }))
    .unwrap()
}

/// A gateway that is listened to; the token of its address, and the message that it calls `m-1`.
async fn told_of(reach: &Reach) -> String {
    reach.listen_to(Some(receipts())).await;
    reach.gateway.lock().unwrap().answer = r#"{"id": "m-1"}"#.to_owned();
    let at = reach.hall.begin("n-1").await;
    assert_eq!(reach.send(&at, Sms).await, Sending::Sent);
    reach.receipt_token().await
}

#[tokio::test]
async fn every_message_is_listed_with_what_became_of_it_and_never_with_the_address_or_the_code() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        let start = reach.hall.db.env.now();
        let at = reach.hall.begin("n-1").await;
        let mut codes = Vec::new();
        reach.send(&at, Email).await;
        codes.push(reach.mailed_code());
        reach.hall.db.hand.advance(Duration::from_secs(31));
        reach.send(&at, Sms).await;
        codes.push(reach.texted_code());
        reach.hall.db.hand.advance(Duration::from_secs(31));
        let late = reach.hall.db.env.now();
        reach.gateway.lock().unwrap().status = Some(500);
        assert_eq!(reach.send(&at, Voice).await, Sending::Not(NotSent::Failed));
        codes.push(reach.texted_code());

        let all = listed(&reach, MessageFilter::default()).await;
        let shown: Vec<_> = all.iter().map(|one| (one.way, one.shown.as_str(), one.state)).collect();
        let expected = [
            (Voice, "+46 •••67", Delivery::Failed),
            (Sms, "+46 •••67", Delivery::Taken),
            (Email, "m•••@h•••.example", Delivery::Taken),
        ];
        assert_eq!(shown, expected, "newest first");
        assert_eq!(all[0].detail.as_deref(), Some("the gateway answered 500"));
        let told = serde_json::to_string(&all).unwrap();
        for secret in codes.iter().map(String::as_str).chain(["mia@home", "701234567"]) {
            assert!(!told.contains(secret), "{told}");
        }
        let none = MessageFilter::default;
        let account = Some(all[0].account);
        let filters = [
            (MessageFilter { way: Some(Sms), ..none() }, 1),
            (MessageFilter { state: Some(Delivery::Failed), ..none() }, 1),
            (MessageFilter { state: Some(Delivery::Delivered), ..none() }, 0),
            (MessageFilter { account, provider: Some(reach.hall.tenant), ..none() }, 3),
            (MessageFilter { label: Some(all[0].label.to_uppercase()), ..none() }, 3),
            (MessageFilter { label: Some("zzz".to_owned()), ..none() }, 0),
            (MessageFilter { correlation_id: all[0].correlation_id.clone(), ..none() }, 3),
            (MessageFilter { from: Some(late), ..none() }, 1),
            (MessageFilter { from: Some(start), until: Some(late), ..none() }, 2),
        ];
        for (filter, count) in filters {
            assert_eq!(listed(&reach, filter.clone()).await.len(), count, "{filter:?}");
        }
        let other = operator(reach.hall.db.env.new_id(), Role::Owner).may(ReadMfa {}).unwrap();
        let page = PageRequest::first(2);
        assert!(reach.hall.mfa.list_messages(&other, &none(), &page).await.unwrap().items.is_empty());
        let may = reach.may(ReadMfa {});
        let first = reach.hall.mfa.list_messages(&may, &none(), &page).await.unwrap();
        let rest = reach.hall.mfa.list_messages(&may, &none(), &PageRequest::new(2, first.next)).await.unwrap();
        assert_eq!((first.items.len(), rest.items, rest.next), (2, vec![all[2].clone()], None));

        reach.hall.db.hand.advance(Duration::from_hours(24 * 181));
        reach.hall.mfa.prune().await.unwrap();
        assert!(listed(&reach, none()).await.is_empty(), "kept as long as attempts");
    })
    .await;
}

#[tokio::test]
async fn a_receipt_settles_its_message_once_on_any_node() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        let token = told_of(&reach).await;
        let sent = listed(&reach, MessageFilter::default()).await.remove(0);
        assert_eq!((sent.state, sent.reference.as_deref()), (Delivery::Taken, Some("m-1")));
        let other = reach.other_node().await;
        for passed_over in ["", "{", "id=m-2&status=DELIVRD", "id=m-1&status=ENROUTE", "status=DELIVRD"] {
            other.receive_receipts(&token, passed_over.as_bytes()).await.unwrap();
        }
        assert_eq!(listed(&reach, MessageFilter::default()).await, [sent], "nothing was told of it");
        other.receive_receipts(&token, b"id=m-1&status=delivrd").await.unwrap();
        reach.hall.mfa.receive_receipts(&token, b"id=m-1&status=UNDELIV").await.unwrap();
        let settled = listed(&reach, MessageFilter::default()).await.remove(0);
        assert_eq!(settled.state, Delivery::Delivered, "what was told first counts");
        assert_eq!(settled.detail.as_deref(), Some("the gateway told DELIVRD"));
        assert_eq!(settled.told_at, Some(reach.hall.db.env.now()));
        assert!(attempts(&reach).await.is_empty(), "nothing went wrong");
        other.store().clone().close().await;
    })
    .await;
}

#[tokio::test]
async fn a_receipt_that_is_quicker_than_the_answer_to_the_call_is_kept_for_it() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        reach.listen_to(Some(receipts())).await;
        let (token, other) = (reach.receipt_token().await, reach.other_node().await);
        let at = reach.hall.begin("n-1").await;
        for (id, told, expected) in [
            ("m-1", "id=m-1&status=DELIVRD", Delivery::Delivered),
            ("m-2", "id=m-2&status=UNDELIV", Delivery::Failed),
            ("m-3", "id=m-4&status=DELIVRD", Delivery::Taken),
        ] {
            let answer = format!(r#"{{"id": "{id}"}}"#);
            let tells_first = Some((other.clone(), token.clone(), told.to_owned()));
            let (told, status) = (Vec::new(), None);
            *reach.gateway.lock().unwrap() = super::reach::Gateway { told, status, answer, tells_first };
            assert_eq!(reach.send(&at, Sms).await, Sending::Sent);
            assert_eq!(listed(&reach, MessageFilter::default()).await[0].state, expected, "{id}");
            reach.hall.db.hand.advance(Duration::from_secs(31));
        }
        assert_eq!(attempts(&reach).await.len(), 1, "the failure is an attempt");
        reach.gateway.lock().unwrap().tells_first = None;
        reach.hall.mfa.receive_receipts(&token, b"id=m-5&status=DELIVRD").await.unwrap();
        let kept = async || {
            let mut tx = reach.hall.db.store.read().await.unwrap();
            let row = tx.one("SELECT COUNT(*) AS n FROM mfa_early_receipts", store::args![]).await.unwrap();
            row.unwrap().get::<i64>("n").unwrap()
        };
        assert_eq!(kept().await, 1, "m-4; while nothing is handed over nothing is kept");
        reach.hall.db.hand.advance(Duration::from_mins(3));
        reach.hall.mfa.prune().await.unwrap();
        assert_eq!(kept().await, 0);
        other.store().clone().close().await;
    })
    .await;
}

#[tokio::test]
async fn a_failure_is_told_to_the_person_and_in_the_attempts() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        let token = told_of(&reach).await;
        let told = br#"{"id": "m-1", "status": "UNDELIV", "why": "no subscriber +46701234567"}"#;
        let other = reach.other_node().await;
        let (one, two) =
            tokio::join!(reach.hall.mfa.receive_receipts(&token, told), other.receive_receipts(&token, told));
        one.and(two).unwrap();
        let failed = listed(&reach, MessageFilter { state: Some(Delivery::Failed), ..MessageFilter::default() }).await;
        let all = attempts(&reach).await;
        assert_eq!((failed.len(), all.len()), (1, 1), "once, of two nodes: {all:?}");
        assert_eq!(all[0].reason, "code_not_delivered");
        assert_eq!((all[0].account, all[0].factor_kind), (Some(failed[0].account), Some(Sms)));
        let detail = "sms to +46 •••67: the gateway told UNDELIV, no subscriber •••";
        assert_eq!(all[0].detail.as_deref(), Some(detail));
        let at = (failed[0].holder, failed[0].sent_at);
        let mut tx = reach.hall.db.store.read().await.unwrap();
        let sent = crate::store::messages::find(&mut tx, failed[0].account, at.0).await.unwrap().unwrap();
        assert_eq!((sent.sent_at, sent.state), (at.1, Delivery::Failed), "the person is told too");
        drop(tx);
        other.store().clone().close().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_is_listened_to_unless_it_is_switched_on_and_by_the_newest_address_alone() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        let mfa = &reach.hall.mfa;
        let may = reach.may(ChangeProvider { tenant: reach.hall.tenant });
        assert!(matches!(mfa.renew_receipt_address(&may, Way::Sms).await, Err(MfaError::Conflict(_))), "off");
        let first = told_of(&reach).await;
        let second = reach.receipt_token().await;
        let good = b"id=m-1&status=DELIVRD";
        let refused = async |token: &str| {
            let error = mfa.receive_receipts(token, good).await.err();
            assert!(matches!(error, Some(MfaError::NotFound("address"))), "{token}: {error:?}");
        };
        for stranger in ["", "x", first.as_str(), &second.to_uppercase()] {
            refused(stranger).await;
        }
        reach.listen_to(None).await;
        refused(&second).await;
        assert_eq!(listed(&reach, MessageFilter::default()).await[0].state, Delivery::Taken);
        reach.listen_to(Some(receipts())).await;
        mfa.receive_receipts(&second, good).await.unwrap();
        assert_eq!(listed(&reach, MessageFilter::default()).await[0].state, Delivery::Delivered);
        assert_eq!(reach.count("mfa.gateway_changed").await, 7, "each change of it is in the log");
        let shown = mfa.out_of_band(&reach.may(ReadMfa {}), reach.hall.tenant).await.unwrap();
        let shown = serde_json::to_string(&shown).unwrap();
        assert!(!shown.contains(&second) && shown.contains("receipt_address_since"), "{shown}");
        mfa.delete_gateway(&may, Way::Sms).await.unwrap();
        refused(&second).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_without_an_id_is_a_message_all_the_same() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        reach.listen_to(Some(receipts())).await;
        let at = reach.hall.begin("n-1").await;
        for answer in ["", r#"{"id": "+46701234567"}"#] {
            reach.gateway.lock().unwrap().answer = answer.to_owned();
            assert_eq!(reach.send(&at, Sms).await, Sending::Sent);
            let sent = listed(&reach, MessageFilter::default()).await.remove(0);
            assert_eq!((sent.state, sent.reference), (Delivery::Taken, None));
            assert!(sent.detail.is_some_and(|detail| detail.contains("without an id")));
            reach.hall.db.hand.advance(Duration::from_secs(31));
        }
    })
    .await;
}
