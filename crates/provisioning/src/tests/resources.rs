//! What is pushed, read back; and what the directory makes of it.

use std::time::Duration;

use directory::StateName::{Active, Deleted, Disabled};
use scim::{GROUP, USER};
use serde_json::json;

use super::house::House;

#[tokio::test]
async fn what_was_pushed_is_read_back_and_stands_in_the_directory() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let body = json!({ "userName": "Mia@Harbor.example", "displayName": "Mia", "externalId": "e-1", "active": "True",
            "emails": [{ "value": "mia@harbor.example", "type": "work", "primary": true }], "roles": [], "id": "mine" });
        let made = house.create(&USER, body).await.unwrap();
        assert_eq!(made.location, format!("https://hall.example/scim/orgs/{}/Users/{}", house.db.organisation, made.id));
        let read = house.read(&USER, &made.id.to_string()).await.unwrap();
        assert_eq!(read["userName"], "Mia@Harbor.example");
        assert_eq!((&read["id"], &read["active"]), (&json!(made.id), &json!(true)));
        assert_eq!(read["meta"]["version"], made.etag.to_string());
        assert_eq!(read["meta"]["location"], made.location);
        assert_eq!(house.people().await, [("Mia".to_owned(), Active)]);
        assert_eq!(house.events().await, ["user.created"]);
        let entry = house.log().await.pop().unwrap();
        assert_eq!((entry.actor_kind.as_str(), entry.actor_name.as_str()), ("source", "Entra"));
    })
    .await;
}

#[tokio::test]
async fn a_name_is_unique_whatever_its_case_and_free_after_deletion() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let mia = house.user("mia@x.example").await;
        let taken = Err((409, Some("uniqueness")));
        assert_eq!(house.create(&USER, json!({ "userName": "MIA@x.example" })).await.map(|_| ()), taken);
        let tom = house.user("tom@x.example").await;
        let rename = |to: &str| json!([{ "op": "replace", "path": "userName", "value": to }]);
        assert_eq!(house.patch(&USER, &tom, rename("Mia@X.example")).await.map(|_| ()), taken);
        house.patch(&USER, &mia, rename("MIA@x.example")).await.unwrap();
        assert_eq!(house.read(&USER, &mia).await.unwrap()["userName"], "MIA@x.example");
        house.delete(&USER, &mia).await.unwrap();
        assert_eq!(house.delete(&USER, &mia).await, Err((404, None)));
        assert_eq!(house.read(&USER, &mia).await, Err((404, None)));
        house.patch(&USER, &tom, rename("mia@x.example")).await.unwrap();
        assert_eq!(house.create(&GROUP, json!({ "displayName": "Cranes" })).await.map(|_| ()), Ok(()));
        assert_eq!(house.create(&GROUP, json!({ "displayName": "cranes" })).await.map(|_| ()), taken);
    })
    .await;
}

#[tokio::test]
async fn a_leaver_is_disabled_and_a_returner_finds_the_groups_again() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let mia = house.user("mia").await;
        let group = house.group("Cranes", &[&mia]).await;
        assert!(house.is_in(&mia, &group).await);
        let active = |value: serde_json::Value| json!([{ "op": "Replace", "path": "active", "value": value }]);
        house.patch(&USER, &mia, active(json!("False"))).await.unwrap();
        assert_eq!(house.people().await, [("mia".to_owned(), Disabled)]);
        assert!(!house.is_in(&mia, &group).await, "who is disabled counts in no group");
        assert_eq!(house.read(&USER, &mia).await.unwrap()["groups"][0]["display"], "Cranes");
        house.patch(&USER, &mia, active(json!(true))).await.unwrap();
        assert!(house.is_in(&mia, &group).await);
        let expected = ["user.created", "group.created", "group.members_changed", "user.disabled", "user.enabled"];
        assert_eq!(house.events().await, expected);
    })
    .await;
}

#[tokio::test]
async fn who_is_deleted_leaves_the_groups_and_comes_back_as_the_same_person() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let body = json!({ "userName": "mia", "externalId": "oid-1" });
        let mia = house.create(&USER, body.clone()).await.unwrap().id.to_string();
        let group = house.group("Cranes", &[&mia]).await;
        house.delete(&USER, &mia).await.unwrap();
        assert_eq!(house.people().await, [("mia".to_owned(), Deleted)]);
        assert!(house.read(&GROUP, &group).await.unwrap().get("members").is_none());
        let again = house.create(&USER, body).await.unwrap();
        assert_ne!(again.id.to_string(), mia, "an id is never used again");
        assert_eq!(house.people().await, [("mia".to_owned(), Active)], "one person, restored");
        assert_eq!(house.events().await.last().map(String::as_str), Some("user.restored"));
        let groups = house.read(&USER, &again.id.to_string()).await.unwrap();
        assert!(groups.get("groups").is_none(), "memberships are pushed anew");
    })
    .await;
}

#[tokio::test]
async fn members_move_by_rows_in_both_dialects() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let (mia, tom, eve) = (house.user("mia").await, house.user("tom").await, house.user("eve").await);
        let group = house.group("Cranes", &[&mia, &tom, &eve]).await;
        let answer = house
            .patch(
                &GROUP,
                &group,
                json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": mia }] }]),
            )
            .await
            .unwrap();
        assert!(answer.resource.is_none(), "a patch of a group is answered without its members");
        let path = format!("members[value eq \"{tom}\"]");
        house.patch(&GROUP, &group, json!([{ "op": "remove", "path": path }])).await.unwrap();
        let members = house.read(&GROUP, &group).await.unwrap()["members"].clone();
        assert_eq!(members.as_array().unwrap().len(), 1);
        assert_eq!(members[0]["value"], json!(eve));
        let version = house.read(&GROUP, &group).await.unwrap()["meta"]["version"].clone();
        // Once more: nobody leaves, nobody joins, nothing changes.
        house.patch(&GROUP, &group, json!([{ "op": "remove", "path": path }])).await.unwrap();
        house
            .patch(&GROUP, &group, json!([{ "op": "add", "path": "members", "value": [{ "value": eve }] }]))
            .await
            .unwrap();
        assert_eq!(house.read(&GROUP, &group).await.unwrap()["meta"]["version"], version);
        assert!(house.is_in(&eve, &group).await && !house.is_in(&mia, &group).await);
        let stranger = json!([{ "op": "add", "path": "members", "value": [{ "value": group.replace('0', "1") }] }]);
        assert_eq!(house.patch(&GROUP, &group, stranger).await.map(|_| ()), Err((400, Some("invalidValue"))));
    })
    .await;
}

#[tokio::test]
async fn a_failed_operation_undoes_the_whole_patch() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let mia = house.user("mia").await;
        let group = house.group("Cranes", &[]).await;
        let before = house.read(&GROUP, &group).await.unwrap();
        let operations = json!([
            { "op": "replace", "path": "displayName", "value": "Boats" },
            { "op": "add", "path": "members", "value": [{ "value": mia }] },
            { "op": "add", "path": "members", "value": [{ "value": "nobody" }] },
        ]);
        assert_eq!(house.patch(&GROUP, &group, operations).await.map(|_| ()), Err((400, Some("invalidValue"))));
        assert_eq!(house.read(&GROUP, &group).await.unwrap(), before);
        assert_eq!(house.events().await, ["user.created", "group.created"]);
    })
    .await;
}

#[tokio::test]
async fn a_replacement_clears_what_it_leaves_out() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let body = json!({ "userName": "mia", "title": "Pilot", "emails": [{ "value": "mia@x.example" }] });
        let mia = house.create(&USER, body).await.unwrap().id.to_string();
        house.replace(&USER, &mia, json!({ "userName": "mia", "title": "Captain" })).await.unwrap();
        let read = house.read(&USER, &mia).await.unwrap();
        assert_eq!((read.get("emails"), &read["title"]), (None, &json!("Captain")));
        assert_eq!(house.names(&USER, "filter=emails.value%20eq%20%22mia@x.example%22").await, Vec::<String>::new());
        assert_eq!(house.replace(&USER, "no-id", json!({ "userName": "x" })).await.map(|_| ()), Err((404, None)));
    })
    .await;
}

#[tokio::test]
async fn a_group_under_a_deleted_ones_name_is_flagged() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let body = |id: &str| json!({ "displayName": "Cranes", "externalId": id });
        let first = house.create(&GROUP, body("a")).await.unwrap().id.to_string();
        house.delete(&GROUP, &first).await.unwrap();
        house.create(&GROUP, body("b")).await.unwrap();
        let expected = ["group.created", "group.deleted", "provisioning.group_name_reused", "group.created"];
        assert_eq!(house.events().await, expected);
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_is_purged_when_its_time_is_over() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let mia = house.user("mia").await;
        house.delete(&USER, &mia).await.unwrap();
        house.db.hand.advance(Duration::from_hours(24 * 29));
        house.room.purge_due().await.unwrap();
        assert_eq!(house.people().await, [("mia".to_owned(), Deleted)]);
        house.db.hand.advance(Duration::from_hours(25));
        house.room.purge_due().await.unwrap();
        assert_eq!(house.people().await, []);
        assert_eq!(house.events().await.last().map(String::as_str), Some("user.purged"));
    })
    .await;
}

#[tokio::test]
async fn connections_do_not_see_each_other() {
    testkit::on_each_database(async |db| {
        let mut house = House::new(db).await;
        let mia = house.user("mia").await;
        house.pusher = house.other(None).await;
        assert_eq!(house.read(&USER, &mia).await, Err((404, None)));
        assert_eq!(house.delete(&USER, &mia).await, Err((404, None)));
        assert_eq!(house.list(&USER, "").await["totalResults"], 0);
        house.user("mia").await;
        let group = json!({ "displayName": "g", "members": [{ "value": mia }] });
        assert_eq!(house.create(&GROUP, group).await.map(|_| ()), Err((400, Some("invalidValue"))));
    })
    .await;
}

#[tokio::test]
async fn parallel_writes_lose_nothing_and_admit_one_name() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let group = house.group("Cranes", &[]).await;
        let mut ids = Vec::new();
        for number in 0..12 {
            ids.push(house.user(&format!("u{number}")).await);
        }
        let adds = ids.iter().map(|id| {
            house.patch(&GROUP, &group, json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]))
        });
        assert!(futures_util::future::join_all(adds).await.iter().all(Result::is_ok));
        let members = house.read(&GROUP, &group).await.unwrap()["members"].as_array().unwrap().len();
        assert_eq!(members, 12);
        let creates = (0..12).map(|_| house.create(&USER, json!({ "userName": "only.one" })));
        let made = futures_util::future::join_all(creates).await;
        assert_eq!(made.iter().filter(|one| one.is_ok()).count(), 1);
        assert_eq!(made.iter().filter(|one| matches!(one, Err((409, Some("uniqueness"))))).count(), 11);
        assert_eq!(house.list(&USER, "count=0").await["totalResults"], 13);
    })
    .await;
}
