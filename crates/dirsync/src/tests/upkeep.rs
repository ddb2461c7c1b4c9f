//! The alarm about a source that is not followed (NET-21), the section of the configuration, and old runs.

use std::time::Duration;

use graph::GraphError;
use graph::error::Refusal;
use kernel::{PageRequest, Role};
use testkit::{on_each_database, operator};

use super::{Room, SOURCE};
use crate::permissions::ReadSync;
use crate::service::runs::ChangeFilter;
use crate::{Config, RunFilter, RunKind, RunState};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_source_that_is_not_followed_raises_one_alarm_and_takes_it_back() {
    on_each_database(async |db| {
        let room = Room::filled(db, 10).await;
        let actor = operator(room.db.organisation, Role::Auditor);
        let read = actor.may(ReadSync {}).unwrap();
        room.dirsync.tick().await.unwrap();
        assert!(room.acts("dirsync.source_").await.is_empty());
        for _ in 0..6 {
            let refusal = Refusal { status: 503, ..Refusal::default() };
            room.fake.fail_after(GraphError::Unavailable(Box::new(refusal)), 0);
            room.db.hand.advance(Duration::from_mins(6));
            room.dirsync.tick().await.unwrap();
            room.work().await;
        }
        let names: Vec<_> = room.acts("dirsync.source_").await.into_iter().map(|act| act.0).collect();
        assert_eq!(names, ["dirsync.source_stale"], "said once");
        let source = room.dirsync.get_source(&read, SOURCE).await.unwrap();
        assert!(source.stale && source.kept.stale_since.is_some());
        room.fake.0.lock().unwrap().fail = None;
        room.db.hand.advance(Duration::from_mins(6));
        room.dirsync.tick().await.unwrap();
        room.work().await;
        room.dirsync.tick().await.unwrap();
        let names: Vec<_> = room.acts("dirsync.source_").await.into_iter().map(|act| act.0).collect();
        assert_eq!(names, ["dirsync.source_stale", "dirsync.source_fresh"]);
        assert_eq!(room.dirsync.get_source(&read, SOURCE).await.unwrap().kept.stale_since, None);
    })
    .await;
}

#[tokio::test]
async fn a_source_begins_with_what_the_configuration_says() {
    on_each_database(async |db| {
        let config = Config {
            full_interval_minutes: 60,
            delete_after_days: 14,
            limit_users: 7,
            owners: vec!["team@example.org".to_owned()],
            ..Config::default()
        };
        let room = Room::new(db, 5).made(|dirsync| dirsync.with_config(config));
        let actor = operator(room.db.organisation, Role::Owner);
        let settings = room.dirsync.get_source(&actor.may(ReadSync {}).unwrap(), SOURCE).await.unwrap().kept.settings;
        assert_eq!((settings.full_interval_minutes, settings.delete_after_days, settings.limits.users), (60, 14, 7));
        assert_eq!(settings.owners, ["team@example.org"]);
    })
    .await;
}

#[test]
fn a_section_that_makes_no_sense_is_told_in_sentences() {
    let text = |config: Config| config.validate().join("; ");
    assert_eq!(text(Config::default()), "");
    for (config, part) in [
        (Config { delta_interval_minutes: 0, ..Config::default() }, "delta_interval_minutes is 0"),
        (Config { owners: vec!["a b".to_owned()], ..Config::default() }, "neither a mail address nor a user name"),
        (Config { keep_runs_days: 1, ..Config::default() }, "dirsync.keep_runs_days"),
    ] {
        assert!(text(config.clone()).contains(part), "{}", text(config));
    }
}

#[tokio::test]
async fn old_runs_go_and_the_last_good_one_stays() {
    on_each_database(async |db| {
        let room = Room::filled(db, 10).await;
        let actor = operator(room.db.organisation, Role::Auditor);
        let read = actor.may(ReadSync {}).unwrap();
        let first = room.full().await;
        room.fake.put_user(3, |user| user.department = Some("Sales".to_owned()));
        let delta = room.run(RunKind::Delta).await;
        room.db.hand.advance(91 * DAY);
        let last = room.full().await;
        assert_eq!(room.dirsync.prune().await.unwrap(), 2, "both full runs of then");
        let page = PageRequest::first(50);
        let runs = room.dirsync.list_runs(&read, &RunFilter::default(), &page).await.unwrap().items;
        let ids: Vec<_> = runs.iter().map(|run| run.id).collect();
        assert!(ids.contains(&last.id) && ids.contains(&delta.id) && !ids.contains(&first.id), "{ids:?}");
        assert_eq!(room.dirsync.prune().await.unwrap(), 0);
        let items = room.dirsync.list_changes(&read, delta.id, &ChangeFilter::default(), &page).await.unwrap().items;
        assert_eq!(items.len(), 1, "what is kept is kept whole");
        assert_eq!(room.get(delta.id).await.state, RunState::Done);
        let mut tx = room.db.store.read().await.unwrap();
        let sql = "SELECT COUNT(*) AS n FROM dirsync_changes WHERE run_id NOT IN (SELECT id FROM dirsync_runs)";
        assert_eq!(tx.count(sql, vec![]).await.unwrap(), 0, "no plan without its run");
    })
    .await;
}
