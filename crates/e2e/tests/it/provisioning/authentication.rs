//! The other ways in: OAuth client credentials, and tokens that Entra signs.

use std::time::Duration;

use e2e::World;
use serde_json::json;

use super::stage::{Plot, Push};

#[tokio::test]
async fn entra_gets_access_tokens_by_client_credentials() {
    World::on_each(5, async |world| {
        let push = Push::start(world).await;
        let (client_id, client_secret) = push.key.halves.clone();
        let token_url = format!("{}oauth2/token", push.base);
        let oauth = json!({ "token_url": token_url, "client_id": client_id, "client_secret": client_secret });
        push.tell("PATCH", "", json!({ "oauth": oauth })).await;
        let since = world.newest().await;
        push.pushed().await;
        push.must_mirror_entra("with access tokens").await;
        push.event(since, "user.created", "p1").await;
        push.event(since, "group.created", "Everyone").await;
        assert_eq!(
            push.calls("operation=issue_token").await,
            [("issue_token".to_owned(), 200)],
            "one token was enough"
        );
        let since = world.newest().await;
        world.advance(Duration::from_hours(12));
        world.entra.change("p1", json!({ "jobTitle": "Pilot" })).await;
        push.pushed().await;
        push.must_mirror_entra("with another access token").await;
        let event = push.event(since, "user.updated", "p1").await;
        assert_eq!(event["after"]["attributes"]["jobTitle"], "Pilot", "{event:#}");
        assert_eq!(push.calls("operation=issue_token").await.len(), 2, "the first one had ended");
        let since = world.newest().await;
        let wrong = json!({ "token_url": token_url, "client_id": client_id, "client_secret": "wrong" });
        push.tell("PATCH", "", json!({ "oauth": wrong })).await;
        world.entra.change("p1", json!({ "jobTitle": "Captain" })).await;
        assert_eq!(push.cycle().await["error"]["code"], "Unauthorized");
        assert_eq!(world.happened(since).await, Vec::<String>::new(), "whoever is refused changes nothing");
    })
    .await;
}

#[tokio::test]
async fn a_blank_secret_works_only_where_it_was_allowed() {
    World::on_each(5, async |world| {
        let push = Push::with(world, Plot { order: json!({ "token": "" }), ..Plot::default() }).await;
        let refused = push.cycle().await;
        assert_eq!(refused["error"]["code"], "Unauthorized", "off by default: {refused:#}");
        assert_eq!(world.count_events("user.created").await, 0);
        let since = world.newest().await;
        let tenant = world.entra.running.tenant_id;
        push.set(|settings| settings["entra_tokens"] = json!({ "tenant_id": tenant })).await;
        let event = world.event(since, "provisioning.connection_updated", "Entra ID").await;
        assert_eq!(event["actor"]["name"], "first person", "{event:#}");
        assert_eq!(event["after"]["settings"]["entra_tokens"]["tenant_id"], json!(tenant), "{event:#}");
        push.pushed().await;
        push.must_mirror_entra("with Entra's own tokens").await;
        push.event(since, "user.created", "p1").await;
        let audience = "00000000-0000-0000-0000-000000000001";
        push.set(|settings| settings["entra_tokens"] = json!({ "tenant_id": tenant, "audience": audience })).await;
        world.entra.change("p1", json!({ "jobTitle": "Pilot" })).await;
        let since = world.newest().await;
        assert_eq!(push.cycle().await["error"]["code"], "Unauthorized", "another audience");
        assert_eq!(world.happened(since).await, Vec::<String>::new(), "whoever is refused changes nothing");
    })
    .await;
}
