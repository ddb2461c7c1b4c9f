//! Many calls in one: each fails alone, though some share a unit of work.

use std::time::Duration;

use scim::{GROUP, USER};
use serde_json::{Value, json};

use super::house::{House, object};

async fn statuses(house: &House, operations: Value) -> Vec<String> {
    let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations });
    let answer = house.room.run_bulk(&house.pusher, object(body)).await.unwrap();
    let told = answer["Operations"].as_array().unwrap().iter();
    told.map(|told| told["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_fails_leaves_nothing_behind_and_takes_nobody_along() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let mia = house.user("mia").await;
        let post = |path: &str, name: &str, data: Value| json!({ "method": "POST", "path": path, "bulkId": name, "data": data });
        let patch = |path: String, operations: Value| json!({ "method": "PATCH", "path": path, "data": { "Operations": operations } });
        let told = statuses(
            &house,
            json!([
                post("/Users", "ada", json!({ "userName": "ada", "emails": [{ "value": "ada@x.example" }] })),
                post("/Users", "twice", json!({ "userName": "ADA", "emails": [{ "value": "lost@x.example" }] })),
                post("/Groups", "lost", json!({ "displayName": "Lost", "members": [{ "value": "nobody" }] })),
                post("/Groups", "crew", json!({ "displayName": "Crew", "members": [{ "value": "bulkId:ada" }] })),
                patch("/Groups/bulkId:crew".to_owned(), json!([{ "op": "add", "path": "members", "value": [{ "value": mia }] }])),
                patch(format!("/Users/{mia}"), json!([{ "op": "replace", "path": "title", "value": "Pilot" },
                    { "op": "replace", "path": "active", "value": "perhaps" }])),
                patch(format!("/Users/{mia}"), json!([{ "op": "replace", "path": "displayName", "value": "Mia" }])),
                json!({ "method": "DELETE", "path": "/Users/bulkId:ada" }),
                json!({ "method": "DELETE", "path": format!("/Users/{}", uuid::Uuid::nil()) }),
            ]),
        )
        .await;
        assert_eq!(told, ["201", "409", "400", "201", "204", "400", "200", "204", "404"]);
        assert_eq!(house.names(&USER, "").await, ["mia"]);
        assert_eq!(house.names(&USER, "filter=emails pr").await, Vec::<String>::new());
        assert_eq!(house.names(&USER, "filter=title pr").await, Vec::<String>::new());
        assert_eq!(house.names(&GROUP, "").await, ["Crew"]);
        let crew = house.list(&GROUP, "").await["Resources"][0].clone();
        assert_eq!(crew["members"].as_array().map(|members| (members.len(), &members[0]["value"])), Some((1, &json!(mia))));
        assert!(house.is_in(&mia, crew["id"].as_str().unwrap()).await);
        // What was undone was never in the log, and the log still holds together.
        let names = ["user.created", "user.created", "group.created", "group.members_changed", "group.members_changed",
            "user.updated", "group.members_changed", "user.deleted"];
        assert_eq!(house.events().await, names);
        let verdict = signals::chain::verify(&house.db.store, house.db.organisation).await.unwrap();
        assert_eq!(verdict.broken, None);
    })
    .await;
}

#[tokio::test]
async fn what_the_guard_holds_is_held_and_the_rest_goes_through() {
    testkit::on_each_database(async |db| {
        let house = House::new(db).await;
        let mut people = Vec::new();
        for number in 0..12 {
            people.push(house.user(&format!("u{number}")).await);
        }
        house.db.hand.advance(Duration::from_hours(48));
        let mut operations: Vec<Value> =
            people.iter().map(|id| json!({ "method": "DELETE", "path": format!("/Users/{id}") })).collect();
        operations.push(json!({ "method": "POST", "path": "/Users", "bulkId": "x", "data": { "userName": "new" } }));
        let told = statuses(&house, operations.into()).await;
        let gone = told.iter().filter(|status| *status == "204").count();
        let held = told.iter().filter(|status| *status == "503").count();
        assert_eq!((gone + held, held > 0, told[12].as_str()), (12, true, "201"), "{told:?}");
        assert_eq!(house.names(&USER, "").await.len(), held + 1);
    })
    .await;
}
