//! Accidental deletions in Entra: held here while Entra tries again, then allowed or rejected by a person.
//!
//! Of forty people in two groups, the six of `Bridge` lose their assignment: more than the usual limit of a day, and less
//! than what must be confirmed.

use std::time::Duration;

use e2e::World;
use e2e::http::{Answer, good};
use e2e::world::{DAY, text};
use kernel::{Actor, ActorKind, OperatorId, RequestId};
use provisioning::HoldId;
use provisioning::holds::Decision;
use provisioning::permissions::DecideHold;
use serde_json::{Value, json};
use uuid::Uuid;

use super::stage::{Plot, Push};

const CYCLE: Duration = Duration::from_mins(40);
const BRIDGE: usize = 6;

/// Everybody was pushed two days ago; answers the group that will lose its assignment as well.
async fn settled(world: &World) -> (Push<'_>, String) {
    let names: Vec<String> = (1..=40).map(|number| format!("p{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let docks = world.entra.found("Docks", &names[BRIDGE..]).await;
    let bridge = world.entra.found("Bridge", &names[..BRIDGE]).await;
    let push = Push::with(world, Plot { order: json!({ "assign": [docks, bridge] }), ..Plot::default() }).await;
    push.pushed().await;
    world.later(2 * DAY).await;
    (push, bridge)
}

async fn unassign(push: &Push<'_>, group: &str) {
    push.tell("DELETE", &format!("/assignments/{group}"), Value::Null).await;
}

async fn holds(world: &World, state: &str) -> Vec<Value> {
    let found = world.get(&format!("provisioning/holds?state={state}")).await;
    found["items"].as_array().cloned().unwrap_or_default()
}

async fn decide(world: &World, hold: &Value, verb: &str) -> Answer {
    let path = format!("provisioning/holds/{}/{verb}", text(&hold["id"]));
    let answer = world.ask_as(&world.second_token, "POST", &path, json!({ "reason": "looked at" })).await;
    world.work().await;
    answer
}

async fn active(push: &Push<'_>) -> usize {
    push.all("Users").await.iter().filter(|user| user["active"] == true).count()
}

#[tokio::test]
async fn a_large_loss_is_held_while_entra_tries_again_and_is_done_when_it_is_allowed() {
    World::on_each(40, async |world| {
        let (push, bridge) = settled(world).await;
        let since = world.newest().await;
        unassign(&push, &bridge).await;
        let cycle = push.cycle().await;
        assert_eq!(cycle["state"], "EntryLevelErrors", "{cycle:#}");
        assert_eq!(push.state().await["quarantine"], Value::Null, "passing failures are no reason for quarantine");
        assert!(
            push.failures().await.iter().all(|it| it.contains("InternalServerError")),
            "{:?}",
            push.failures().await
        );
        let before = active(&push).await;
        assert_eq!(before, 39, "one is within the limits");
        let open = holds(world, "open").await;
        assert_eq!((open.len(), &open[0]["calls"]["waiting"]), (1, &json!(5)), "{open:#?}");
        let told = world.events(since).await.into_iter().filter(|event| event["type"] == "provisioning.held").count();
        assert_eq!(told, 1, "one hold, told once");

        world.advance(CYCLE);
        push.cycle().await;
        assert_eq!(
            (holds(world, "open").await.len(), active(&push).await),
            (1, before),
            "asking again changes nothing"
        );

        let since = world.newest().await;
        good("allow", decide(world, &open[0], "allow").await);
        assert_eq!(active(&push).await, 40 - BRIDGE, "what was held is done without Entra asking again");
        let decided = world.events(since).await.into_iter().find(|event| event["type"] == "provisioning.hold_decided");
        assert_eq!(decided.unwrap()["reason"], "looked at");
        let disabled = world.happened(since).await.into_iter().filter(|it| it.starts_with("user.disabled")).count();
        assert_eq!(disabled, BRIDGE - 1);
        world.advance(CYCLE);
        let counts = push.pushed().await;
        assert_eq!((&counts["failed"], active(&push).await), (&json!(0), 40 - BRIDGE), "asked again, it is done");
        push.must_mirror_entra("after it was allowed").await;
    })
    .await;
}

#[tokio::test]
async fn a_rejected_loss_is_refused_again_without_asking_anybody() {
    World::on_each(40, async |world| {
        let (push, bridge) = settled(world).await;
        unassign(&push, &bridge).await;
        push.cycle().await;
        let before = active(&push).await;
        let since = world.newest().await;
        good("reject", decide(world, &holds(world, "open").await[0], "reject").await);
        world.advance(CYCLE);
        let cycle = push.cycle().await;
        assert_eq!(cycle["counts"]["failed"], 5, "Entra goes on asking: {cycle:#}");
        assert_eq!((holds(world, "open").await.len(), active(&push).await), (0, before));
        let told = world.events(since).await.into_iter().filter(|event| event["type"] == "provisioning.held").count();
        assert_eq!(told, 0, "nobody is asked a second time");

        // Somebody repairs it in Entra: everything is as it was.
        push.tell("POST", "/assignments", json!([bridge])).await;
        for _ in 0..2 {
            world.advance(CYCLE);
            push.cycle().await;
        }
        push.pushed().await;
        push.must_mirror_entra("after it was repaired in Entra").await;
        assert_eq!(active(&push).await, 40);
    })
    .await;
}

#[tokio::test]
async fn an_undecided_loss_counts_as_rejected_after_three_days() {
    World::on_each(40, async |world| {
        let (push, bridge) = settled(world).await;
        unassign(&push, &bridge).await;
        push.cycle().await;
        let before = active(&push).await;
        world.later(3 * DAY + CYCLE).await;
        assert_eq!((holds(world, "open").await.len(), active(&push).await), (0, before));
        assert_eq!(holds(world, "expired").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_loss_of_everybody_is_confirmed_by_a_person_who_types_the_name() {
    World::on_each(12, async |world| {
        let push = Push::start(world).await;
        push.pushed().await;
        world.later(2 * DAY).await;
        for id in super::stage::everyone(&world.entra).await {
            unassign(&push, &id).await;
        }
        push.cycle().await;
        assert!(!push.members("Everyone").await.is_empty(), "the group stands, with its members");
        let open = holds(world, "open").await;
        let users = open.iter().find(|hold| hold["kind"] == "user").unwrap();
        assert_eq!(decide(world, users, "allow").await.status, 409, "a token is not a person");
        let person = Actor {
            kind: ActorKind::Operator { id: OperatorId(Uuid::from_u128(7)), name: "ada".to_owned() },
            ..Actor::system("journey", push.organisation(), RequestId(Uuid::from_u128(7)))
        };
        let hold = HoldId(text(&users["id"]).parse().unwrap());
        let may = person.may(DecideHold { hold });
        let decision = Decision {
            reason: Some("the company closes".to_owned()),
            confirmation: Some(text(&users["confirmation"])),
            ..Decision::default()
        };
        world.node.app.provisioning.allow_hold(&may.unwrap(), &decision).await.unwrap();
        world.work().await;
        assert_eq!(active(&push).await, 0);
    })
    .await;
}

#[tokio::test]
async fn entras_own_guard_holds_before_anything_is_sent() {
    World::on_each(40, async |world| {
        let (push, bridge) = settled(world).await;
        let behaviour = json!({ "deletion_guard": true, "deletion_threshold": 5 });
        push.tell("PATCH", "", json!({ "behaviour": behaviour })).await;
        let since = world.newest().await;
        unassign(&push, &bridge).await;
        push.cycle().await;
        assert_eq!(push.state().await["quarantine"]["reason"], "TooManyDeletes");
        assert_eq!(world.happened(since).await.iter().filter(|it| it.starts_with("user.")).count(), 0);
        assert_eq!(active(&push).await, 40);
    })
    .await;
}
