//! Delta links that die.

use e2e::World;
use e2e::world::HOUR;
use serde_json::json;

#[tokio::test]
async fn a_dead_delta_link_leads_to_a_full_read_under_guard() {
    World::on_each(24, async |world| {
        world.filled().await;
        for switch in ["force_delta_expiry", "force_delta_reset"] {
            let new = world.entra.hire(switch, json!({ "userPrincipalName": format!("{switch}@contoso.com") })).await;
            world.entra.switch(json!({ switch: true })).await;
            let run = world.delta().await;
            assert_eq!(run["kind"], "full", "{switch}: {run:#}");
            assert_eq!(world.standing(&new).await, "active", "{switch}");
            world.entra.switches_back().await;
            let next = world.delta().await;
            assert_eq!(next["kind"], "delta", "{switch}: the new link is followed: {next:#}");
            world.must_mirror_entra(switch).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_reset_while_half_are_gone_removes_nobody_without_asking() {
    World::on_each(24, async |world| {
        world.filled().await;
        for number in 1..=12 {
            world.entra.delete(&format!("p{number}")).await;
        }
        world.entra.switch(json!({ "force_delta_reset": true })).await;
        let run = world.run("delta").await;
        assert_eq!((&run["kind"], world.usable().await), (&json!("full"), 24), "{run:#}");
        world.advance(HOUR);
        world.entra.switches_back().await;
        let run = world.full().await;
        assert_eq!((&run["state"], world.usable().await), (&json!("held"), 24), "{run:#}");
    })
    .await;
}

#[tokio::test]
async fn a_page_token_that_expires_during_a_read_is_no_end_of_the_read() {
    World::on_each(12, async |world| {
        world.filled().await;
        world.entra.switch(json!({ "delta_page_size": 3, "force_page_token_expiry": true })).await;
        world.full().await;
        assert_eq!(world.usable().await, 12);
        world.entra.switches_back().await;
        world.advance(HOUR);
        world.work().await;
        world.full().await;
        world.must_mirror_entra("after the tokens live again").await;
    })
    .await;
}
