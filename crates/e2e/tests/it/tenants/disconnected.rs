//! A tenant is disconnected and connected again; and one permission of it is lost.

use std::time::Duration;

use e2e::World;
use e2e::world::{DAY, HOUR, text};
use serde_json::{Value, json};

async fn former(world: &World) -> Value {
    world.get("dirsync/former-sources").await[0].clone()
}

/// Connects the same Entra tenant with its application of before.
async fn connect_again(world: &World) -> Value {
    let entra = &world.entra.running;
    let secret = world.entra.new_secret().await;
    let body = json!({
        "tenant": entra.tenant_id, "client_id": entra.client_id, "credential": { "secret": secret },
        "cloud": { "name": "custom", "login": entra.base_url, "graph": entra.base_url },
        "settings": { "name": "Contoso" },
    });
    world.post("tenants", body).await
}

#[tokio::test]
async fn what_a_disconnected_tenant_left_waits_runs_out_and_comes_back_with_it() {
    World::on_each(12, async |world| {
        world.filled().await;
        let before = world.picture().await;
        let gone = world.ask("DELETE", &format!("tenants/{}?confirmation=Contoso", world.tenant), Value::Null).await;
        assert_eq!(gone.status, 204, "{:#}", gone.body);
        world.later(HOUR).await;
        let left = former(world).await;
        let held = left["open_run"].clone();
        assert_eq!((&held["kind"], &held["state"]), (&json!("detach"), &json!("held")), "{left:#}");
        assert_eq!(world.usable().await, 12, "nothing happens before somebody has confirmed");
        let path = format!("dirsync/runs/{}/approve", text(&held["id"]));
        let own = world.ask("POST", &path, json!({ "allow": { "part": "all" } })).await;
        assert_eq!(own.body["code"], "dirsync.second_person_needed", "{:#}", own.body);
        let done = world.approve(&held, json!({ "part": "all" })).await;
        assert_eq!(done["state"], "done", "{done:#}");
        assert_eq!((world.usable().await, world.standing("p1").await), (0, "conflict/source_switched".to_owned()));

        world.later(3 * DAY).await;
        let since = world.newest().await;
        let tenant = connect_again(world).await;
        assert_eq!(tenant["id"], world.tenant.to_string(), "{tenant:#}");
        world.later(Duration::from_mins(6)).await;
        assert_eq!(world.usable().await, 12);
        world.picture().await.must_equal(&before, "connected again");
        let names = world.happened(since).await;
        assert!(names.contains(&"user.enabled p1".to_owned()), "{names:?}");
        world.must_mirror_entra("after it is connected again").await;
        world.prove_audit().await;
    })
    .await;
}

#[tokio::test]
async fn without_the_permission_for_groups_users_go_on_and_groups_stay() {
    World::on_each(40, async |world| {
        world.filled().await;
        let everyone = world.entra.groups().await.into_keys().next().unwrap();
        let entra = &world.entra.running;
        let path = format!("tenants/default/apps/{}/consent", entra.client_id);
        let wider = ["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.Read.All"];
        world.entra.call("DELETE", &path, json!({ "permissions": wider })).await;
        world.later(2 * HOUR).await;
        let health = world.health().await;
        assert_eq!(health["stopped"], json!(["groups"]), "{health:#}");
        world.entra.leave(&everyone, "p5").await;
        world.entra.delete("p1").await;
        world.entra.hire("new", json!({})).await;
        let run = world.run("delta").await;
        assert_eq!(run["state"], "done", "{run:#}");
        assert_eq!(
            (world.standing("p1").await, world.standing("new").await),
            ("conflict/deleted".to_owned(), "active".to_owned())
        );
        let run = world.run("full").await;
        assert_eq!(run["state"], "done", "{run:#}");
        world.entra.consent().await;
        world.later(Duration::from_mins(16)).await;
        world.later(7 * HOUR).await;
        world.must_mirror_entra("after the permission is back").await;
    })
    .await;
}
