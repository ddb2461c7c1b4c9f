//! What administrators do for people's second factor in the console, in a real browser.

mod applications;
mod campaign;
mod controls;
mod merge;
pub(super) mod models;
mod settings;

use e2e::World;
use serde_json::json;

use crate::console::page::Page;

/// The console, as somebody at a desk has it.
async fn open(world: &World) -> Option<Page<'_>> {
    let page = Page::open(world).await?;
    page.driver.look(1280, 900, false).await.unwrap();
    Some(page)
}

/// The path of something of the tenant's second factor.
fn at(page: &Page<'_>, tail: &str) -> String {
    format!("/second-factor/providers/{}{tail}", page.world.tenant)
}

/// Has the tenant's application hold permissions, and an administrator consent to them.
async fn permit(world: &World, permissions: &[&str]) {
    let path = format!("tenants/default/apps/{}/consent", world.entra.running.client_id);
    world.entra.call("POST", &path, json!({ "permissions": permissions })).await;
}

/// A browser notes an answer that is no good one, and nothing else.
async fn refusals_are_noted(page: &Page<'_>) {
    let noted = page.complaints().await;
    assert!(noted.iter().all(|line| line.contains("the server responded with a status of 4")), "{noted:?}");
}

/// Waits for the word on what was just done.
async fn told(page: &Page<'_>, said: &str) {
    let shown = format!("document.querySelector('.callout.toast')?.textContent.includes({})", json!(said));
    page.until(said, &shown).await;
}
