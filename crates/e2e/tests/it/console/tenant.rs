//! What a tenant is used for, chosen in the console: what it takes is named at once, and a choice that is none is told.

use e2e::World;
use serde_json::{Value, json};
use store::Backend;

use super::page::Page;

#[tokio::test]
async fn what_a_tenant_is_used_for_is_chosen_in_the_console() {
    World::on(Backend::Sqlite, 8, async |world| {
        let Some(page) = Page::open(world).await else { return };
        a_feature_is_added(&page).await;
        what_it_takes_is_named(&page).await;
        nothing_at_all_is_no_choice(&page).await;
        page.close().await;
    })
    .await;
}

async fn features(world: &World) -> Value {
    world.get(&format!("tenants/{}", world.tenant)).await["features"].clone()
}

async fn a_feature_is_added(page: &Page<'_>) {
    let before = features(page.world).await;
    page.go(&format!("/tenants/{}/settings", page.world.tenant)).await;
    page.press("#f-features-risk").await;
    page.press("main form .button.primary").await;
    page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('Saved')").await;
    let mut wanted = before.as_array().unwrap().clone();
    wanted.push(json!("risk"));
    assert_eq!(features(page.world).await, json!(wanted), "the others stay");
}

async fn what_it_takes_is_named(page: &Page<'_>) {
    page.press(".tabs a[href$='/permissions']").await;
    page.until("the scripts", "document.querySelector('#script-az')").await;
    assert!(page.text("#permissions").await.contains("IdentityRiskyUser.Read.All"));
    assert!(page.text("#script-az").await.contains("dc5007c0-2d7d-4c42-879c-2dab87571379"), "the script grants it");
}

async fn nothing_at_all_is_no_choice(page: &Page<'_>) {
    page.go(&format!("/tenants/{}/settings", page.world.tenant)).await;
    page.eval("document.querySelectorAll('[name=features]').forEach((box) => { box.checked = false; })").await;
    page.press("main form .button.primary").await;
    page.until("the fault", "document.querySelector('#f-features-users-error')").await;
    assert!(page.text("#f-features-users-error").await.contains("Tick users, groups, or both."));
    assert_eq!(page.eval("document.querySelectorAll('[name=features]:checked').length").await, 0, "as it was sent");
    assert_ne!(features(page.world).await, json!([]), "and nothing was changed");
    let noted = page.complaints().await;
    assert!(noted.iter().all(|line| line.contains("the server responded with a status of 4")), "{noted:?}");
}
