//! The room against a real database of each kind.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod applying;
mod events;
mod follow;
mod lists;
mod reading;
mod routes;
mod snapshot;

use kernel::{Actor, May, Role, Timestamp};
use testkit::{Db, START, on_each_database, operator};
use uuid::Uuid;

use crate::{
    Act, Applied, Cause, Change, Conflict, ConflictCause, Decision, Directory, ExcludedBecause, Group, GroupAttributes,
    Member, MemberKind, ObjectKind, Origin, ReadDirectory, Source, SourceId, SourceKind, State, User, UserAttributes,
    apply, read,
};

/// An organisation with one source and a reader.
struct House {
    db: Db,
    source: Source,
    directory: Directory,
}

impl House {
    fn new(db: Db) -> Self {
        let source =
            Source { organisation: db.organisation, kind: SourceKind::Graph, id: SourceId(Uuid::from_u128(7)) };
        let directory = Directory::new(db.store.clone(), db.env.clone());
        Self { db, source, directory }
    }

    fn actor(&self) -> Actor {
        operator(self.db.organisation, Role::Owner)
    }

    fn may(&self) -> May<ReadDirectory> {
        self.actor().may(ReadDirectory {}).unwrap()
    }

    /// Applies changes, each on the object as it is now.
    async fn apply(&self, changes: Vec<Change>) -> Applied {
        let mut based = Vec::new();
        for change in changes {
            let base = match change.kind {
                ObjectKind::User => self.find_user(change.object_id).await.map(|user| user.revision),
                ObjectKind::Group => self.find_group(change.object_id).await.map(|group| group.revision),
            };
            based.push(Change { base, ..change });
        }
        self.apply_as_is(&based).await
    }

    async fn apply_as_is(&self, changes: &[Change]) -> Applied {
        let mut tx = self.db.store.begin().await.unwrap();
        let origin = Origin { kind: "run", id: Some(Uuid::from_u128(9)) };
        let done = apply(&mut tx, &self.db.env, &self.actor(), self.source, changes, origin).await.unwrap();
        tx.commit().await.unwrap();
        done
    }

    /// Applies changes and waits until the directory shows them.
    async fn settle(&self, changes: Vec<Change>) {
        self.apply(changes).await;
        self.directory.ready(self.db.organisation).await.unwrap();
    }

    async fn find_user(&self, object_id: Uuid) -> Option<User> {
        let mut tx = self.db.store.read().await.unwrap();
        read::users_by_object_ids(&mut tx, self.source.id, &[object_id]).await.unwrap().pop()
    }

    async fn find_group(&self, object_id: Uuid) -> Option<Group> {
        let mut tx = self.db.store.read().await.unwrap();
        read::groups_by_object_ids(&mut tx, self.source.id, &[object_id]).await.unwrap().pop()
    }

    async fn user(&self, number: u128) -> User {
        self.find_user(person(number)).await.unwrap()
    }

    async fn group(&self, number: u128) -> Group {
        self.find_group(team(number)).await.unwrap()
    }
}

fn person(number: u128) -> Uuid {
    Uuid::from_u128(0x1000 + number)
}

fn team(number: u128) -> Uuid {
    Uuid::from_u128(0x2000 + number)
}

fn change(kind: ObjectKind, object_id: Uuid, act: Act, cause: Cause) -> Change {
    Change { kind, object_id, name: object_id.to_string(), act, cause, base: None }
}

/// Somebody called `name`, with an address made of it.
fn attributes(name: &str) -> UserAttributes {
    let account = name.to_lowercase().replace(' ', ".");
    UserAttributes {
        display_name: Some(name.to_owned()),
        user_principal_name: Some(format!("{account}@contoso.example")),
        mail: Some(format!("{account}@mail.example")),
        ..UserAttributes::default()
    }
}

fn put_user(number: u128, name: &str, state: State) -> Change {
    put(number, attributes(name), state)
}

fn put(number: u128, attributes: UserAttributes, state: State) -> Change {
    let act = Act::PutUser { attributes: Box::new(attributes), state };
    change(ObjectKind::User, person(number), act, Cause::ChangedInSource)
}

fn put_group(number: u128, name: &str, state: State) -> Change {
    let attributes = GroupAttributes { display_name: Some(name.to_owned()), ..GroupAttributes::default() };
    let act = Act::PutGroup { attributes: Box::new(attributes), state };
    change(ObjectKind::Group, team(number), act, Cause::ChangedInSource)
}

fn set_user(number: u128, state: State) -> Change {
    change(ObjectKind::User, person(number), Act::SetState { state }, Cause::Operator)
}

fn set_group(number: u128, state: State) -> Change {
    change(ObjectKind::Group, team(number), Act::SetState { state }, Cause::Operator)
}

fn members(number: u128, added: &[Member], removed: &[Member]) -> Change {
    let act = Act::Members { added: added.to_vec(), removed: removed.to_vec() };
    change(ObjectKind::Group, team(number), act, Cause::MembersChanged)
}

fn human(number: u128) -> Member {
    Member { object_id: person(number), kind: MemberKind::User }
}

fn nested(number: u128) -> Member {
    Member { object_id: team(number), kind: MemberKind::Group }
}

fn conflict(decision: Decision) -> State {
    let due = (decision != Decision::Deactivated).then(|| later(7));
    State::Conflict(Conflict { cause: ConflictCause::Deleted, since: START, due, decision })
}

fn deleted() -> State {
    State::Deleted { since: START, purge_at: later(30) }
}

fn excluded() -> State {
    State::Excluded { because: ExcludedBecause::Filter }
}

fn later(days: u64) -> Timestamp {
    START.plus(std::time::Duration::from_hours(24 * days))
}

/// Ada and Grace in Engineers, which is in Everybody; Alan in Everybody himself; Nobody is left out.
async fn small(house: &House) {
    let ada = UserAttributes {
        department: Some("Research".to_owned()),
        proxy_addresses: vec!["SMTP:ada@mail.example".to_owned(), "smtp:countess@mail.example".to_owned()],
        ..attributes("Ada Lovelace")
    };
    let alan = UserAttributes { user_type: Some("Guest".to_owned()), ..attributes("Alan Turing") };
    house
        .settle(vec![
            put(1, ada, State::Active),
            put_user(2, "Grace Hopper", State::Disabled),
            put(3, alan, conflict(Decision::Pending)),
            put_user(4, "Edsger Dijkstra", excluded()),
            put_user(5, "Barbara Liskov", deleted()),
            put_group(1, "Everybody", State::Active),
            put_group(2, "Engineers", State::Active),
            members(1, &[nested(2), human(3), human(4), human(99)], &[]),
            members(2, &[human(1), human(2)], &[]),
        ])
        .await;
}
