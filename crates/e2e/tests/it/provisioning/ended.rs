//! The end of a connection that has people: shown, confirmed, planned, held, decided by somebody else, run out.

use e2e::world::{DAY, MINUTE, text};
use e2e::{Picture, World};
use serde_json::{Value, json};

use super::stage::{Plot, Push};

impl Push<'_> {
    fn address(&self) -> String {
        format!("provisioning/connections/{}", self.connection)
    }

    /// Ends the connection by its typed name.
    async fn end(&self) {
        let ended = self.world.ask("DELETE", &format!("{}?confirmation=Entra%20ID", self.address()), Value::Null).await;
        assert_eq!(ended.status, 204, "{:#}", ended.body);
    }

    /// Where its users stand, each state once.
    async fn states(&self) -> Vec<String> {
        let mut tx = self.world.node.store.read().await.unwrap();
        let users = directory::read::users_after(&mut tx, self.source(), None, 100).await.unwrap();
        let mut states: Vec<_> = users
            .iter()
            .map(|user| format!("{}/{}", user.state.name(), user.state.cause().unwrap_or_default()))
            .collect();
        states.sort();
        states.dedup();
        states
    }
}

/// The plan that waits, which must be of this connection.
async fn held(world: &World, push: &Push<'_>) -> Value {
    world.later(MINUTE).await;
    let found = world.get("dirsync/runs?state=held").await["items"].as_array().cloned().unwrap_or_default();
    assert_eq!(found.len(), 1, "{found:#?}");
    let run = found[0].clone();
    let id = push.connection.to_string();
    assert_eq!((&run["kind"], &run["source_id"]), (&json!("detach"), &json!(id)), "{run:#}");
    run
}

#[tokio::test]
async fn an_ended_connection_leaves_its_people_to_a_plan_that_somebody_else_decides() {
    World::on_each(6, async |world| {
        let push = Push::start(world).await;
        push.pushed().await;
        let ending = world.get(&format!("{}/ending", push.address())).await;
        let shown = [&ending["users"], &ending["groups"], &ending["afterwards"], &ending["confirmation"]];
        assert_eq!(shown, [&json!(6), &json!(1), &json!("planned"), &json!("Entra ID")], "{ending:#}");
        assert_eq!(world.ask("DELETE", &push.address(), Value::Null).await.status, 409, "not without its name");

        let since = world.newest().await;
        push.end().await;
        let event = world.event(since, "provisioning.connection_ended", "Entra ID").await;
        assert_eq!((&event["actor"]["name"], &event["after"]["users"]), (&json!("first person"), &json!(6)));
        assert_eq!(push.call("GET", "Users", Value::Null).await.status, 401);
        assert_eq!(world.happened(since).await, ["provisioning.connection_ended Entra ID"], "nobody is touched");
        assert_eq!(Picture::of_directory(&world.node.store, push.source()).await.users.len(), 6);

        let plan = held(world, &push).await;
        let verdict = &plan["verdict"];
        assert_eq!(verdict["second_person"], true, "{plan:#}");
        assert!(verdict["breaches"].to_string().contains("source_gone"), "{plan:#}");
        let path = format!("dirsync/runs/{}/approve", text(&plan["id"]));
        let alone = world.ask("POST", &path, json!({ "allow": { "part": "all" } })).await;
        assert!((400..500).contains(&alone.status), "whoever ended it does not decide: {:#}", alone.body);
        assert_eq!(push.states().await, ["active/"], "no timer runs before somebody has allowed it");
        let done = world.approve(&plan, json!({ "part": "all" })).await;
        assert_eq!(done["state"], "done", "{done:#}");
        assert_eq!(push.states().await, ["conflict/source_switched"]);

        // Nobody decides about the conflicts: when the delay is over they are deleted, under the same limits.
        let since = world.newest().await;
        world.later(8 * DAY).await;
        let plan = held(world, &push).await;
        world.approve(&plan, json!({ "part": "all" })).await;
        assert_eq!(push.states().await, ["deleted/"]);
        world.event(since, "user.deleted", "p1").await;
    })
    .await;
}

#[tokio::test]
async fn people_of_an_ended_connection_give_way_to_those_of_a_connected_tenant() {
    World::on_each(5, async |world| {
        let push = Push::start(world).await;
        push.pushed().await;
        world.filled().await;
        push.end().await;
        let plan = held(world, &push).await;
        assert_eq!(plan["totals"]["adoptable"], 5, "{plan:#}");
        let since = world.newest().await;
        let path = format!("dirsync/sources/{}/adopt", push.connection);
        world.post(&path, json!({ "adopt": { "which": "all" }, "reason": "read by Graph now" })).await;
        assert_eq!(push.states().await, ["excluded/retired"]);
        world.event(since, "dirsync.user_adopted", "p1").await;
        assert_eq!(world.usable().await, 5, "everybody is there once");
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_was_bound_to_a_tenant_leaves_its_people_to_the_tenant() {
    World::on_each(5, async |world| {
        world.filled().await;
        let connection = json!({ "tenant_id": world.tenant });
        let push = Push::with(world, Plot { connection, ..Plot::default() }).await;
        push.pushed().await;
        assert_eq!(world.get(&format!("{}/ending", push.address())).await["afterwards"], "tenant");
        let since = world.newest().await;
        push.end().await;
        world.later(MINUTE).await;
        assert_eq!(world.happened(since).await, ["provisioning.connection_ended Entra ID"]);
        world.full().await;
        world.must_mirror_entra("without the push").await;
    })
    .await;
}
