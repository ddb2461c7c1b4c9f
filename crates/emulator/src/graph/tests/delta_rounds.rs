//! What a round of delta covers: what stood there when it began, whatever happens while it is read.

use std::collections::BTreeSet;

use super::*;
use crate::directory::Author;

/// The most pages that a round which begins now may have: every page but an empty one tells of an edit, of an object
/// or of a membership that there is now, and an object may be told for its edits and for being hidden or shown.
pub(super) fn most_pages(rig: &Rig) -> u64 {
    let directory = rig.tenant.directory();
    let memberships = (0..directory.slots(Kind::Group)).map(|group| {
        let (users, groups) = directory.linked(group);
        users.len() + groups.len()
    });
    let objects = u64::from(directory.slots(Kind::User) + directory.slots(Kind::Group));
    2 * (1 + objects + 2 * (directory.position() + memberships.sum::<u64>()))
}

/// Drains a round and does something after every page but the last: the items and the delta link.
///
/// Fails when there are more pages than `most`.
async fn drain(rig: &Rig, path: &str, most: u64, mut between: impl FnMut(u64)) -> (Vec<Value>, String) {
    let (mut items, mut next) = (Vec::new(), path.to_owned());
    for page in 0..most {
        let reply = rig.get(&next).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let body = reply.json();
        items.extend(body["value"].as_array().unwrap().iter().cloned());
        if let Some(link) = body["@odata.deltaLink"].as_str() {
            return (items, link.to_owned());
        }
        body["@odata.nextLink"].as_str().unwrap().clone_into(&mut next);
        between(page);
    }
    panic!("the round does not end within {most} pages");
}

async fn quietly(rig: &Rig, path: &str) -> (Vec<Value>, String) {
    drain(rig, path, 1_000, |_| ()).await
}

fn removed(items: &[Value]) -> Vec<&str> {
    items.iter().filter(|item| item.get("@removed").is_some()).map(|item| item["id"].as_str().unwrap()).collect()
}

fn told_members<'a>(items: &'a [Value], group: &str) -> Vec<&'a str> {
    let slices = items.iter().filter(|item| item["id"] == group);
    let entries = slices.flat_map(|item| item["members@delta"].as_array().into_iter().flatten());
    entries.filter(|entry| entry.get("@removed").is_none()).map(|entry| entry["id"].as_str().unwrap()).collect()
}

/// A security group of three people.
async fn small_group(rig: &Rig) -> String {
    let body =
        json!({ "displayName": "Three", "mailEnabled": false, "mailNickname": "three", "securityEnabled": true });
    let group = rig.post("/groups", body).await.json()["id"].as_str().unwrap().to_owned();
    for index in 0..3 {
        let member = format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", rig.plain_user(index));
        assert_eq!(
            rig.post(&format!("/groups/{group}/members/$ref"), json!({ "@odata.id": member })).await.status,
            204
        );
    }
    group
}

/// Somebody new, and a member of the group when there is one.
fn hire(rig: &Rig, number: u64, group: Option<&str>) -> String {
    let mut directory = rig.tenant.directory_mut();
    let now = rig.world.clock.now();
    let body = json!({ "userPrincipalName": format!("new{number}@contoso.com"), "displayName": "New" });
    let id = directory.create_user(body.as_object().unwrap(), Author::Service, now).unwrap();
    if let Some(group) = group {
        let (group, person) = (directory.find_group(group).unwrap(), directory.find(id).unwrap());
        directory.add_member(group, person, Author::Service, now).unwrap();
    }
    id.to_string()
}

#[tokio::test]
async fn who_is_deleted_before_being_told_as_hidden_is_told() {
    for purged in [false, true] {
        let rig = Rig::new(100, 5, EVERYTHING);
        rig.switch(|switches| switches.delta_page_size = 3);
        let (_, link) = quietly(&rig, "/users/delta?$select=displayName").await;
        rig.switch(|switches| switches.hide_fraction = 0.5);
        let (gone, _) = quietly(&rig, &link).await;
        let last = removed(&gone).pop().unwrap().to_owned();
        let (again, _) = drain(&rig, &link, 1_000, |page| {
            let mut directory = rig.tenant.directory_mut();
            if let Some(ordinal) = directory.find_user(&last).filter(|_| page == 0) {
                directory.delete_user(ordinal, rig.world.clock.now());
                if purged {
                    directory.purge_user(ordinal, rig.world.clock.now());
                }
            }
        })
        .await;
        assert_eq!(removed(&again).pop(), Some(last.as_str()), "purged: {purged}");
    }
}

#[tokio::test]
async fn a_round_ends_though_people_join_faster_than_it_is_read() {
    let rig = Rig::new(40, 0, EVERYTHING);
    rig.switch(|switches| {
        switches.group_split_size = 1;
        switches.empty_page_every = 1;
    });
    let group = small_group(&rig).await;
    let mut hired = Vec::new();
    let (first, link) = drain(&rig, "/groups/delta", 8, |page| hired.push(hire(&rig, page, Some(&group)))).await;
    assert_eq!(told_members(&first, &group).len(), 3);
    // The next round tells of those who joined during the first, not of those who join during it.
    let before = hired.clone();
    let most = 2 * before.len() as u64 + 2;
    let (second, link) = drain(&rig, &link, most, |page| hired.push(hire(&rig, 100 + page, Some(&group)))).await;
    assert_eq!(told_members(&second, &group), before);
    let (third, _) = quietly(&rig, &link).await;
    assert_eq!(told_members(&third, &group), hired[before.len()..]);
}

#[tokio::test]
async fn no_combination_of_tricks_makes_a_round_chase_the_present() {
    for tricks in 0..32_u8 {
        let rig = Rig::new(40, 0, EVERYTHING);
        let on = |trick: u8| tricks & 1 << trick != 0;
        rig.switch(|switches| {
            switches.group_split_size = 1;
            switches.delta_page_size = if on(0) { 3 } else { 1 };
            switches.empty_page_every = usize::from(on(1));
            switches.delta_duplicates = if on(2) { 1.0 } else { 0.0 };
            switches.delta_replay = on(3);
            switches.delta_shuffle = on(4);
            switches.suppress_membership_removal_on_user_delete = on(4);
        });
        let group = small_group(&rig).await;
        let (mut hired, mut told, mut link) = (BTreeSet::new(), BTreeSet::new(), "/groups/delta".to_owned());
        for round in 0..3 {
            let between = |page| {
                if round < 2 {
                    hired.insert(hire(&rig, 1_000 * round + page, Some(&group)));
                }
            };
            let (items, next) = drain(&rig, &link, most_pages(&rig), between).await;
            told.extend(told_members(&items, &group).into_iter().map(str::to_owned));
            link = next;
        }
        assert!(hired.is_subset(&told) && told.len() == hired.len() + 3, "tricks {tricks:05b}");
    }
}

#[tokio::test]
async fn a_replay_is_of_the_round_before_alone() {
    let rig = Rig::new(60, 5, EVERYTHING);
    let (_, mut link) = quietly(&rig, "/users/delta?$select=displayName").await;
    rig.switch(|switches| switches.delta_replay = true);
    let mut before = None;
    for number in 0..4 {
        let now = hire(&rig, number, None);
        let (items, next) = quietly(&rig, &link).await;
        let told: Vec<String> = items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(told, before.into_iter().chain([now.clone()]).collect::<Vec<_>>());
        (before, link) = (Some(now), next);
    }
}

#[tokio::test]
async fn a_switch_set_during_a_round_is_for_the_next() {
    let switches: [fn(&mut Switches); 2] =
        [|switches| switches.hide_fraction = 0.5, |switches| switches.replication_delay_seconds = 1_000];
    for change in switches {
        let rig = Rig::new(60, 5, EVERYTHING);
        hire(&rig, 0, None);
        rig.switch(|switches| switches.delta_page_size = 10);
        let (items, _) = drain(&rig, "/users/delta", 7, |_| rig.switch(change)).await;
        assert_eq!(items.len(), 61);
    }
}

#[tokio::test]
async fn memberships_replicate_as_late_as_everything_else() {
    let rig = Rig::new(60, 0, EVERYTHING);
    let group = small_group(&rig).await;
    rig.advance(1_000);
    rig.switch(|switches| switches.replication_delay_seconds = 60);
    let (leaver, joiner) = (rig.plain_user(0), rig.plain_user(5));
    let (stays, late) = ([rig.plain_user(1), rig.plain_user(2)], hire(&rig, 0, Some(&group)));
    rig.send("DELETE", &format!("/groups/{group}/members/{leaver}/$ref"), &[], None).await;
    let link = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{joiner}") });
    rig.post(&format!("/groups/{group}/members/$ref"), link).await;
    let (items, link) = quietly(&rig, "/groups/delta").await;
    assert_eq!(told_members(&items, &group), [leaver.as_str(), &stays[0], &stays[1]]);
    rig.advance(61);
    let (items, _) = quietly(&rig, &link).await;
    assert_eq!(told_members(&items, &group), [joiner.as_str(), &late]);
    assert_eq!(
        items[0]["members@delta"][0],
        json!({
            "@odata.type": "#microsoft.graph.user", "id": leaver, "@removed": { "reason": "deleted" },
        })
    );
}

#[tokio::test]
async fn a_page_of_a_directory_that_was_replaced_has_expired() {
    let rig = Rig::new(60, 0, EVERYTHING);
    rig.switch(|switches| switches.delta_page_size = 10);
    let next = rig.get("/users/delta").await.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    for (seed, users) in [(3, 5), (4, 60)] {
        let spec = Spec { seed, users, groups: 0, domains: Vec::new(), cyclic: false, now: moment() };
        *rig.tenant.directory_mut() = generate_from(&spec);
        assert_eq!(rig.get(&next).await.code(), "Directory_ExpiredPageToken", "{seed}");
    }
}
