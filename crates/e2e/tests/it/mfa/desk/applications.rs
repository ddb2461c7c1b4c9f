//! What the applications in Entra must hold for the portal is shown, missed by the doctor, and added by Graph.

use e2e::World;
use e2e::world::HOUR;
use serde_json::{Value, json};
use store::Backend;

use super::{at, open, permit, refusals_are_noted, told};
use crate::mfa::stage::Stage;

#[tokio::test]
async fn what_the_portal_needs_in_entra_is_shown_missed_and_added() {
    World::on(Backend::Sqlite, 1, async |world| {
        Stage::new(world).await;
        world.entra.withdraw_consent().await;
        permit(world, &["Application.Read.All"]).await;
        // The token of before is over.
        world.advance(2 * HOUR);
        let Some(page) = open(world).await else { return };
        page.allow_clipboard().await;
        page.go(&at(&page, "")).await;
        let back = format!("{}/me/callback", world.node.url);
        assert_eq!(page.copied("[data-copy='#reply-url-1-0']").await, back);
        let claims: Value = serde_json::from_str(&page.copied("[data-copy='#optional-claims-1-0']").await).unwrap();
        assert_eq!(claims["idToken"][0]["name"], "auth_time");
        page.press("button[formaction$='/applications']").await;
        page.until("why not", "document.querySelector('.callout.bad')").await;
        assert!(page.text(".callout.bad").await.contains("Application.ReadWrite.All"));
        refusals_are_noted(&page).await;

        page.go(&at(&page, "/doctor")).await;
        let said = |what: &str| format!("document.querySelector('main').textContent.includes({})", json!(what));
        page.until("that the way back is missing", &said("nobody gets into their portal")).await;
        page.until("that the claim is missing", &said("optional claim auth_time")).await;
        permit(world, &["Application.Read.All", "Application.ReadWrite.All"]).await;
        page.go(&at(&page, "")).await;
        page.press("button[formaction$='/applications']").await;
        told(&page, "What was missing").await;
        page.go(&at(&page, "/doctor")).await;
        page.until("that it is there", &said("People can be sent back to their portal")).await;
        page.until("that it is there", &said("The portal is told how fresh a sign-in is")).await;
        page.close().await;
    })
    .await;
}
