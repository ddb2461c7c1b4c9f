//! A custom control is pasted: what it did is told, and who is under it and External MFA at once.

use e2e::World;
use e2e::world::text;
use serde_json::{Value, json};
use store::Backend;

use super::{at, open, permit, refusals_are_noted};
use crate::mfa::stage::Stage;

/// As providers hand it out (eam.md §7).
fn control() -> Value {
    json!({
        "Name": "Old MFA", "AppId": "8adf8e6e-67b2-4cf2-a259-e3dc5476c621", "ClientId": "entra-42",
        "DiscoveryUrl": "https://old.example/.well-known/openid-configuration",
        "Controls": [{ "Id": "RequireOld", "Name": "Require old MFA",
            "ClaimsRequested": [{ "Type": "OldMfa", "Value": "MfaDone", "Values": null }], "Claims": null }],
    })
}

#[tokio::test]
async fn a_custom_control_is_explained_with_the_way_from_it() {
    World::on(Backend::Sqlite, 4, async |world| {
        permit(world, &["Policy.Read.All"]).await;
        world.filled().await;
        Stage::new(world).await;
        let policy = json!({
            "displayName": "The old way", "state": "enabled",
            "grantControls": { "operator": "OR", "customAuthenticationFactors": ["RequireOld"] },
            "conditions": { "clientAppTypes": ["all"], "users": { "includeUsers": ["All"] },
                            "applications": { "includeApplications": ["All"] } },
        });
        let made = world.entra.call("POST", "tenants/default/policies", policy).await;
        let Some(page) = open(world).await else { return };
        page.allow_clipboard().await;

        page.go(&at(&page, "")).await;
        page.press("main a[href$='/custom-control']").await;
        page.until("the form", "document.querySelector('#f-json')").await;
        page.fill("#f-json", "{}").await;
        page.press(".form-foot .button.primary").await;
        page.until("what is wrong", "document.querySelector('#f-json-error')").await;
        refusals_are_noted(&page).await;
        page.eval("(document.querySelector('#f-json').value = '')").await;
        page.fill("#f-json", &control().to_string()).await;
        page.press(".form-foot .button.primary").await;
        page.until("the plan", "document.querySelector('#plan')").await;
        let shown = page.text("main").await;
        for said in ["old.example", "The old way (in force)", "OldMfa", "MfaDone", "Require old MFA"] {
            assert!(shown.contains(said), "{said}: {shown}");
        }
        let plan = page.copied("[data-copy='#plan']").await;
        assert!(plan.contains("Old MFA") && plan.contains("# "), "{plan}");

        page.go(&at(&page, "/doctor")).await;
        let asked_twice = "document.querySelector('main').textContent.includes('4 people are hit by a custom control')";
        page.until("who is asked twice", asked_twice).await;
        let path = format!("tenants/default/policies/{}", text(&made["id"]));
        world.entra.call("DELETE", &path, Value::Null).await;
        page.go(&at(&page, "/doctor")).await;
        let nobody =
            "document.querySelector('main').textContent.includes('No policy in force asks for a custom control')";
        page.until("that nobody is", nobody).await;
        page.close().await;
    })
    .await;
}
