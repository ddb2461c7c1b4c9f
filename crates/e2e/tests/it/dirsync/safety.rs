//! What must never happen: somebody loses access because a read went wrong.

use e2e::World;
use e2e::world::{HOUR, text};
use serde_json::{Value, json};

/// Everything that goes wrong while a page is read.
fn faults() -> Vec<(&'static str, Value)> {
    vec![
        ("forbidden", json!({ "kind": "forbidden" })),
        ("503", json!({ "kind": "status", "status": 503 })),
        ("500 as a page", json!({ "kind": "status", "status": 500, "body": "html" })),
        ("502 without a body", json!({ "kind": "status", "status": 502, "body": "empty" })),
        ("404", json!({ "kind": "status", "status": 404 })),
        ("cut-off page", json!({ "kind": "truncate", "keep_percent": 60 })),
        ("cut connection", json!({ "kind": "truncate", "keep_percent": 60, "abort": true })),
        ("no answer", json!({ "kind": "reset" })),
        ("empty page without links", json!({ "kind": "empty_page" })),
        ("empty page", json!({ "kind": "empty_page", "keep_links": true })),
        ("throttled for ever", json!({ "kind": "throttle" })),
    ]
}

#[tokio::test]
async fn a_full_read_that_goes_wrong_anywhere_removes_nothing() {
    World::on_each(12, async |world| {
        world.filled().await;
        world.entra.switch(json!({ "delta_page_size": 5 })).await;
        let since = world.newest().await;
        for (what, fault) in faults() {
            for (path, skip) in [("/v1.0/users/delta", 0), ("/v1.0/users/delta", 1), ("/v1.0/groups/delta", 0)] {
                world.entra.spoil(path, fault.clone(), None, skip).await;
                let run = world.full().await;
                let when = format!("{what} at {path} after {skip} pages: {run:#}");
                let state = text(&run["state"]);
                assert!(["failed", "done", "held"].contains(&state.as_str()), "{when}");
                assert!(state == "failed" || what == "empty page", "{when}");
                assert_eq!(world.usable().await, 12, "{when}");
                world.entra.heal().await;
                world.advance(HOUR);
                world.work().await;
            }
        }
        let losses: Vec<_> = world.happened(since).await.into_iter().filter(|it| it.contains("conflicted")).collect();
        assert!(losses.is_empty(), "{losses:?}");
        let failed = world.get("signals/audit?type=dirsync.run_failed&limit=500").await;
        assert!(failed["items"].as_array().unwrap().len() >= 20, "failures are in the audit trail");
        world.full().await;
        world.must_mirror_entra("after all of it").await;
    })
    .await;
}

#[tokio::test]
async fn a_delta_that_goes_wrong_removes_nothing_and_forgets_nothing() {
    World::on_each(12, async |world| {
        world.filled().await;
        world.entra.delete("p1").await;
        world.entra.hire("late", json!({})).await;
        for (what, fault) in faults().into_iter().filter(|(what, _)| *what != "empty page") {
            world.entra.spoil("/v1.0/users", fault, None, 0).await;
            let run = world.run("delta").await;
            assert_eq!(run["state"], "failed", "{what}: {run:#}");
            assert_eq!(world.standing("p1").await, "active", "{what}");
            world.entra.heal().await;
            world.advance(HOUR);
            world.work().await;
        }
        world.delta().await;
        assert_eq!(world.standing("p1").await, "conflict/deleted", "the evidence came in the end");
        world.must_mirror_entra("after all of it").await;
    })
    .await;
}

#[tokio::test]
async fn deletions_without_a_second_look_are_not_believed() {
    World::on_each(12, async |world| {
        world.filled().await;
        world.entra.delete("p1").await;
        // The delta says removed; the look by id is refused.
        world.entra.spoil("/v1.0/$batch", json!({ "kind": "forbidden" }), None, 0).await;
        let id = world.user("p1").await.object_id;
        world.entra.spoil(&format!("/v1.0/users/{id}"), json!({ "kind": "forbidden" }), None, 0).await;
        let run = world.run("delta").await;
        assert_eq!(run["state"], "failed", "{run:#}");
        assert_eq!(world.standing("p1").await, "active");
        world.entra.heal().await;
        world.advance(HOUR);
        world.work().await;
        world.delta().await;
        assert_eq!(world.standing("p1").await, "conflict/deleted");
    })
    .await;
}

#[tokio::test]
async fn half_the_directory_hidden_loses_nobody() {
    World::on_each(24, async |world| {
        world.filled().await;
        world.entra.switch(json!({ "hide_fraction": 0.5 })).await;
        let since = world.newest().await;
        for round in 0..3 {
            for kind in ["full", "delta"] {
                let run = world.run(kind).await;
                assert_eq!(world.usable().await, 24, "round {round}, {kind}: {run:#}");
                if run["state"] == "held" {
                    assert!(run["totals"]["causes"].is_object(), "{run:#}");
                }
            }
            world.advance(HOUR);
            world.work().await;
        }
        let losses: Vec<_> = world.happened(since).await.into_iter().filter(|it| it.starts_with("user.")).collect();
        assert!(losses.is_empty(), "{losses:?}");
        world.entra.switches_back().await;
        world.full().await;
        world.must_mirror_entra("all are there again").await;
    })
    .await;
}

#[tokio::test]
async fn half_the_directory_deleted_waits_for_two_people() {
    World::on_each(24, async |world| {
        world.filled().await;
        let since = world.newest().await;
        for number in 1..=12 {
            world.entra.delete(&format!("p{number}")).await;
        }
        let run = world.run("delta").await;
        assert_eq!((&run["state"], world.usable().await), (&json!("held"), 24), "{run:#}");
        assert_eq!(run["verdict"]["second_person"], true, "{run:#}");
        let held = world.event(since, "dirsync.plan_held", "delta run").await;
        assert_eq!(held["after"]["totals"]["effects"]["user.lose"], 12, "{held:#}");
        let changes = world.get(&format!("dirsync/runs/{}/changes?effect=lose", text(&run["id"]))).await;
        assert_eq!(changes["items"].as_array().map(Vec::len), Some(12), "{changes:#}");

        let path = format!("dirsync/runs/{}/approve", text(&run["id"]));
        let own = world.ask("POST", &path, json!({ "allow": { "part": "all" } })).await;
        assert_eq!(own.status, 403, "who started it may not decide alone: {:#}", own.body);
        let run = world.approve(&run, json!({ "part": "without_losses" })).await;
        assert_eq!((&run["state"], world.usable().await), (&json!("done"), 24), "{run:#}");
        let decided = world.event(since, "dirsync.run_decided", "delta run").await;
        assert_eq!(
            (&decided["after"]["decision"], &decided["actor"]["name"]),
            (&json!("allowed_in_part"), &json!("second person"))
        );

        // What was refused is found again by complete reads, and asked about again.
        world.full().await;
        world.advance(HOUR);
        let run = world.full().await;
        assert_eq!((&run["state"], world.usable().await), (&json!("held"), 24), "{run:#}");
        let run = world.approve(&run, json!({ "part": "all" })).await;
        assert_eq!((&run["state"], world.usable().await), (&json!("done"), 12), "{run:#}");
        world.must_mirror_entra("after two people have looked").await;
    })
    .await;
}

#[tokio::test]
async fn storms_of_429_are_waited_for() {
    World::on_each(12, async |world| {
        world.filled().await;
        for (what, fault) in [
            ("with Retry-After", json!({ "kind": "throttle", "retry_after_seconds": 20 })),
            ("without", json!({ "kind": "throttle" })),
        ] {
            world
                .entra
                .hire(what, json!({ "userPrincipalName": format!("{}@contoso.com", what.replace(' ', "-")) }))
                .await;
            world.entra.spoil("/v1.0/", fault, Some(5), 1).await;
            let run = world.delta().await;
            assert_eq!(run["error_code"], Value::Null, "{what}");
            let left = world.entra.call("GET", "faults", Value::Null).await;
            assert_eq!(left, json!([]), "{what}: the whole storm was met");
            world.must_mirror_entra(what).await;
        }
    })
    .await;
}
