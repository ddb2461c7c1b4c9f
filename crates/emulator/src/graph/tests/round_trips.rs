//! The property that matters most: whoever follows delta ends with the directory, whatever the switches and
//! whenever the edits happen; and every round ends, however lively the directory is.
//!
//! A failure prints its story and a line that begins with `cc`. To tell the story again, put that line into
//! `crates/emulator/proptest-regressions/graph/tests/round_trips.txt` (the run that failed has done so) and run the
//! test. `PROPTEST_CASES=3000` tells more stories.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::delta_rounds::most_pages;
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
    rounds: Vec<Round>,
    switches: Switches,
    minimal: bool,
}

/// Users and groups are followed once, under these switches, and then life goes on for some steps.
#[derive(Debug, Clone)]
struct Round {
    hide_fraction: f64,
    replication_delay_seconds: u64,
    steps: usize,
}

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let hidden = prop_oneof![Just(0.0), Just(0.4)];
    let delay = prop_oneof![Just(0_u64), Just(45)];
    let round = (hidden, delay, 0_usize..60).prop_map(|(hide_fraction, replication_delay_seconds, steps)| Round {
        hide_fraction,
        replication_delay_seconds,
        steps,
    });
    proptest::collection::vec(round, 1..5)
}

fn stories() -> impl Strategy<Value = Story> {
    let tricks = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let sizes = (1_usize..20, 1_usize..12, 0_usize..4);
    (any::<u64>(), rounds(), tricks, sizes, any::<bool>()).prop_map(|(seed, rounds, tricks, sizes, minimal)| {
        let switches = Switches {
            delta_page_size: sizes.0,
            group_split_size: sizes.1,
            empty_page_every: sizes.2,
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
) -> Result<String, TestCaseError> {
    let mut next = link.to_owned();
    let most = most_pages(rig);
    for _ in 0..most {
        let prefer: &[(&str, &str)] = if minimal { &[("Prefer", "return=minimal")] } else { &[] };
        let reply = rig.send("GET", &next, prefer, None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let body = reply.json();
        body["value"].as_array().unwrap().iter().for_each(|item| reader.take(set, item));
        if let Some(draw) = draw {
            live(rig, draw, 1);
        }
        if let Some(link) = body["@odata.deltaLink"].as_str() {
            return Ok(link.to_owned());
        }
        body["@odata.nextLink"].as_str().unwrap().clone_into(&mut next);
    }
    Err(TestCaseError::fail(format!("the round of {set} does not end within {most} pages")))
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

async fn tell(rig: &Rig, story: Story) -> Result<(), TestCaseError> {
    rig.hand.set(moment());
    let domains = vec!["contoso.com".to_owned(), "contoso.onmicrosoft.com".to_owned()];
    let spec = Spec { seed: story.seed, users: 45, groups: 26, domains, cyclic: true, now: rig.world.clock.now() };
    *rig.tenant.directory_mut() = generate_from(&spec);
    rig.world.set_switches(story.switches.clone());
    let mut reader = Reader::default();
    let (mut users, mut groups) = (USERS.to_owned(), "/groups/delta".to_owned());
    let mut draw = Some(Draw::new(story.seed));
    for round in &story.rounds {
        rig.switch(|switches| {
            switches.hide_fraction = round.hide_fraction;
            switches.replication_delay_seconds = round.replication_delay_seconds;
        });
        users = follow(rig, &mut reader, "users", &users, story.minimal, &mut draw).await?;
        groups = follow(rig, &mut reader, "groups", &groups, story.minimal, &mut draw).await?;
        live(rig, draw.as_mut().unwrap(), round.steps);
    }
    // Everything settles, then both are read once more.
    rig.switch(|switches| switches.hide_fraction = 0.0);
    rig.advance(100);
    follow(rig, &mut reader, "users", &users, story.minimal, &mut None).await?;
    follow(rig, &mut reader, "groups", &groups, story.minimal, &mut None).await?;
    compare_objects(rig, &reader)?;
    compare_people(rig, &reader)?;
    compare_members(rig, &reader)
}

/// Fails with the difference alone.
fn same(what: &str, held: BTreeSet<String>, there: BTreeSet<String>) -> Result<(), TestCaseError> {
    let (stale, missing): (Vec<_>, Vec<_>) = (held.difference(&there).collect(), there.difference(&held).collect());
    prop_assert!(stale.is_empty() && missing.is_empty(), "{}: held in vain {:?}, missing {:?}", what, stale, missing);
    Ok(())
}

fn compare_objects(rig: &Rig, reader: &Reader) -> Result<(), TestCaseError> {
    let directory = rig.tenant.directory();
    let living = |kind| -> BTreeSet<String> {
        directory.live(kind).iter().map(|ordinal| directory.id(Ref { kind, ordinal }).to_string()).collect()
    };
    same("users", reader.users.keys().cloned().collect(), living(Kind::User))?;
    same("groups", reader.groups.keys().cloned().collect(), living(Kind::Group))
}

fn compare_people(rig: &Rig, reader: &Reader) -> Result<(), TestCaseError> {
    let directory = rig.tenant.directory();
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
            let told = reader.users[&id].get(name).cloned().unwrap_or(Value::Null);
            prop_assert_eq!(told, stored, "{} of {}", name, id);
        }
        let manager = directory.manager(ordinal).map(|chief| directory.user(chief).id.to_string());
        let told = reader.managers.get(&id).cloned().flatten().filter(|chief| reader.users.contains_key(chief));
        prop_assert_eq!(told, manager, "manager of {}", id);
    }
    Ok(())
}

fn compare_members(rig: &Rig, reader: &Reader) -> Result<(), TestCaseError> {
    let directory = rig.tenant.directory();
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
        let told = reader.members.get(&id).into_iter().flatten().filter(alive).cloned().collect();
        same(&format!("members of {id}"), told, groups.chain(users).collect())?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whoever_follows_delta_ends_with_the_directory(story in stories()) {
        thread_local!(static RIG: Rig = Rig::new(0, 0, EVERYTHING));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        RIG.with(|rig| runtime.block_on(tell(rig, story)))?;
    }
}
