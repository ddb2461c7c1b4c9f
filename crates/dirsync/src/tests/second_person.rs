//! Who decides a plan that takes away more than a fifth of all users (NET-03).

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Actor, Kinded as _, OperatorId, OrganisationId, Role, Timestamp};
use testkit::{on_each_database, operator, token_of};

use super::{Room, SOURCE};
use crate::error::DirsyncError;
use crate::guard::{Breach, Verdict};
use crate::notice::{KnowOperators, Post};
use crate::permissions::{ChangeSettings, DecideRun, ReadSync, StartRun};
use crate::service::runs::Part;
use crate::service::second_person::{Refusal, Standing};
use crate::{Run, RunKind, RunState};

/// An organisation with one operator.
struct Nobody;

#[async_trait]
impl KnowOperators for Nobody {
    async fn mail_of(&self, _: OrganisationId, _: &str) -> Result<Option<String>, DirsyncError> {
        Ok(None)
    }

    async fn somebody_else_decides(
        &self,
        _: OrganisationId,
        _: OperatorId,
        _: Timestamp,
    ) -> Result<bool, DirsyncError> {
        Ok(false)
    }
}

impl Room {
    /// A plan that an actor started and that loses half of all users.
    async fn half_lost_by(&self, starter: &Actor) -> Run {
        for number in 1..=20 {
            self.fake.delete_user(number);
        }
        let may = starter.may(StartRun { source: SOURCE }).unwrap();
        let run = self.dirsync.start_run(&may, RunKind::Delta, false).await.unwrap();
        self.work().await;
        let run = self.get(run.id).await;
        assert_eq!(run.state, RunState::Held);
        run
    }

    async fn decide(&self, actor: &Actor, run: &Run, confirmation: Option<&str>) -> Result<Run, &'static str> {
        let may = actor.may(DecideRun { run: run.id }).unwrap();
        let decided = self.dirsync.approve_run_alone(&may, &Part::All, None, confirmation).await;
        decided.map_err(|error| error.code())
    }

    fn of_one(self) -> Self {
        let post = Post { mailer: None, url: String::new(), operators: Arc::new(Nobody) };
        self.made(|dirsync| dirsync.with_post(post))
    }
}

#[tokio::test]
async fn an_operator_and_their_token_are_one_person() {
    let owner = |room: &Room| operator(room.db.organisation, Role::Owner);
    on_each_database(async |db| {
        for by_token in [false, true] {
            let room = Room::filled(testkit::Db::new(db.store.backend()).await.unwrap(), 40).await;
            let (own, token) = (owner(&room), token_of(owner(&room)));
            let starter = if by_token { &token } else { &own };
            let run = room.half_lost_by(starter).await;
            for decider in [&own, &token] {
                assert_eq!(
                    room.decide(decider, &run, Some("Example")).await.unwrap_err(),
                    "dirsync.second_person_needed"
                );
            }
            let colleague = token_of(operator(room.db.organisation, Role::Administrator));
            assert_eq!(room.decide(&colleague, &run, None).await.unwrap().state, RunState::Applying);
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_changed_whom_the_settings_let_in_does_not_confirm_what_that_takes_away() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        for number in 1..=20 {
            room.fake.put_user(number, |user| user.department = Some("Sales".to_owned()));
        }
        room.run(RunKind::Delta).await;
        let own = operator(room.db.organisation, Role::Administrator);
        let kept = room.dirsync.get_source(&own.may(ReadSync {}).unwrap(), SOURCE).await.unwrap().kept;
        let settings = crate::Settings { filter: Some("department ne 'Sales'".to_owned()), ..kept.settings };
        let may = token_of(own.clone()).may(ChangeSettings { source: SOURCE }).unwrap();
        room.dirsync.put_settings(&may, kept.version, settings).await.unwrap();
        room.work().await;
        // Cancelled, it is asked for again by the clockwork; it stays their plan.
        let open = room.dirsync.get_source(&own.may(ReadSync {}).unwrap(), SOURCE).await.unwrap().open_run.unwrap();
        room.dirsync.cancel_run(&own.may(DecideRun { run: open.id }).unwrap()).await.unwrap();
        room.db.hand.advance(std::time::Duration::from_hours(7));
        room.dirsync.tick().await.unwrap();
        room.work().await;
        let again = room.dirsync.get_source(&own.may(ReadSync {}).unwrap(), SOURCE).await.unwrap().open_run.unwrap();
        assert_ne!(again.id, open.id);
        assert!(again.started_by.starts_with("system:"), "{}", again.started_by);
        assert_eq!(room.decide(&own, &again, None).await.unwrap_err(), "dirsync.second_person_needed");
        let colleague = operator(room.db.organisation, Role::Owner);
        assert_eq!(room.decide(&colleague, &again, None).await.unwrap().state, RunState::Applying);
    })
    .await;
}

#[tokio::test]
async fn limits_do_not_let_one_person_take_away_what_two_decide() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await;
        room.set(|settings| {
            settings.limits.users = 1_000_000;
            settings.limits.users_percent = 100;
            settings.limits.members_percent = 100;
        })
        .await;
        let run = room.half_lost_by(&operator(room.db.organisation, Role::Owner)).await;
        let Some(Verdict::Hold { breaches, second_person: true, .. }) = &run.verdict else {
            panic!("{:?}", run.verdict)
        };
        assert!(matches!(breaches[..], [Breach::TooMany { lost: 20, limit_percent: 20, .. }]), "{breaches:?}");
    })
    .await;
}

#[tokio::test]
async fn an_only_operator_decides_alone_signed_in_by_typing_the_name_and_the_log_says_so() {
    on_each_database(async |db| {
        let room = Room::filled(db, 40).await.of_one();
        let own = operator(room.db.organisation, Role::Owner);
        let run = room.half_lost_by(&own).await;
        let asked =
            async |actor: &Actor| room.dirsync.second_person(&actor.may(ReadSync {}).unwrap(), &run).await.unwrap();
        assert_eq!(asked(&own).await, Standing::Alone("Example".to_owned()));
        assert_eq!(asked(&token_of(own.clone())).await, Standing::Refused(Refusal::SignIn));
        let token = token_of(own.clone());
        assert_eq!(room.decide(&token, &run, Some("Example")).await.unwrap_err(), "dirsync.sign_in_needed");
        for typed in [None, Some(""), Some("example")] {
            assert_eq!(room.decide(&own, &run, typed).await.unwrap_err(), "dirsync.confirmation_needed");
        }
        assert!(room.acts("dirsync.second_person").await.is_empty());
        room.decide(&own, &run, Some(" Example ")).await.unwrap();
        room.work().await;
        assert_eq!(room.get(run.id).await.state, RunState::Done);
        let told = room.acts("dirsync.second_person").await;
        assert_eq!(told.len(), 1);
        assert!(told[0].1.as_deref().unwrap().contains("nobody else may decide"), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn a_run_of_before_that_only_tells_a_token_is_not_decided_by_anybody_it_could_be() {
    on_each_database(async |db| {
        for (label, deciders) in [
            ("token:ci", [false, false, false]),
            ("operator:test-owner", [false, false, true]),
            ("system:directory sync schedule", [true, true, true]),
        ] {
            let room = Room::filled(testkit::Db::new(db.store.backend()).await.unwrap(), 40).await;
            let own = operator(room.db.organisation, Role::Owner);
            let run = room.half_lost_by(&own).await;
            let mut tx = room.db.store.begin().await.unwrap();
            let sql = "UPDATE dirsync_runs SET person = NULL, started_by = $2 WHERE id = $1";
            tx.execute(sql, store::args![run.id, label]).await.unwrap();
            tx.commit().await.unwrap();
            let run = room.get(run.id).await;
            let actors = [own.clone(), token_of(own), operator(room.db.organisation, Role::Administrator)];
            for (actor, free) in actors.iter().zip(deciders) {
                let found = room.dirsync.second_person(&actor.may(ReadSync {}).unwrap(), &run).await.unwrap();
                assert_eq!(found == Standing::Free, free, "{label} by {}", actor.label());
            }
        }
    })
    .await;
}
