//! The property that matters most: whoever follows delta ends with the directory, whatever the switches and
//! whenever the edits happen.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::directory::{Draw, Ref, life};

/// What a careful reader keeps.
#[derive(Debug, Default)]
struct Reader {
    users: BTreeMap<String, BTreeMap<String, Value>>,
    managers: BTreeMap<String, Option<String>>,
    groups: BTreeMap<String, BTreeMap<String, Value>>,
    members: BTreeMap<String, BTreeSet<String>>,
}

impl Reader {
    fn take(&mut self, set: &str, item: &Value) {
        let id = item["id"].as_str().unwrap().to_owned();
        let objects = if set == "users" { &mut self.users } else { &mut self.groups };
        if item.get("@removed").is_some() {
            objects.remove(&id);
            if set == "groups" {
                self.members.remove(&id);
            }
            return;
        }
        let object = objects.entry(id.clone()).or_default();
        for (name, value) in item.as_object().unwrap().iter().filter(|(name, _)| !name.contains('@')) {
            object.insert(name.clone(), value.clone());
        }
        if let Some(manager) = item.get("manager@delta") {
            self.managers.insert(id.clone(), manager[0]["id"].as_str().map(str::to_owned));
        }
        for member in item["members@delta"].as_array().into_iter().flatten() {
            let who = member["id"].as_str().unwrap().to_owned();
            let members = self.members.entry(id.clone()).or_default();
            if member.get("@removed").is_some() {
                members.remove(&who)
            } else {
                members.insert(who)
            };
        }
    }
}

#[derive(Debug, Clone)]
struct Story {
    seed: u64,
    rounds: Vec<(usize, f64)>,
    switches: Switches,
    minimal: bool,
}

fn stories() -> impl Strategy<Value = Story> {
    let tricks = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let sizes = (3_usize..20, 1_usize..12, 0_usize..4, prop_oneof![Just(0_u64), Just(45)]);
    let rounds = proptest::collection::vec((0_usize..60, prop_oneof![3 => Just(0.0), 1 => Just(0.4)]), 1..4);
    (any::<u64>(), rounds, tricks, sizes, any::<bool>()).prop_map(|(seed, rounds, tricks, sizes, minimal)| {
        let switches = Switches {
            delta_page_size: sizes.0,
            group_split_size: sizes.1,
            empty_page_every: sizes.2,
            replication_delay_seconds: sizes.3,
            delta_duplicates: if tricks.0 { 0.3 } else { 0.0 },
            delta_shuffle: tricks.1,
            delta_replay: tricks.2,
            removed_in_first_round: tricks.3,
            suppress_membership_removal_on_user_delete: tricks.4,
            ..Switches::default()
        };
        Story { seed, rounds, switches, minimal }
    })
}

/// Follows one round; life goes on between its pages.
async fn follow(
    rig: &Rig,
    reader: &mut Reader,
    set: &str,
    link: &str,
    minimal: bool,
    draw: &mut Option<Draw>,
) -> String {
    let mut next = link.to_owned();
    for _ in 0..5_000 {
        let prefer: &[(&str, &str)] = if minimal { &[("Prefer", "return=minimal")] } else { &[] };
        let reply = rig.send("GET", &next, prefer, None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let body = reply.json();
        body["value"].as_array().unwrap().iter().for_each(|item| reader.take(set, item));
        if let Some(draw) = draw {
            live(rig, draw, 1);
        }
        if let Some(link) = body["@odata.deltaLink"].as_str() {
            return link.to_owned();
        }
        body["@odata.nextLink"].as_str().unwrap().clone_into(&mut next);
    }
    panic!("the round does not end");
}

fn live(rig: &Rig, draw: &mut Draw, steps: usize) {
    for _ in 0..steps {
        rig.advance(1);
        life::step(&mut rig.tenant.directory_mut(), draw, rig.world.clock.now());
        if draw.percent(4) {
            let mut directory = rig.tenant.directory_mut();
            if let Some(gone) = directory.deleted(Kind::User).min() {
                directory.purge_user(gone, rig.world.clock.now());
            }
        }
    }
}

const USERS: &str =
    "/users/delta?$select=displayName,surname,userPrincipalName,mail,department,jobTitle,accountEnabled,manager";

async fn tell(rig: &Rig, story: Story) {
    let domains = vec!["contoso.com".to_owned(), "contoso.onmicrosoft.com".to_owned()];
    let spec = Spec { seed: story.seed, users: 45, groups: 26, domains, cyclic: true, now: rig.world.clock.now() };
    *rig.tenant.directory_mut() = generate_from(&spec);
    rig.world.set_switches(story.switches.clone());
    let mut reader = Reader::default();
    let (mut users, mut groups) = (USERS.to_owned(), "/groups/delta".to_owned());
    let mut draw = Some(Draw::new(story.seed));
    for (steps, hidden) in &story.rounds {
        rig.switch(|switches| switches.hide_fraction = *hidden);
        users = follow(rig, &mut reader, "users", &users, story.minimal, &mut draw).await;
        groups = follow(rig, &mut reader, "groups", &groups, story.minimal, &mut draw).await;
        live(rig, draw.as_mut().unwrap(), *steps);
    }
    // Everything settles, then both are read once more.
    rig.switch(|switches| switches.hide_fraction = 0.0);
    rig.advance(100);
    follow(rig, &mut reader, "users", &users, story.minimal, &mut None).await;
    follow(rig, &mut reader, "groups", &groups, story.minimal, &mut None).await;
    compare(rig, &reader);
}

fn compare(rig: &Rig, reader: &Reader) {
    let directory = rig.tenant.directory();
    let living = |kind| -> BTreeSet<String> {
        directory.live(kind).iter().map(|ordinal| directory.id(Ref { kind, ordinal }).to_string()).collect()
    };
    assert_eq!(reader.users.keys().cloned().collect::<BTreeSet<_>>(), living(Kind::User), "users");
    assert_eq!(reader.groups.keys().cloned().collect::<BTreeSet<_>>(), living(Kind::Group), "groups");
    for ordinal in directory.live(Kind::User) {
        let (id, record) = (directory.user(ordinal).id.to_string(), &directory.user(ordinal).record);
        for prop in [
            user::DISPLAY_NAME,
            user::SURNAME,
            user::USER_PRINCIPAL_NAME,
            user::MAIL,
            user::DEPARTMENT,
            user::JOB_TITLE,
            user::ACCOUNT_ENABLED,
        ] {
            let name = user::TABLE[usize::from(prop.0)].name;
            let stored = record.get(prop).map_or(Value::Null, |json| serde_json::from_slice(json).unwrap());
            assert_eq!(reader.users[&id].get(name).cloned().unwrap_or(Value::Null), stored, "{name} of {id}");
        }
        let manager = directory.manager(ordinal).map(|chief| directory.user(chief).id.to_string());
        let told = reader.managers.get(&id).cloned().flatten().filter(|chief| reader.users.contains_key(chief));
        assert_eq!(told, manager, "manager of {id}");
    }
    for ordinal in directory.live(Kind::Group) {
        let id = directory.group(ordinal).id.to_string();
        let users = directory
            .member_users(ordinal)
            .iter()
            .map(|member| directory.user(member).id.to_string())
            .collect::<BTreeSet<_>>();
        let nested = directory.member_groups(ordinal);
        let groups = nested.iter().map(|member| directory.group(member).id.to_string());
        let alive = |who: &&String| reader.users.contains_key(*who) || reader.groups.contains_key(*who);
        let told: BTreeSet<String> = reader.members.get(&id).into_iter().flatten().filter(alive).cloned().collect();
        assert_eq!(told, groups.chain(users).collect::<BTreeSet<_>>(), "members of {id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_follows_delta_ends_with_the_directory(story in stories()) {
        thread_local!(static RIG: Rig = Rig::new(0, 0, EVERYTHING));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        RIG.with(|rig| runtime.block_on(tell(rig, story)));
    }
}
