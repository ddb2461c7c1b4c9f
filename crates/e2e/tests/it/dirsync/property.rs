//! For any directory and any history of it: following deltas and reading everything end in the same directory, which is
//! Entra's without what settings keep out; however pages are split, repeated, shuffled or empty, wherever a node dies.
//!
//! `VESTIBULE_PROPERTY_CASES` says how many histories are tried, `VESTIBULE_PROPERTY_SEED` where to begin; a failure
//! names its seed.

use std::time::Duration;

use e2e::world::Ground;
use e2e::{Entra, World, cut};
use kernel::Rng;
use serde_json::{Value, json};
use store::Backend;
use testkit::Db;

use super::killed::without_limits;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[tokio::test]
async fn deltas_and_full_reads_end_in_the_same_directory() {
    let first = number("VESTIBULE_PROPERTY_SEED", 1);
    for seed in first..first + number("VESTIBULE_PROPERTY_CASES", 4) {
        let backend = if seed % 4 == 0 { Backend::Postgres } else { Backend::Sqlite };
        World::on(backend, 4 + (seed * 7 % 20) as u32, async |world| one_history(world, seed).await).await;
    }
}

async fn one_history(world: &World, seed: u64) {
    let mut history = History { entra: &world.entra, rng: Rng::seeded(seed), next: 0, deleted: Vec::new() };
    without_limits(world).await;
    history.draw_habits().await;
    for _ in 0..12 {
        history.edit().await;
    }
    world.set(|settings| settings["mode"] = json!("on")).await;
    let run = follow(world, &history.rng, "full", seed).await;
    assert_eq!(run["state"], "done", "seed {seed}: {run:#}");
    world.must_mirror_entra(&format!("seed {seed}, the first read")).await;
    for round in 0..4 + history.rng.below(3) {
        for _ in 0..=history.rng.below(8) {
            history.edit().await;
        }
        let run = follow(world, &history.rng, "delta", seed).await;
        assert_eq!((&run["state"], &run["kind"]), (&json!("done"), &json!("delta")), "seed {seed}: {run:#}");
        world.must_mirror_entra(&format!("seed {seed}, round {round}")).await;
        world.advance(Duration::from_secs(60 * (1 + history.rng.below(300))));
    }
    let before = world.picture().await;
    let run = follow(world, &history.rng, "full", seed).await;
    assert_eq!(run["state"], "done", "seed {seed}: {run:#}");
    world.picture().await.must_equal(&before, &format!("seed {seed}: a full read after deltas changes nothing"));

    let db = Db::new(Backend::Sqlite).await.unwrap();
    let ground = Ground { url: db.url.clone(), ..world.ground.clone() };
    let other = World::beside(world.entra.clone(), ground).await;
    other.filled().await;
    other.picture().await.must_equal(&before, &format!("seed {seed}: a full read alone"));
    other.node.store.close().await;
}

/// Starts a run, kills its node up to three times, allows it if it is held, and takes it to its end.
async fn follow(world: &World, rng: &Rng, kind: &str, seed: u64) -> Value {
    let run = world.begin(kind).await;
    for _ in 0..rng.below(4) {
        let worker = world.node.worker();
        let mut work = Box::pin(worker.run_due());
        cut::steps(&mut work, 1 + rng.below(150)).await;
        drop(work);
        world.advance(Duration::from_mins(2));
    }
    let run = world.finish(&run).await;
    assert_ne!(run["state"], "failed", "seed {seed}: {run:#}");
    if run["state"] == "held" { world.approve(&run, json!({ "part": "all" })).await } else { run }
}

struct History<'a> {
    entra: &'a Entra,
    rng: Rng,
    next: u32,
    deleted: Vec<String>,
}

impl History<'_> {
    async fn draw_habits(&self) {
        let share = |most: u64| f64::from(u32::try_from(self.rng.below(most)).unwrap_or(0)) / 10.0;
        let yes = || self.rng.below(2) == 0;
        let habits = json!({
            "delta_page_size": 1 + self.rng.below(9), "group_split_size": 1 + self.rng.below(4),
            "delta_duplicates": share(6), "delta_shuffle": yes(), "empty_page_every": self.rng.below(4),
            "delta_replay": yes(), "removed_in_first_round": yes(),
            "suppress_membership_removal_on_user_delete": yes(), "security_groups_hard_delete": yes(),
        });
        self.entra.switch(habits).await;
    }

    fn one_of(&self, list: Vec<String>) -> Option<String> {
        let at = usize::try_from(self.rng.below(list.len() as u64)).unwrap_or(0);
        list.into_iter().nth(at)
    }

    async fn somebody(&self) -> String {
        self.one_of(self.entra.users().await.into_keys().collect()).expect("somebody is left")
    }

    async fn some_group(&self) -> Option<String> {
        self.one_of(self.entra.groups().await.into_keys().collect())
    }

    /// One thing an administrator does.
    async fn edit(&mut self) {
        self.next += 1;
        let name = format!("n{}", self.next);
        let (user, other) = (self.somebody().await, self.somebody().await);
        match self.rng.below(16) {
            0 | 1 => drop(self.entra.hire(&name, json!({ "manager": user })).await),
            2 => drop(self.entra.hire(&name, json!({ "userType": "Guest" })).await),
            3 => {
                self.entra
                    .change(&user, json!({ "displayName": name, "userPrincipalName": format!("{name}@contoso.com") }))
                    .await;
            }
            4 => self.entra.change(&user, json!({ "department": name, "jobTitle": Value::Null })).await,
            5 => self.entra.change(&user, json!({ "accountEnabled": false })).await,
            6 => self.entra.change(&user, json!({ "accountEnabled": true })).await,
            7 => {
                self.entra
                    .change(&user, json!({ "manager": if user == other { Value::Null } else { json!(other) } }))
                    .await;
            }
            8 | 9 if self.entra.users().await.len() > 6 => {
                self.entra.delete(&user).await;
                self.deleted.push(user);
            }
            10 => {
                if let Some(id) = self.deleted.pop() {
                    self.entra.restore(&id).await;
                }
            }
            11 => {
                let group = self.entra.found(&name, &[&user]).await;
                if user != other {
                    self.entra.join(&group, &other).await;
                }
            }
            12 => {
                if let (Some(group), true) = (self.some_group().await, self.entra.groups().await.len() > 2) {
                    self.entra.delete_group(&group).await;
                }
            }
            _ => self.move_member(user).await,
        }
    }

    /// Puts somebody, or a group, into a group, or takes one out of it.
    async fn move_member(&self, user: String) {
        let Some(group) = self.some_group().await else { return };
        let members = self.entra.members(&group).await;
        let nested = self.some_group().await.filter(|nested| *nested != group && self.rng.below(4) == 0);
        let member = nested.unwrap_or(user);
        if members.contains(&member) {
            self.entra.leave(&group, &member).await;
        } else if self.rng.below(3) == 0 && !members.is_empty() {
            self.entra.leave(&group, &members[0]).await;
        } else {
            self.entra.join(&group, &member).await;
        }
    }
}
