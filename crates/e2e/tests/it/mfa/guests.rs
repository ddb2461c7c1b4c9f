//! Guests: people of elsewhere, known here by the tenant and their object id in it.

use e2e::World;
use e2e::world::HOUR;
use serde_json::json;

use super::stage::{Stage, amr};
use super::walker::Walker;

/// A guest's principal name in the tenant; the part before the domain.
const GUEST: &str = "kim_home.example#EXT#";

#[tokio::test]
async fn a_guest_registers_and_comes_back_by_it_unless_guests_may_not() {
    World::on_each(1, async |world| {
        let stage = Stage::new(world).await;
        let further = json!({ "displayName": "Kim", "mail": "kim@home.example", "userType": "Guest" });
        let id = world.entra.hire(GUEST, further).await;
        let mut walker = Walker::new();
        let page = stage.to_our_page(&mut walker, GUEST).await;
        assert!(page.html.contains("kim@home.example"), "the address at home is shown: {}", page.html);
        walker.forget();
        let app = stage.enrol_app(&mut walker, GUEST).await;

        world.advance(HOUR);
        walker.forget();
        let page = stage.to_our_page(&mut walker, GUEST).await;
        let back = walker.post(&page.form("/code").with("code", &stage.code(&app))).await;
        walker.post(&back.form("externalauthprovider")).await;
        assert!(amr(&stage.claims(&mut walker).await).contains(&"mfa"));
        let account = world.get("mfa/accounts").await["items"][0].clone();
        assert_eq!(account["object_id"], id, "{account:#}");

        stage.set(|settings| settings["guests"] = json!(false)).await;
        world.entra.hire("lee_home.example#EXT#", json!({ "mail": "lee@home.example", "userType": "Guest" })).await;
        walker.forget();
        let page = stage.to_our_page(&mut walker, "lee_home.example#EXT#").await;
        assert!(!page.html.contains("/enrol/"), "nobody new of elsewhere registers: {}", page.html);
        world.advance(HOUR);
        walker.forget();
        let page = stage.to_our_page(&mut walker, GUEST).await;
        assert!(page.html.contains("/code\""), "who has registered goes on: {}", page.html);
    })
    .await;
}
