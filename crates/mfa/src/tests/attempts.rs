//! Every attempt is there to be read, to be taken along, and goes when its time is over.

use std::time::Duration;

use directory::service::ExportFormat;
use futures_util::TryStreamExt as _;
use kernel::{PageRequest, Role};
use testkit::{on_each_database, operator};

use super::desk::{Desk, HERE, origin};
use crate::MfaError;
use crate::attempts::{Attempt, AttemptFilter, Outcome};
use crate::factors::Shown;
use crate::model::{FactorKind, Origin};
use crate::permissions::ReadMfa;

async fn listed(desk: &Desk, filter: AttemptFilter) -> Vec<Attempt> {
    desk.hall.mfa.list_attempts(&desk.may(ReadMfa {}), &filter, &PageRequest::default()).await.unwrap().items
}

#[tokio::test]
async fn attempts_are_found_by_what_is_known_of_them() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.app().await;
        desk.pass(60);
        let later = desk.hall.db.env.now();
        desk.refusal("000000").await;
        desk.pass(1);
        let stranger = desk.somebody(5).await;
        desk.show_as(&desk.hall.db.store, &stranger, &Shown::Code("123".into()), "198.51.100.9").await;
        let all = listed(&desk, AttemptFilter::default()).await;
        let reasons: Vec<&str> = all.iter().map(|attempt| attempt.reason.as_str()).collect();
        assert_eq!(reasons, ["malformed_code", "wrong_code", "registered"], "newest first");
        assert_eq!(all[2].factor_kind, Some(FactorKind::Totp));
        let none = AttemptFilter::default;
        let filters = [
            (AttemptFilter { outcome: Some(Outcome::Passed), ..none() }, "registered"),
            (AttemptFilter { reason: Some("wrong_code".to_owned()), ..none() }, "wrong_code"),
            (AttemptFilter { account: Some(stranger.id), ..none() }, "malformed_code"),
            (AttemptFilter { label: Some("PERSON5".to_owned()), ..none() }, "malformed_code"),
            (AttemptFilter { address: Some("198.51.100.9".to_owned()), ..none() }, "malformed_code"),
            (AttemptFilter { factor_kind: Some(FactorKind::Totp), ..none() }, "registered"),
            (AttemptFilter { until: Some(later), ..none() }, "registered"),
        ];
        for (filter, expected) in filters {
            let found = listed(&desk, filter.clone()).await;
            assert_eq!(
                found.iter().map(|attempt| attempt.reason.as_str()).collect::<Vec<_>>(),
                [expected],
                "{filter:?}"
            );
        }
        assert_eq!(desk.hall.mfa.get_attempt(&desk.may(ReadMfa {}), all[0].id).await.unwrap(), all[0]);
        let other = operator(desk.hall.db.env.new_id(), Role::Owner).may(ReadMfa {}).unwrap();
        assert!(matches!(desk.hall.mfa.get_attempt(&other, all[0].id).await, Err(MfaError::NotFound(_))));
        let elsewhere = desk.hall.mfa.list_attempts(&other, &none(), &PageRequest::default()).await.unwrap();
        assert!(elsewhere.items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_while_new_attempts_come() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        for _ in 0..5 {
            desk.refusal("123").await;
            desk.pass(1);
        }
        let may = desk.may(ReadMfa {});
        let all = listed(&desk, AttemptFilter::default()).await;
        let mut seen = Vec::new();
        let mut page = PageRequest::first(2);
        loop {
            let found = desk.hall.mfa.list_attempts(&may, &AttemptFilter::default(), &page).await.unwrap();
            seen.extend(found.items);
            desk.refusal("123").await;
            let Some(next) = found.next else { break };
            page = PageRequest::new(2, Some(next));
        }
        assert_eq!(seen, all);
        let foreign = PageRequest::new(2, Some("bm8".to_owned().into()));
        let refused = desk.hall.mfa.list_attempts(&may, &AttemptFilter::default(), &foreign).await;
        assert!(matches!(refused, Err(MfaError::Invalid(_))));
    })
    .await;
}

#[tokio::test]
async fn exports_are_safe_to_open_and_hold_every_line() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let provider = desk.provider().await;
        let nasty = Origin { correlation_id: Some("=HYPERLINK(\"x\")".to_owned()), ..origin(HERE) };
        let attempt = Attempt::new(&desk.hall.mfa, &provider, Outcome::Error, "bad\r\nhint", &nasty);
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        desk.hall.mfa.record(&mut tx, &attempt.label("a,b").detail("x".repeat(1_000))).await.unwrap();
        tx.commit().await.unwrap();
        let may = desk.may(ReadMfa {});
        for (format, count) in [(ExportFormat::Csv, 2), (ExportFormat::JsonLines, 1)] {
            let lines = desk.hall.mfa.export_attempts(&may, AttemptFilter::default(), format).await.unwrap();
            let text: String = lines.try_collect().await.unwrap();
            assert_eq!(text.lines().count(), count, "{text}");
            assert!(text.contains("badhint") && text.len() < 1_500, "{text}");
            if format == ExportFormat::Csv {
                assert!(text.contains("\"a,b\"") && text.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn attempts_go_when_they_were_kept_long_enough() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.refusal("123").await;
        desk.hall.db.hand.advance(Duration::from_hours(24 * 100));
        desk.refusal("123").await;
        assert_eq!(desk.hall.mfa.prune_attempts().await.unwrap(), 0);
        desk.hall.db.hand.advance(Duration::from_hours(24 * 81));
        assert_eq!(desk.hall.mfa.prune_attempts().await.unwrap(), 1);
        assert_eq!(listed(&desk, AttemptFilter::default()).await.len(), 1);
    })
    .await;
}
