//! Taking things back.

use e2e::World;
use serde_json::json;

#[tokio::test]
async fn a_run_is_taken_back() {
    World::on_each(40, async |world| {
        world.filled().await;
        let before = world.picture().await;
        let everyone = world.entra.groups().await.into_keys().next().unwrap();
        world.entra.change("p2", json!({ "department": "Sales" })).await;
        world.entra.leave(&everyone, "p5").await;
        world.entra.hire("new", json!({})).await;
        let run = world.delta().await;
        let after = world.picture().await;
        assert_ne!(before, after);

        let preview = world.undo(json!({ "run": run["id"] }), true).await;
        assert_eq!(preview["state"], "previewed", "{preview:#}");
        assert_eq!(world.picture().await, after, "a preview changes nothing");
        let since = world.newest().await;
        let undo = world.undo(json!({ "run": run["id"] }), false).await;
        assert_eq!(undo["state"], "done", "{undo:#}");
        world.picture().await.must_equal(&before, "the run is taken back");
        let names = world.happened(since).await;
        assert!(
            names.contains(&"user.updated p2".to_owned()) && names.contains(&"user.deleted new".to_owned()),
            "{names:?}"
        );
        let done = world.event(since, "dirsync.run_done", "undo run").await;
        assert_eq!(done["cause"]["id"], undo["id"], "{done:#}");
    })
    .await;
}

#[tokio::test]
async fn one_change_is_taken_back() {
    World::on_each(40, async |world| {
        world.filled().await;
        let since = world.newest().await;
        world.entra.change("p2", json!({ "department": "Sales" })).await;
        world.entra.change("p3", json!({ "department": "Sales" })).await;
        world.delta().await;
        let change = world.event(since, "user.updated", "p2").await;
        let undo = world.undo(json!({ "revision": change["revision"] }), false).await;
        assert_eq!(undo["state"], "done", "{undo:#}");
        assert_eq!(world.user("p2").await.attributes.department.as_deref(), Some("Works"));
        assert_eq!(world.user("p3").await.attributes.department.as_deref(), Some("Sales"));
        let path = format!("dirsync/sources/{}/undo", world.tenant);
        let refused = world.ask("POST", &path, json!({ "what": { "revision": 999_999 } })).await;
        assert_eq!(refused.status, 404, "there is no such change: {:#}", refused.body);
    })
    .await;
}
