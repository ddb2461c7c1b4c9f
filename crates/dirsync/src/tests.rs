//! The room against a source in memory and a real database of each kind.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod changes;
mod detach;
mod early;
mod fake;
mod frozen;
mod notices;
mod notifications;
mod parts;
mod restore;
mod safety;
mod second_person;
mod stories;
mod strays;
mod upkeep;
mod user_ids;

use std::collections::BTreeMap;
use std::sync::Arc;

use directory::{Group, SourceId, User};
use kernel::Role;
use store::worker::Worker;
use testkit::{Db, operator};
use uuid::Uuid;

use crate::permissions::{ChangeSettings, DecideRun, ReadSync, StartRun};
use crate::service::runs::Part;
use crate::{Dirsync, Mode, Run, RunKind, RunState, Settings};
use fake::Fake;

pub const SOURCE: SourceId = SourceId(Uuid::from_u128(0x50));

/// A room with a source in memory.
pub struct Room {
    pub db: Db,
    pub fake: Fake,
    pub dirsync: Dirsync,
    pub worker: Worker,
}

impl Room {
    pub fn new(db: Db, page_size: usize) -> Self {
        let fake = Fake::new(page_size);
        let dirsync = Dirsync::new(db.store.clone(), db.env.clone(), Arc::new(fake.clone()));
        let worker = Worker::new(db.store.clone(), db.env.clone(), "node-1".to_owned(), dirsync.handlers());
        Self { db, fake, dirsync, worker }
    }

    /// With another make of the room over the same database.
    pub fn made(self, make: impl FnOnce(Dirsync) -> Dirsync) -> Self {
        let dirsync = make(self.dirsync);
        let (store, env) = (self.db.store.clone(), self.db.env.clone());
        let worker = Worker::new(store, env, "node-1".to_owned(), dirsync.handlers());
        Self { dirsync, worker, ..self }
    }

    /// Changes what is queued, as no verb does.
    pub async fn spoil_jobs(&self, sql: &'static str) {
        let mut tx = self.db.store.begin().await.unwrap();
        tx.execute(sql, store::args![]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The names and reasons of the acts in the log that begin so.
    pub async fn acts(&self, prefix: &str) -> Vec<(String, Option<String>)> {
        let mut tx = self.db.store.read().await.unwrap();
        let filter = signals::Filter { name_prefix: Some(prefix.to_owned()), ..signals::Filter::default() };
        let entries = signals::oldest_first(&mut tx, self.db.organisation, &filter, 0, 1_000).await.unwrap();
        entries.into_iter().map(|entry| (entry.name, entry.reason)).collect()
    }

    /// A room that has users 1 to `users` in group 1, read and confirmed.
    pub async fn filled(db: Db, users: u32) -> Self {
        let room = Self::new(db, 7);
        for number in 1..=users {
            room.fake.put_user(number, |_| {});
        }
        room.fake.put_group(1, &(1..=users).collect::<Vec<_>>());
        Box::pin(room.set(|_| {})).await;
        Box::pin(room.full()).await;
        room
    }

    pub async fn set(&self, change: impl FnOnce(&mut Settings)) {
        let actor = operator(self.db.organisation, Role::Owner);
        let read = actor.may(ReadSync {}).unwrap();
        let kept = Box::pin(self.dirsync.get_source(&read, SOURCE)).await.unwrap().kept;
        let mut settings = Settings { mode: Mode::On, ..kept.settings };
        change(&mut settings);
        let may = actor.may(ChangeSettings { source: SOURCE }).unwrap();
        Box::pin(self.dirsync.put_settings(&may, kept.version, settings)).await.unwrap();
    }

    /// Starts a run and carries it as far as it goes.
    pub async fn run(&self, kind: RunKind) -> Run {
        let actor = operator(self.db.organisation, Role::Owner);
        let may = actor.may(StartRun { source: SOURCE }).unwrap();
        let run = Box::pin(self.dirsync.start_run(&may, kind, false)).await.unwrap();
        self.work().await;
        self.get(run.id).await
    }

    /// A full run, allowed if it is held.
    pub async fn full(&self) -> Run {
        let run = self.run(RunKind::Full).await;
        if run.state == RunState::Held { self.approve(&run, &Part::All).await } else { run }
    }

    pub async fn approve(&self, run: &Run, part: &Part) -> Run {
        let actor = operator(self.db.organisation, Role::Administrator);
        let may = actor.may(DecideRun { run: run.id }).unwrap();
        Box::pin(self.dirsync.approve_run(&may, part, None)).await.unwrap();
        self.work().await;
        self.get(run.id).await
    }

    pub async fn work(&self) {
        // Apart from the test's own state, which would not fit a thread's stack with it.
        Box::pin(self.worker.run_due()).await.unwrap();
    }

    pub async fn get(&self, id: crate::RunId) -> Run {
        let actor = operator(self.db.organisation, Role::Auditor);
        Box::pin(self.dirsync.get_run(&actor.may(ReadSync {}).unwrap(), id)).await.unwrap()
    }

    pub async fn users(&self) -> BTreeMap<Uuid, User> {
        let mut tx = self.db.store.read().await.unwrap();
        let users = directory::read::users_after(&mut tx, SOURCE, None, 10_000).await.unwrap();
        users.into_iter().map(|user| (user.object_id, user)).collect()
    }

    pub async fn user(&self, number: u32) -> User {
        self.users().await.remove(&fake::id(number)).unwrap()
    }

    pub async fn group(&self, number: u32) -> Group {
        let mut tx = self.db.store.read().await.unwrap();
        let groups = directory::read::groups_by_object_ids(&mut tx, SOURCE, &[fake::group_id(number)]).await.unwrap();
        groups.into_iter().next().unwrap()
    }

    /// The object ids of a group's direct members, in order.
    pub async fn members(&self, number: u32) -> Vec<Uuid> {
        let group = self.group(number).await;
        let mut tx = self.db.store.read().await.unwrap();
        let members = directory::read::members_of(&mut tx, &group).await.unwrap();
        members.into_iter().map(|member| member.object_id).collect()
    }
}
