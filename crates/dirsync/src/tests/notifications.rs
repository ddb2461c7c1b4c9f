//! Notifications: subscribed, renewed, ended, heard, coalesced; and strangers.

use std::time::Duration;

use directory::MemberKind;
use graph::GraphError;
use kernel::{PageRequest, Role};
use serde_json::{Value, json};
use testkit::{Db, on_each_database, operator};
use uuid::Uuid;

use super::fake::{FakeHook, id};
use super::{Room, SOURCE};
use crate::notify::receive::echo;
use crate::notify::{HookId, NotificationState, NotificationStatus, Resource};
use crate::permissions::{ChangeSettings, ReadSync, StartRun};
use crate::{Config, Dirsync, DirsyncError, Mode, Run, RunFilter, RunKind, RunState};

const HOUR: Duration = Duration::from_hours(1);

/// A room that Graph can reach, filled with ten users in one group.
async fn reachable(db: Db) -> Room {
    let sealer = db.sealer.clone();
    let config = Config { notification_url: Some("https://vestibule.example".to_owned()), ..Config::default() };
    let room = Room::filled(db, 10).await.made(|dirsync: Dirsync| dirsync.with_config(config).with_sealer(sealer));
    room.db.hand.advance(Duration::from_mins(1));
    room
}

/// The same, told of changes.
async fn told(db: Db) -> Room {
    let room = reachable(db).await;
    room.set(|settings| settings.notifications = true).await;
    room.beat().await;
    room
}

impl Room {
    /// What happens by itself at this moment.
    async fn beat(&self) {
        self.dirsync.tick().await.unwrap();
        self.work().await;
    }

    fn hooks(&self) -> Vec<FakeHook> {
        self.fake.0.lock().unwrap().hooks.clone()
    }

    fn hook(&self, resource: Resource) -> FakeHook {
        self.hooks().into_iter().find(|hook| hook.resource == resource).unwrap()
    }

    async fn notifications(&self) -> NotificationStatus {
        let may = operator(self.db.organisation, Role::Auditor).may(ReadSync {}).unwrap();
        self.dirsync.get_source_uncounted(&may, SOURCE).await.unwrap().notifications
    }

    /// Posts what Graph would.
    async fn tell(&self, hook: &FakeHook, item: Value) -> Result<(), DirsyncError> {
        self.post(hook, json!({ "value": [item] }).to_string().as_bytes()).await
    }

    async fn post(&self, hook: &FakeHook, body: &[u8]) -> Result<(), DirsyncError> {
        let id: HookId = hook.address.rsplit_once('/').unwrap().1.parse().unwrap();
        self.dirsync.receive_notifications(id, body).await
    }

    async fn runs(&self) -> Vec<Run> {
        let may = operator(self.db.organisation, Role::Auditor).may(ReadSync {}).unwrap();
        let page = PageRequest::first(100);
        self.dirsync.list_runs(&may, &RunFilter::default(), &page).await.unwrap().items
    }
}

fn change(hook: &FakeHook) -> Value {
    json!({ "changeType": "updated", "clientState": hook.state, "subscriptionId": hook.id, "resource": "Groups/1" })
}

fn event(hook: &FakeHook, event: &str) -> Value {
    json!({ "clientState": hook.state, "subscriptionId": hook.id, "lifecycleEvent": event })
}

#[tokio::test]
async fn nothing_is_asked_of_graph_until_both_address_and_source_say_so() {
    on_each_database(async |db| {
        let room = reachable(db).await;
        room.beat().await;
        assert_eq!((room.hooks().len(), room.notifications().await.state), (0, NotificationState::Off));
        room.set(|settings| (settings.notifications, settings.mode) = (true, Mode::Preview)).await;
        room.beat().await;
        assert_eq!((room.hooks().len(), room.notifications().await.state), (0, NotificationState::Idle));
        room.set(|_| {}).await;
        room.beat().await;
        let hooks = room.hooks();
        assert_eq!((hooks.len(), room.notifications().await.state), (2, NotificationState::On));
        assert!(
            hooks
                .iter()
                .all(|hook| hook.address.starts_with("https://vestibule.example/api/v1/dirsync/notifications/"))
        );
        assert!(hooks.iter().all(|hook| hook.state.len() >= 40 && hook.state.len() <= 128), "128 is Graph's bound");
        assert_ne!((&hooks[0].state, &hooks[0].address), (&hooks[1].state, &hooks[1].address));
    })
    .await;
}

#[tokio::test]
async fn without_an_address_it_cannot_be_switched_on() {
    on_each_database(async |db| {
        let room = Room::filled(db, 1).await;
        let owner = operator(room.db.organisation, Role::Owner);
        let kept = room.dirsync.get_source(&owner.may(ReadSync {}).unwrap(), SOURCE).await.unwrap().kept;
        let wanted = crate::Settings { notifications: true, ..kept.settings };
        let may = owner.may(ChangeSettings { source: SOURCE }).unwrap();
        let refused = room.dirsync.put_settings(&may, kept.version, wanted).await.unwrap_err();
        assert!(refused.to_string().contains("dirsync.notification_url"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn what_is_told_is_read_at_once_and_once() {
    on_each_database(async |db| {
        let room = told(db).await;
        let (before, hook) = (room.runs().await.len(), room.hook(Resource::Groups));
        room.db.hand.advance(HOUR);
        room.fake.member(1, id(3), MemberKind::User, true);
        for _ in 0..20 {
            room.tell(&hook, change(&hook)).await.unwrap();
        }
        room.work().await;
        let runs = room.runs().await;
        assert_eq!(runs.len(), before + 1, "twenty words, one run");
        assert_eq!((runs[0].kind, runs[0].state), (RunKind::Delta, RunState::Done));
        assert!(runs[0].started_by.contains("change notification"), "{}", runs[0].started_by);
        assert!(!room.members(1).await.contains(&id(3)));
        // Told again right after: read again, but not at once.
        room.db.hand.advance(Duration::from_secs(1));
        room.tell(&hook, change(&hook)).await.unwrap();
        room.work().await;
        assert_eq!(room.runs().await.len(), before + 1, "ten seconds lie between two");
        room.db.hand.advance(Duration::from_secs(10));
        room.work().await;
        assert_eq!(room.runs().await.len(), before + 2);
    })
    .await;
}

#[tokio::test]
async fn a_word_whose_job_was_lost_is_found_by_the_clockwork_before_the_timer() {
    on_each_database(async |db| {
        let room = told(db).await;
        let (before, hook) = (room.runs().await.len(), room.hook(Resource::Users));
        room.db.hand.advance(Duration::from_secs(30));
        room.tell(&hook, change(&hook)).await.unwrap();
        room.spoil_jobs("DELETE FROM store_jobs WHERE kind = 'dirsync.follow'").await;
        room.work().await;
        assert_eq!(room.runs().await.len(), before);
        room.beat().await;
        assert_eq!(room.runs().await.len(), before + 1);
    })
    .await;
}

#[tokio::test]
async fn a_word_that_comes_while_the_job_of_the_one_before_ends_is_read_without_the_clockwork() {
    on_each_database(async |db| {
        let room = told(db).await;
        let hook = room.hook(Resource::Groups);
        room.db.hand.advance(HOUR);
        room.tell(&hook, change(&hook)).await.unwrap();
        // Another node has the job, while somebody has the source read by hand: it will find nothing to do.
        room.spoil_jobs(
            "UPDATE store_jobs SET state = 'running', holder = 'node-2', lease_until = 9000000000000000
             WHERE kind = 'dirsync.follow' AND state = 'queued'",
        )
        .await;
        room.db.hand.advance(Duration::from_secs(1));
        let may = operator(room.db.organisation, Role::Owner).may(StartRun { source: SOURCE }).unwrap();
        room.dirsync.start_run(&may, RunKind::Delta, false).await.unwrap();
        room.work().await;
        let before = room.runs().await.len();
        // Before it has said that it is done, Graph tells of another change.
        room.db.hand.advance(Duration::from_mins(1));
        room.fake.member(1, id(3), MemberKind::User, true);
        room.tell(&hook, change(&hook)).await.unwrap();
        room.spoil_jobs("UPDATE store_jobs SET state = 'done', holder = NULL WHERE holder = 'node-2'").await;
        room.work().await;
        assert_eq!(room.runs().await.len(), before + 1);
        assert!(!room.members(1).await.contains(&id(3)));
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_waits_for_a_person_is_not_pushed_aside_by_what_is_told() {
    on_each_database(async |db| {
        let room = told(db).await;
        let hook = room.hook(Resource::Users);
        (1..=5).for_each(|number| room.fake.delete_user(number));
        room.db.hand.advance(HOUR);
        room.tell(&hook, change(&hook)).await.unwrap();
        room.work().await;
        let held = room.runs().await.remove(0);
        assert_eq!(held.state, RunState::Held);
        room.db.hand.advance(Duration::from_mins(1));
        room.tell(&hook, change(&hook)).await.unwrap();
        room.beat().await;
        assert_eq!(room.runs().await[0].id, held.id, "it still waits");
    })
    .await;
}

#[tokio::test]
async fn strangers_are_refused_and_leave_nothing_behind() {
    on_each_database(async |db| {
        let room = told(db).await;
        room.db.hand.advance(HOUR);
        let (users, groups) = (room.hook(Resource::Users), room.hook(Resource::Groups));
        let (before, was) = (room.runs().await.len(), room.notifications().await);
        let with = |state: Value| json!({ "value": [{ "clientState": state, "changeType": "updated" }] }).to_string();
        let bodies = [
            String::new(),
            "{}".to_owned(),
            "not json".to_owned(),
            json!({ "value": [] }).to_string(),
            json!({ "value": [{}] }).to_string(),
            json!({ "value": "users" }).to_string(),
            with(Value::Null),
            with(json!("")),
            with(json!("guessed")),
            with(json!(&groups.state)),
            with(json!(users.state.to_lowercase() + "x")),
            with(json!([&users.state])),
            format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)),
        ];
        for body in bodies {
            let refused = room.post(&users, body.as_bytes()).await;
            assert!(matches!(refused, Err(DirsyncError::StrangeNotification)), "{body:.80}: {refused:?}");
        }
        let nobody = FakeHook { address: format!("https://vestibule.example/{}", Uuid::from_u128(7)), ..users.clone() };
        assert!(matches!(room.tell(&nobody, change(&users)).await, Err(DirsyncError::StrangeNotification)));
        room.work().await;
        assert_eq!((room.runs().await.len(), room.notifications().await), (before, was));
        // One word of Graph's among a stranger's is Graph's.
        let mixed = json!({ "value": [{ "clientState": "guessed" }, change(&users)] });
        room.post(&users, mixed.to_string().as_bytes()).await.unwrap();
    })
    .await;
}

#[test]
fn the_echo_is_bounded() {
    let token = "Validation: Testing client application reachability for subscription Request-Id: 1";
    assert_eq!(echo(token.to_owned()).unwrap(), token);
    for bad in [String::new(), "x".repeat(1_025), "a\r\nb".to_owned(), "a\0".to_owned()] {
        assert!(echo(bad.clone()).is_err(), "{bad:?}");
    }
}

#[tokio::test]
async fn a_subscription_is_renewed_in_time_and_at_once_when_graph_asks() {
    on_each_database(async |db| {
        let room = told(db).await;
        let first = room.notifications().await.until.unwrap();
        room.db.hand.advance(35 * HOUR);
        room.beat().await;
        assert_eq!(room.notifications().await.until.unwrap(), first, "half of three days is not over");
        room.db.hand.advance(2 * HOUR);
        room.beat().await;
        let second = room.notifications().await.until.unwrap();
        assert!(second > first, "{second} {first}");
        let hook = room.hook(Resource::Users);
        room.db.hand.advance(HOUR);
        room.tell(&hook, event(&hook, "reauthorizationRequired")).await.unwrap();
        room.work().await;
        assert!(room.hook(Resource::Users).until > hook.until, "renewed without waiting for the clockwork");
    })
    .await;
}

#[tokio::test]
async fn what_graph_ended_or_forgot_is_asked_for_anew_and_the_source_is_read() {
    on_each_database(async |db| {
        let room = told(db).await;
        let (before, hook) = (room.runs().await.len(), room.hook(Resource::Groups));
        room.db.hand.advance(Duration::from_mins(1));
        room.tell(&hook, event(&hook, "subscriptionRemoved")).await.unwrap();
        room.work().await;
        let again = room.hook(Resource::Groups);
        assert_ne!(again.id, hook.id);
        assert_eq!((room.hooks().len(), room.runs().await.len()), (2, before + 1));
        // Graph forgets it without a word: found when it is renewed.
        room.fake.0.lock().unwrap().hooks.clear();
        room.db.hand.advance(37 * HOUR);
        room.beat().await;
        assert_eq!((room.hooks().len(), room.notifications().await.state), (2, NotificationState::On));
    })
    .await;
}

#[tokio::test]
async fn switched_off_it_ends_at_graph_and_what_comes_still_is_a_strangers() {
    on_each_database(async |db| {
        let room = told(db).await;
        let hook = room.hook(Resource::Users);
        room.set(|settings| settings.notifications = false).await;
        room.beat().await;
        assert_eq!((room.hooks().len(), room.notifications().await.state), (0, NotificationState::Off));
        assert!(matches!(room.tell(&hook, change(&hook)).await, Err(DirsyncError::StrangeNotification)));
        let acts: Vec<_> = room.acts("dirsync.notifications").await.into_iter().map(|(name, _)| name).collect();
        let (begun, ended) = ("dirsync.notifications_begun", "dirsync.notifications_ended");
        assert_eq!(acts, [begun, begun, ended, ended]);
    })
    .await;
}

#[tokio::test]
async fn before_a_disconnection_it_ends_at_graph() {
    on_each_database(async |db| {
        let room = told(db).await;
        room.dirsync.end_notifications(room.db.organisation, SOURCE).await.unwrap();
        assert!(room.hooks().is_empty());
        let acts = room.acts("dirsync.notifications_ended").await;
        assert_eq!(acts.last().unwrap().1.as_deref(), Some("the tenant is disconnected"));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_told_with_its_mend_once_and_tried_again() {
    on_each_database(async |db| {
        let room = reachable(db).await;
        room.fake.0.lock().unwrap().refusal = Some(GraphError::Cancelled);
        room.set(|settings| settings.notifications = true).await;
        room.beat().await;
        let shown = room.notifications().await;
        assert_eq!((shown.state, shown.error_code.as_deref()), (NotificationState::Failing, Some("graph.cancelled")));
        assert!(shown.mend.is_some() && shown.try_at.unwrap() > room.db.env.now(), "{shown:?}");
        room.beat().await;
        room.db.hand.advance(Duration::from_mins(1));
        room.beat().await;
        assert_eq!(room.acts("dirsync.notifications_failed").await.len(), 2, "once for users, once for groups");
        room.fake.0.lock().unwrap().refusal = None;
        room.db.hand.advance(HOUR);
        room.beat().await;
        let shown = room.notifications().await;
        assert_eq!((shown.state, shown.error_code), (NotificationState::On, None));
    })
    .await;
}

#[tokio::test]
async fn what_graph_was_told_is_sealed_at_rest() {
    on_each_database(async |db| {
        let room = told(db).await;
        let mut tx = room.db.store.read().await.unwrap();
        let rows = tx.all("SELECT client_state FROM dirsync_subscriptions", store::args![]).await.unwrap();
        assert_eq!(rows.len(), 2);
        for row in rows {
            let sealed: Vec<u8> = row.get("client_state").unwrap();
            let clear = |hook: &FakeHook| sealed.windows(8).any(|part| part == &hook.state.as_bytes()[..8]);
            assert!(!room.hooks().iter().any(clear));
        }
    })
    .await;
}
