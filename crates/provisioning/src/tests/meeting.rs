//! Where push and pull meet: a connection bound to a tenant that is also read by Graph.

use directory::{
    Act, Cause, Change, Group, Member, MemberKind, ObjectKind, Origin, Source, SourceId, SourceKind, State, User,
};
use directory::{GroupAttributes, UserAttributes};
use kernel::Actor;
use scim::{GROUP, USER};
use serde_json::json;
use uuid::Uuid;

use super::house::House;

const TENANT: Uuid = Uuid::from_u128(0x7e);
const MIA: Uuid = Uuid::from_u128(0x11a);
const CRANES: Uuid = Uuid::from_u128(0xc4a);

/// What Graph shows, as the directory sync writes it.
async fn read_by_graph(house: &House, changes: &[Change]) {
    let source = Source { organisation: house.db.organisation, kind: SourceKind::Graph, id: SourceId(TENANT) };
    let actor = Actor::system("a test reads Graph", house.db.organisation, house.db.env.new_id());
    let mut tx = house.db.store.begin().await.unwrap();
    let origin = Origin { kind: "run", id: None };
    directory::apply(&mut tx, &house.db.env, &actor, source, changes, origin).await.unwrap();
    tx.commit().await.unwrap();
}

fn seen(base: Option<i64>, name: &str) -> Change {
    let attributes = UserAttributes {
        display_name: Some(name.to_owned()),
        account_enabled: Some(true),
        ..UserAttributes::default()
    };
    Change {
        kind: ObjectKind::User,
        object_id: MIA,
        name: name.to_owned(),
        act: Act::PutUser { attributes: Box::new(attributes), state: State::Active },
        cause: Cause::NewInSource,
        base,
    }
}

fn group_seen() -> [Change; 2] {
    let attributes = GroupAttributes { display_name: Some("Cranes".to_owned()), ..GroupAttributes::default() };
    let change = |act| Change {
        kind: ObjectKind::Group,
        object_id: CRANES,
        name: "Cranes".to_owned(),
        act,
        cause: Cause::NewInSource,
        base: None,
    };
    let member = Member { object_id: MIA, kind: MemberKind::User };
    [
        change(Act::PutGroup { attributes: Box::new(attributes), state: State::Active }),
        change(Act::Members { added: vec![member], removed: Vec::new() }),
    ]
}

async fn person(house: &House) -> User {
    let mut tx = house.db.store.read().await.unwrap();
    let mut found = directory::read::users_by_object_ids(&mut tx, SourceId(TENANT), &[MIA]).await.unwrap();
    assert_eq!(found.len(), 1);
    found.pop().unwrap()
}

async fn group(house: &House) -> (Group, Vec<Member>) {
    let mut tx = house.db.store.read().await.unwrap();
    let group =
        directory::read::groups_by_object_ids(&mut tx, SourceId(TENANT), &[CRANES]).await.unwrap().pop().unwrap();
    let members = directory::read::members_of(&mut tx, &group).await.unwrap();
    (group, members)
}

#[tokio::test]
async fn push_and_pull_meet_in_one_person_whoever_comes_first() {
    testkit::on_each_database(async |db| {
        let mut house = House::new(db).await;
        house.pusher = house.other(Some(TENANT)).await;
        let body = json!({ "userName": "mia@x.example", "displayName": "Pushed", "externalId": MIA });
        let mia = house.create(&USER, body).await.unwrap().id.to_string();
        assert_eq!(person(&house).await.name(), "Pushed");
        // Graph reads the same person: from now on it is the authority.
        let base = person(&house).await.revision;
        read_by_graph(&house, &[seen(Some(base), "Read")]).await;
        let read = person(&house).await;
        assert_eq!((read.name(), read.source.kind), ("Read".to_owned(), SourceKind::Graph));
        let rename = json!([{ "op": "replace", "path": "displayName", "value": "Pushed again" }]);
        house.patch(&USER, &mia, rename).await.unwrap();
        assert_eq!(
            house.read(&USER, &mia).await.unwrap()["displayName"],
            "Pushed again",
            "SCIM reads back what it wrote"
        );
        assert_eq!(person(&house).await.name(), "Read", "the directory has one authority for a name");
        // A loss acts at once, and what Graph still says comes back.
        let active = |flag: bool| json!([{ "op": "replace", "path": "active", "value": flag }]);
        house.patch(&USER, &mia, active(false)).await.unwrap();
        assert_eq!(person(&house).await.state, State::Disabled);
        house.patch(&USER, &mia, active(true)).await.unwrap();
        assert_eq!(person(&house).await.state, State::Active);
    })
    .await;
}

#[tokio::test]
async fn a_membership_is_lost_from_whichever_side_comes_first() {
    testkit::on_each_database(async |db| {
        let mut house = House::new(db).await;
        house.pusher = house.other(Some(TENANT)).await;
        read_by_graph(&house, &[seen(None, "Read")]).await;
        read_by_graph(&house, &group_seen()).await;
        let mia = house.create(&USER, json!({ "userName": "mia", "externalId": MIA })).await.unwrap().id.to_string();
        let body = json!({ "displayName": "Cranes", "externalId": CRANES, "members": [{ "value": mia }] });
        let cranes = house.create(&GROUP, body).await.unwrap().id.to_string();
        assert_eq!(group(&house).await.1.len(), 1, "one membership, not two");
        let take = json!([{ "op": "remove", "path": format!("members[value eq \"{mia}\"]") }]);
        house.patch(&GROUP, &cranes, take).await.unwrap();
        assert_eq!(group(&house).await.1, []);
        // Who is in is Graph's to say: a push alone does not put anybody into a group that Graph reads.
        let give = json!([{ "op": "add", "path": "members", "value": [{ "value": mia }] }]);
        house.patch(&GROUP, &cranes, give).await.unwrap();
        assert_eq!(group(&house).await.1, []);
    })
    .await;
}

#[tokio::test]
async fn a_bound_connection_knows_people_by_their_object_id_alone() {
    testkit::on_each_database(async |db| {
        let mut house = House::new(db).await;
        house.pusher = house.other(Some(TENANT)).await;
        let wrong = Err((400, Some("invalidValue")));
        assert_eq!(house.create(&USER, json!({ "userName": "mia", "externalId": "mia" })).await.map(|_| ()), wrong);
        assert_eq!(house.create(&USER, json!({ "userName": "mia" })).await.map(|_| ()), wrong);
        let mia = house.create(&USER, json!({ "userName": "mia", "externalId": MIA })).await.unwrap().id.to_string();
        let twice = house.create(&USER, json!({ "userName": "other", "externalId": MIA })).await.map(|_| ());
        assert_eq!(twice, Err((409, Some("uniqueness"))));
        let other = json!([{ "op": "replace", "path": "externalId", "value": CRANES }]);
        assert_eq!(house.patch(&USER, &mia, other).await.map(|_| ()), Err((400, Some("mutability"))));
    })
    .await;
}
