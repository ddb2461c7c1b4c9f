//! Models of security keys, as an operator sets them and a person meets them.

use e2e::World;
use serde_json::json;

use super::stage::Stage;
use super::walker::Walker;

#[tokio::test]
async fn metadata_that_nobody_signed_are_refused_and_a_tenant_says_which_models_it_takes() {
    World::on_each(1, async |world| {
        let stage = Stage::new(world).await;
        assert_eq!(world.ask("GET", "mfa/key-metadata", json!(null)).await.status, 404, "nobody has imported any");
        let forged = world.ask("PUT", "mfa/key-metadata", json!({ "blob": "e30.e30.AA" })).await;
        assert_eq!(forged.status, 400, "{:#}", forged.body);
        assert_eq!(world.get("mfa/key-models").await["items"], json!([]));
        let path = format!("mfa/providers/{}", world.tenant);
        let wrong = json!({ "settings": { "attestation": { "mode": "perhaps" } } });
        assert_eq!(world.ask("PUT", &path, wrong).await.status, 400);

        stage.set(|settings| settings["attestation"] = json!({ "mode": "required" })).await;
        let mut walker = Walker::new();
        let page = stage.to_our_page(&mut walker, "p1").await;
        assert!(page.html.contains("/enrol/totp"), "an authenticator app is still offered: {}", page.html);
    })
    .await;
}
