//! Delta query, behaviour by behaviour.

use super::*;

/// Drains a round: its items and the delta link.
pub(super) async fn drain(rig: &Rig, path: &str) -> (Vec<Value>, String) {
    let (mut items, mut next) = (Vec::new(), path.to_owned());
    for _ in 0..10_000 {
        let reply = rig.get(&next).await;
        assert_eq!(reply.status, 200, "{next}: {}", reply.text);
        let body = reply.json();
        items.extend(body["value"].as_array().unwrap().iter().cloned());
        let (more, last) = (body["@odata.nextLink"].as_str(), body["@odata.deltaLink"].as_str());
        match (more, last) {
            (Some(link), None) => link.clone_into(&mut next),
            (None, Some(link)) => return (items, link.to_owned()),
            _ => panic!("a page has exactly one link: {body}"),
        }
    }
    panic!("the round does not end");
}

fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}

async fn patch(rig: &Rig, id: &str, body: Value) {
    assert_eq!(rig.send("PATCH", &format!("/users/{id}"), &[], Some(body)).await.status, 204);
}

#[tokio::test]
async fn all_spellings_begin_a_round() {
    let rig = Rig::new(30, 5, EVERYTHING);
    for path in [
        "/users/delta",
        "/users/delta()",
        "/users/microsoft.graph.delta",
        "/users/microsoft.graph.delta()",
        "/beta/users/delta",
    ] {
        assert_eq!(drain(&rig, path).await.0.len(), 30, "{path}");
    }
}

#[tokio::test]
async fn later_rounds_tell_only_what_was_selected_and_changed() {
    let rig = Rig::new(60, 5, EVERYTHING);
    let (first, link) = drain(&rig, "/users/delta?$select=displayName,accountEnabled").await;
    assert_eq!(first.len(), 60);
    assert!(
        first
            .iter()
            .all(|user| user["id"].is_string() && user["displayName"].is_string() && user.get("mail").is_none())
    );
    let (nothing, link) = drain(&rig, &link).await;
    assert!(nothing.is_empty());

    let (seen, unseen) = (rig.plain_user(3), rig.plain_user(4));
    patch(&rig, &seen, json!({"displayName": "Seen"})).await;
    patch(&rig, &seen, json!({"accountEnabled": true})).await;
    patch(&rig, &unseen, json!({"jobTitle": "Unseen"})).await;
    let (changed, _) = drain(&rig, &link).await;
    assert_eq!(changed, [json!({"id": seen, "displayName": "Seen", "accountEnabled": true})]);
    let minimal = rig.send("GET", &link, &[("Prefer", "return=minimal")], None).await.json();
    assert_eq!(minimal["value"][0]["displayName"], "Seen");
}

#[tokio::test]
async fn minimal_answers_leave_out_what_did_not_change_and_show_what_was_cleared() {
    let rig = Rig::new(60, 5, EVERYTHING);
    let (_, link) = drain(&rig, "/users/delta?$select=displayName,jobTitle,city").await;
    let person = rig.plain_user(3);
    patch(&rig, &person, json!({"jobTitle": null})).await;
    let reply = rig.send("GET", &link, &[("Prefer", "return=minimal")], None).await.json();
    assert_eq!(reply["value"], json!([{"id": person, "jobTitle": null}]));
    let reply = rig.get(&link).await.json();
    assert_eq!(reply["value"][0].as_object().unwrap().len(), 4, "whole: set to null is shown");
}

#[tokio::test]
async fn removals_have_their_reasons_and_restorations_look_like_changes() {
    let rig = Rig::new(60, 5, EVERYTHING);
    let (_, link) = drain(&rig, "/users/delta?$select=displayName").await;
    let (soft, hard, back) = (rig.plain_user(1), rig.plain_user(2), rig.plain_user(3));
    for id in [&soft, &hard, &back] {
        rig.send("DELETE", &format!("/users/{id}"), &[], None).await;
    }
    rig.send("DELETE", &format!("/directory/deletedItems/{hard}"), &[], None).await;
    let (removed, link) = drain(&rig, &link).await;
    assert_eq!(
        removed,
        [
            json!({"id": soft, "@removed": {"reason": "changed"}}),
            json!({"id": hard, "@removed": {"reason": "deleted"}}),
            json!({"id": back, "@removed": {"reason": "changed"}}),
        ]
    );
    rig.send("POST", &format!("/directory/deletedItems/{back}/restore"), &[], None).await;
    rig.advance(31 * 86_400 - 3_600);
    rig.switch(|switches| switches.delta_link_days = 60);
    let (changed, _) = drain(&rig, &link).await;
    let of = |id: &str| changed.iter().find(|item| item["id"] == id).unwrap();
    assert_eq!(changed.len(), 2);
    assert_eq!(of(&soft)["@removed"]["reason"], "deleted", "for good after thirty days");
    assert!(of(&back)["displayName"].is_string());
}

#[tokio::test]
async fn latest_begins_from_now() {
    let rig = Rig::new(60, 5, EVERYTHING);
    for word in ["$deltatoken=latest", "$deltaToken=latest"] {
        let reply = rig.get(&format!("/users/delta?{word}&$select=displayName")).await.json();
        assert_eq!(reply["value"], json!([]));
        let link = reply["@odata.deltaLink"].as_str().unwrap().to_owned();
        let person = rig.plain_user(5);
        patch(&rig, &person, json!({"displayName": word})).await;
        assert_eq!(drain(&rig, &link).await.0, [json!({"id": person, "displayName": word})]);
    }
}

#[tokio::test]
async fn a_filter_may_name_up_to_fifty_ids_and_nothing_else() {
    let rig = Rig::new(60, 30, EVERYTHING);
    let group = rig.group("All staff");
    let (items, link) = drain(&rig, &format!("/groups/delta?$select=members&$filter=id eq '{group}'")).await;
    assert!(ids(&items).iter().all(|id| *id == group));
    assert!(drain(&rig, &link).await.0.is_empty());
    let many: Vec<String> = (0..51).map(|index| format!("id eq '{index:08}-0000-4000-8000-000000000000'")).collect();
    for filter in [many.join(" or "), "displayName eq 'x'".to_owned(), format!("id ne '{group}'")] {
        assert_eq!(
            rig.get(&format!("/groups/delta?$filter={filter}")).await.code(),
            "Request_UnsupportedQuery",
            "{filter}"
        );
    }
    for other in ["$top=5", "$expand=members", "$orderby=displayName", "$count=true"] {
        assert_eq!(rig.get(&format!("/groups/delta?{other}")).await.code(), "Request_UnsupportedQuery", "{other}");
    }
}

#[tokio::test]
async fn members_come_in_slices_of_the_same_group() {
    let rig = Rig::new(120, 30, EVERYTHING);
    rig.switch(|switches| switches.group_split_size = 20);
    let all = rig.group("All staff");
    let staff = rig.all(&format!("/groups/{all}/members?$select=id")).await;
    let (items, link) = drain(&rig, "/groups/delta").await;
    let slices: Vec<&Value> = items.iter().filter(|item| item["id"] == all.as_str()).collect();
    assert!(slices.len() >= staff.len() / 20);
    assert!(slices.iter().all(|slice| slice["displayName"] == "All staff"));
    let told: Vec<&str> = slices
        .iter()
        .flat_map(|slice| slice["members@delta"].as_array().unwrap())
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(told, ids(&staff));
    assert!(items.iter().any(|item| item.get("members@delta").is_none()) || items.len() > 29, "empty groups have none");

    let (joins, leaves) = (rig.plain_user(2), told[0].to_owned());
    let app = rig.group("All staff");
    rig.send("DELETE", &format!("/groups/{app}/members/{leaves}/$ref"), &[], None).await;
    rig.send("DELETE", &format!("/groups/{app}/members/{joins}/$ref"), &[], None).await;
    let link_to = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{joins}") });
    rig.post(&format!("/groups/{app}/members/$ref"), link_to).await;
    let (changed, _) = drain(&rig, &link).await;
    let entries = changed[0]["members@delta"].as_array().unwrap();
    let entry = |id: &str| entries.iter().find(|one| one["id"] == id).unwrap();
    assert_eq!(entry(&leaves)["@removed"], json!({"reason": "deleted"}));
    assert!(entry(&joins).get("@removed").is_none());
    assert_eq!(entry(&joins)["@odata.type"], "#microsoft.graph.user");
}

#[tokio::test]
async fn a_select_without_members_drops_them() {
    let rig = Rig::new(60, 20, EVERYTHING);
    let (items, link) = drain(&rig, "/groups/delta?$select=displayName").await;
    assert!(items.iter().all(|item| item.get("members@delta").is_none()));
    let (group, person) = (rig.group("All staff"), rig.plain_user(2));
    rig.send("DELETE", &format!("/groups/{group}/members/{person}/$ref"), &[], None).await;
    assert!(drain(&rig, &link).await.0.is_empty());
}

#[tokio::test]
async fn the_deletion_of_a_user_shows_in_groups_only_without_the_switch() {
    for (suppressed, expected) in [(true, false), (false, true)] {
        let rig = Rig::new(60, 20, EVERYTHING);
        rig.switch(|switches| switches.suppress_membership_removal_on_user_delete = suppressed);
        let (_, link) = drain(&rig, "/groups/delta").await;
        rig.send("DELETE", &format!("/users/{}", rig.plain_user(2)), &[], None).await;
        assert_eq!(!drain(&rig, &link).await.0.is_empty(), expected);
    }
}

#[tokio::test]
async fn managers_are_told_when_selected() {
    let rig = Rig::new(60, 5, EVERYTHING);
    let (items, link) = drain(&rig, "/users/delta?$select=displayName,manager").await;
    assert!(items.iter().filter(|user| user["manager@delta"][0]["id"].is_string()).count() > 30);
    let person = rig.plain_user(3);
    rig.send("DELETE", &format!("/users/{person}/manager/$ref"), &[], None).await;
    let (changed, _) = drain(&rig, &link).await;
    assert_eq!((ids(&changed), &changed[0]["manager@delta"]), (vec![person.as_str()], &json!([])));
}

#[tokio::test]
async fn links_grow_old_in_both_ways_and_are_reset() {
    let rig = Rig::new(30, 5, EVERYTHING);
    let (_, link) = drain(&rig, "/users/delta").await;
    rig.advance(8 * 86_400);
    assert_eq!(rig.get(&link).await.status, 200);
    rig.switch(|switches| switches.delta_link_days = 7);
    assert_eq!(rig.get(&link).await.code(), "syncStateNotFound");
    rig.switch(|switches| switches.delta_link_days = 30);
    rig.advance(23 * 86_400);
    let reply = rig.get(&link).await;
    assert_eq!(
        (reply.status, reply.code().as_str(), reply.message().as_str()),
        (400, "Request_UnsupportedQuery", "DeltaLink older than 30 days is not supported.")
    );

    let (_, link) = drain(&rig, "/users/delta").await;
    rig.switch(|switches| switches.force_delta_reset = true);
    let gone = rig.get(&link).await;
    assert_eq!(gone.status, 410);
    let location = gone.headers["location"].to_str().unwrap();
    assert_eq!(location, "http://graph.test/v1.0/users/delta?$deltatoken=");
    assert_eq!(drain(&rig, location).await.0.len(), 30);
    rig.switch(|switches| {
        switches.force_delta_reset = false;
        switches.force_delta_expiry = true;
    });
    assert_eq!(rig.get(&link).await.code(), "Request_UnsupportedQuery");
    assert_eq!(rig.get("/users/delta?$deltatoken=rubbish").await.code(), "Request_BadRequest");
}

#[tokio::test]
async fn pages_misbehave_on_demand() {
    let rig = Rig::new(100, 5, EVERYTHING);
    let plain = drain(&rig, "/users/delta").await.0;
    rig.switch(|switches| {
        switches.delta_page_size = 10;
        switches.empty_page_every = 2;
    });
    assert_eq!(rig.get("/users/delta").await.each("id").len(), 10);
    assert_eq!(drain(&rig, "/users/delta").await.0, plain, "empty pages lose nothing");
    rig.switch(|switches| switches.delta_shuffle = true);
    let mixed = drain(&rig, "/users/delta").await.0;
    assert_ne!(ids(&mixed), ids(&plain));
    rig.switch(|switches| switches.delta_duplicates = 0.5);
    let repeated = drain(&rig, "/users/delta").await.0;
    assert!(repeated.len() > 115, "{}", repeated.len());
    let mut once = ids(&repeated);
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), 100);

    rig.switch(|switches| switches.removed_in_first_round = true);
    rig.send("DELETE", &format!("/users/{}", rig.plain_user(1)), &[], None).await;
    assert!(drain(&rig, "/users/delta").await.0.iter().any(|user| user.get("@removed").is_some()));
}

#[tokio::test]
async fn changes_are_replayed_and_lag_on_demand() {
    let rig = Rig::new(60, 5, EVERYTHING);
    let (_, link) = drain(&rig, "/users/delta").await;
    let person = rig.plain_user(1);
    patch(&rig, &person, json!({"displayName": "Once"})).await;
    let (one, link) = drain(&rig, &link).await;
    rig.switch(|switches| switches.delta_replay = true);
    let (again, link) = drain(&rig, &link).await;
    assert_eq!(one, again);
    rig.switch(|switches| {
        switches.delta_replay = false;
        switches.replication_delay_seconds = 120;
    });
    rig.advance(1_000);
    patch(&rig, &person, json!({"displayName": "Late"})).await;
    let (nothing, link) = drain(&rig, &link).await;
    assert!(nothing.is_empty());
    rig.advance(121);
    assert_eq!(ids(&drain(&rig, &link).await.0), [&person]);
}

#[tokio::test]
async fn a_hidden_half_is_reported_as_removed_and_returns() {
    let rig = Rig::new(100, 5, EVERYTHING);
    let (_, link) = drain(&rig, "/users/delta").await;
    rig.switch(|switches| switches.hide_fraction = 0.5);
    let (gone, link) = drain(&rig, &link).await;
    assert!(gone.len() > 25 && gone.iter().all(|user| user["@removed"]["reason"] == "changed"));
    rig.switch(|switches| switches.hide_fraction = 0.0);
    let (back, _) = drain(&rig, &link).await;
    assert_eq!(ids(&back), ids(&gone));
    assert!(back.iter().all(|user| user["displayName"].is_string()));
}
