//! The shared budget.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;

use crate::{Budget, Cost, Limits, Pace, Priority};

const PATIENCE: Duration = Duration::from_secs(1_000);
const SMALL: Limits = Limits { units: 100, writes: 150 };

fn units(units: u32) -> Cost {
    Cost { units, writes: 0 }
}

#[test]
fn costs_are_those_of_the_list() {
    for (method, path, query, expected) in [
        (Method::GET, "users", "", 2),
        (Method::GET, "users", "$select=id", 1),
        (Method::GET, "users", "$select=id&$top=5", 1),
        (Method::GET, "users", "$top=5", 1),
        (Method::GET, "users", "$top=999", 2),
        (Method::GET, "users/1", "", 1),
        (Method::GET, "users/delta", "$deltatoken=x", 5),
        (Method::GET, "groups/1/members", "$expand=x", 4),
        (Method::GET, "groups/1/transitiveMembers", "$select=id", 4),
        (Method::GET, "users/1/memberOf", "", 2),
        (Method::POST, "users/1/checkMemberGroups", "", 4),
        (Method::GET, "servicePrincipals/1/appRoleAssignments", "", 2),
        (Method::GET, "organization", "", 1),
        (Method::PATCH, "users/1", "", 1),
    ] {
        let cost = Cost::of(&method, path, query);
        assert_eq!((cost.units, cost.writes), (expected, u32::from(method != Method::GET)), "{method} {path}?{query}");
    }
}

#[test]
fn the_size_of_the_tenant_sets_the_quota() {
    for (users, expected) in [(0, 3_500), (49, 3_500), (50, 5_000), (500, 5_000), (501, 8_000)] {
        assert_eq!(Limits::for_users(users).units, expected);
    }
}

#[tokio::test]
async fn sync_leaves_a_reserve_to_actions() {
    let (pace, time) = Pace::virtual_time();
    let budget = Budget::new(SMALL, pace);
    budget.draw(units(80), Priority::Sync, PATIENCE).await.unwrap();
    budget.draw(units(20), Priority::Action, PATIENCE).await.unwrap();
    assert_eq!(time.now(), Duration::ZERO);
    assert_eq!((budget.look().units_left, budget.look().units_used), (0, 100));

    // Ten units a second come back; sync starts again above the reserve.
    budget.draw(units(10), Priority::Sync, PATIENCE).await.unwrap();
    assert_eq!(time.now(), Duration::from_secs(3));
}

#[tokio::test]
async fn impatience_is_told_the_wait() {
    let (pace, time) = Pace::virtual_time();
    let budget = Budget::new(SMALL, pace);
    budget.throttle(Duration::from_mins(1));
    let wait = budget.draw(units(1), Priority::Action, Duration::from_secs(5)).await.unwrap_err();
    assert_eq!((wait, time.now()), (Duration::from_mins(1), Duration::ZERO));
    assert_eq!(budget.look().actions_waiting, 0);
    budget.draw(units(1), Priority::Action, PATIENCE).await.unwrap();
    assert_eq!(time.now(), Duration::from_mins(1));
}

#[tokio::test]
async fn writes_have_their_own_bucket() {
    let (pace, time) = Pace::virtual_time();
    let budget = Budget::new(SMALL, pace);
    for _ in 0..150 {
        budget.draw(Cost { units: 0, writes: 1 }, Priority::Action, PATIENCE).await.unwrap();
    }
    assert_eq!((time.now(), budget.look().writes_left), (Duration::ZERO, 0));
    budget.draw(Cost { units: 0, writes: 2 }, Priority::Action, PATIENCE).await.unwrap();
    assert_eq!(time.now(), Duration::from_secs(2));
}

#[tokio::test]
async fn waiting_actions_go_before_sync() {
    let (pace, _time) = Pace::virtual_time();
    let budget = Arc::new(Budget::new(SMALL, pace));
    budget.throttle(Duration::from_secs(30));
    let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
    // The action's wait makes time jump, so both others find the way free, but for the one who waits already.
    for lane in [Priority::Action, Priority::Sync, Priority::Sync] {
        let (budget, done) = (budget.clone(), done.clone());
        tokio::spawn(async move {
            budget.draw(units(1), lane, PATIENCE).await.unwrap();
            done.send(lane).unwrap();
        });
    }
    assert_eq!(order.recv().await, Some(Priority::Action));
    assert_eq!((order.recv().await, order.recv().await), (Some(Priority::Sync), Some(Priority::Sync)));
    assert_eq!(budget.look().actions_waiting, 0);
}

#[tokio::test]
async fn what_graph_really_charged_counts() {
    let (pace, _) = Pace::virtual_time();
    let budget = Budget::new(SMALL, pace);
    budget.draw(units(5), Priority::Sync, PATIENCE).await.unwrap();
    budget.correct(units(5), 15);
    assert_eq!((budget.look().units_left, budget.look().units_used), (85, 15));
    budget.set_limits(Limits { units: 50, writes: 10 });
    assert_eq!((budget.look().units_left, budget.look().writes_left), (50, 10));
    // More than is ever there goes when the bucket is full.
    budget.draw(units(500), Priority::Sync, PATIENCE).await.unwrap();
}
