//! The whole directory for a new consumer, and where its objects come from.

use futures_util::TryStreamExt as _;
use kernel::Role;
use serde_json::{Value, json};
use signals::KnowObjects as _;
use signals::permissions::ReadEvents;

use super::*;

async fn lines(house: &House) -> Vec<Value> {
    let may = operator(house.db.organisation, Role::Helpdesk).may(ReadEvents {}).unwrap();
    let text: Vec<String> = house.directory.snapshot(&may).await.unwrap().try_collect().await.unwrap();
    text.concat().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_snapshot_holds_everything_at_one_revision() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let lines = lines(&house).await;
        let newest = signals::newest(&mut house.db.store.read().await.unwrap(), house.db.organisation).await.unwrap();
        let (first, last) = (&lines[0], lines.last().unwrap());
        assert_eq!((&first["type"], &first["revision"]), (&json!("snapshot"), &json!(newest)));
        let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count() as u64;
        let members: usize = lines
            .iter()
            .filter_map(|line| Some(line["members"].as_array().filter(|_| line["type"] == "members")?.len()))
            .sum();
        assert_eq!(last["type"], "end");
        assert_eq!(
            (&last["users"], &last["groups"], &last["memberships"], &last["revision"]),
            (&json!(of("user")), &json!(of("group")), &json!(members), &json!(newest))
        );
        assert!(of("user") > 0 && of("group") > 0 && members > 0);
        let ada = house.user(1).await;
        let line = lines.iter().find(|line| line["type"] == "user" && line["id"] == ada.id.to_string()).unwrap();
        assert_eq!((&line["object_id"], &line["name"]), (&json!(ada.object_id), &json!(ada.name())));
        let membership =
            lines.iter().filter(|line| line["type"] == "members").flat_map(|line| line["members"].as_array().unwrap());
        assert!(
            membership
                .clone()
                .any(|one| one["id"] == ada.id.to_string() && one["object_id"] == ada.object_id.to_string())
        );
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_travels_packed() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let request = http::Request::get("/api/v1/directory/snapshot")
            .header("authorization", "Bearer helpdesk")
            .header("accept-encoding", "gzip")
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = testkit::call(&super::routes::router(&house), request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["content-encoding"], "gzip");
        assert!(answer.body.starts_with(&[0x1f, 0x8b]));
    })
    .await;
}

#[tokio::test]
async fn an_organisation_without_anybody_has_a_snapshot_too_and_sees_nobody_elses() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let may = operator(house.db.env.new_id(), Role::Owner).may(ReadEvents {}).unwrap();
        let text: Vec<String> = house.directory.snapshot(&may).await.unwrap().try_collect().await.unwrap();
        let text = text.concat();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains(r#""users":0,"groups":0,"memberships":0"#), "{text}");
    })
    .await;
}

#[tokio::test]
async fn no_more_than_a_few_are_read_at_once_and_one_that_is_left_makes_room() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let may = operator(house.db.organisation, Role::Owner).may(ReadEvents {}).unwrap();
        let first = house.directory.snapshot(&may).await.unwrap();
        let second = house.directory.snapshot(&may).await.unwrap();
        assert!(matches!(house.directory.snapshot(&may).await, Err(crate::DirectoryError::TooManySnapshots)));
        drop(first);
        let _: Vec<String> = second.try_collect().await.unwrap();
        // Whoever reads to the end has made room; the one that was left does when it notices.
        assert!(house.directory.snapshot(&may).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn the_log_learns_where_its_objects_come_from() {
    on_each_database(async |db| {
        let house = House::new(db);
        small(&house).await;
        let mut tx = house.db.store.read().await.unwrap();
        let all = signals::Filter::default();
        let entries = signals::oldest_first(&mut tx, house.db.organisation, &all, 0, 500).await.unwrap();
        drop(tx);
        let known = house.directory.identities(house.db.organisation, &entries).await.unwrap();
        let ada = house.user(1).await;
        assert_eq!(known.objects[&ada.id.0].object_id, ada.object_id);
        assert_eq!(known.objects[&ada.id.0].source_id, ada.source.id.0);
        assert_eq!(known.members[&(ada.source.id.0, ada.object_id)].name, ada.name());
        let strange = house.directory.identities(house.db.env.new_id(), &entries).await.unwrap();
        assert!(strange.objects.is_empty());
    })
    .await;
}
