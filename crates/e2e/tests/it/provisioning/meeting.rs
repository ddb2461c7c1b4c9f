//! Push and pull meet in one person: the tenant is read by Graph, and pushes as well.

use e2e::World;
use serde_json::{Value, json};

use super::stage::{Plot, Push};

/// A connection that is bound to the tenant that Graph reads.
async fn bound(world: &World) -> Push<'_> {
    let connection = json!({ "tenant_id": world.tenant });
    Push::with(world, Plot { connection, ..Plot::default() }).await
}

/// How many users of that name there are in the directory, in any state.
async fn persons(world: &World, name: &str) -> Vec<Value> {
    let found = world.get(&format!("directory/users?search={name}&limit=100")).await;
    let items = found["items"].as_array().cloned().unwrap_or_default();
    items.into_iter().filter(|user| user["name"] == name || user["display_name"] == name).collect()
}

#[tokio::test]
async fn whoever_is_read_and_pushed_is_one_user() {
    World::on_each(6, async |world| {
        world.filled().await;
        let before = world.user("p1").await;
        let push = bound(world).await;
        let since = world.newest().await;
        push.pushed().await;
        let created = world.happened(since).await.into_iter().filter(|it| it.ends_with(".created")).count();
        assert_eq!(created, 0, "the push finds everybody there");
        assert_eq!((world.user("p1").await.id, world.usable().await), (before.id, 6));
        assert_eq!(persons(world, "p1").await.len(), 1);
        world.full().await;
        world.must_mirror_entra("read and pushed").await;
    })
    .await;
}

#[tokio::test]
async fn a_loss_acts_at_once_from_whichever_side_it_comes_first() {
    World::on_each(8, async |world| {
        world.filled().await;
        let push = bound(world).await;
        push.pushed().await;
        // The push is first.
        world.entra.change("p1", json!({ "accountEnabled": false })).await;
        let since = world.newest().await;
        push.pushed().await;
        assert!(!world.user("p1").await.state.usable());
        world.event(since, "user.disabled", "p1").await;
        // The pull is first.
        world.entra.change("p2", json!({ "accountEnabled": false })).await;
        world.delta().await;
        assert!(!world.user("p2").await.state.usable());
        push.pushed().await;
        assert!(!world.user("p2").await.state.usable());
        // Both come back, whoever says so first.
        for name in ["p1", "p2"] {
            world.entra.change(name, json!({ "accountEnabled": true })).await;
        }
        push.pushed().await;
        world.delta().await;
        world.full().await;
        for name in ["p1", "p2"] {
            assert_eq!(world.standing(name).await, "active", "{name}");
        }
        world.must_mirror_entra("everybody is back").await;
    })
    .await;
}

#[tokio::test]
async fn a_membership_lost_on_one_side_is_lost() {
    World::on_each(6, async |world| {
        let crew = world.entra.found("Crew", &["p1", "p2", "p3"]).await;
        world.filled().await;
        let assigned: Vec<_> = world.entra.groups().await.into_keys().collect();
        let plot = Plot {
            connection: json!({ "tenant_id": world.tenant }),
            order: json!({ "assign": assigned }),
            ..Plot::default()
        };
        let push = Push::with(world, plot).await;
        push.pushed().await;
        let inside = async |name: &str| {
            let (picture, user) = (world.picture().await, world.user(name).await);
            picture.groups[&crew].1.contains(&user.object_id.to_string())
        };
        assert!(inside("p1").await && inside("p2").await);
        world.entra.leave(&crew, "p1").await;
        push.pushed().await;
        assert!(!inside("p1").await, "the push was first");
        world.entra.leave(&crew, "p2").await;
        world.delta().await;
        assert!(!inside("p2").await, "the pull was first");
        push.pushed().await;
        world.delta().await;
        world.full().await;
        assert!(!inside("p1").await && !inside("p2").await && inside("p3").await);
        world.must_mirror_entra("two have left").await;
    })
    .await;
}
