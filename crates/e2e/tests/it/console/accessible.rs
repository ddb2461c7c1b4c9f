//! Every page of the console can be read and used by everybody: what is looked at is in `checks.js`, with the rules of
//! WCAG 2.2 that it stands for. Every page that links lead to is opened in two looks, full of data and with nothing in it.

use std::collections::BTreeSet;

use e2e::World;
use e2e::world::text;
use serde_json::{Value, json};
use store::Backend;

use super::page::driver::Driver;
use super::page::{Page, until};
use super::{hooks, pushes, roles};
use crate::mfa::locked::somebody_is_locked;

const CHECKS: &str = include_str!("checks.js");

/// A look: its name, width, height, dark.
const LOOKS: [(&str, u32, u32, bool); 2] = [("desktop, light", 1280, 900, false), ("phone, dark", 390, 844, true)];

/// Where links do not lead to a page.
const NO_PAGES: [&str; 3] = ["/api/", "/metrics", "/assets/"];

/// One address of each kind of page, found by following links.
async fn addresses(page: &Page<'_>) -> Vec<String> {
    let (mut open, mut kinds, mut found) = (vec!["/".to_owned()], BTreeSet::new(), Vec::new());
    while let Some(address) = open.pop() {
        let kind = roles::kind(&address);
        let is_file =
            kind.ends_with("/export") || kind.rsplit_once('.').is_some_and(|(_, end)| end == "json" || end == "jwt");
        if is_file || NO_PAGES.iter().any(|not| kind.starts_with(not)) || !kinds.insert(kind) {
            continue;
        }
        page.go(&address).await;
        let links =
            "[...document.querySelectorAll('main a[href], nav a[href]')].map(link => link.getAttribute('href'))";
        let links: Vec<String> = serde_json::from_value(page.eval(links).await).unwrap();
        open.extend(links.into_iter().filter(|link| link.starts_with('/')));
        found.push(address);
    }
    found
}

/// Everything that is wrong with every page below an address.
pub async fn faults(driver: &Driver, base: &str, addresses: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for look in LOOKS {
        put_on(driver, look).await;
        for address in addresses {
            driver.go(&format!("{base}{address}")).await.unwrap();
            faults.extend(checked(driver, address, look.0).await);
        }
    }
    faults
}

/// Everything that is wrong with the page that is open.
pub async fn faults_here(driver: &Driver, what: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for look in LOOKS {
        put_on(driver, look).await;
        let still = "!document.getAnimations().some((one) => one instanceof CSSTransition)";
        until(driver, "colours that stay", still).await;
        faults.extend(checked(driver, what, look.0).await);
    }
    faults
}

async fn put_on(driver: &Driver, (_, width, height, dark): (&str, u32, u32, bool)) {
    driver.look(width, height, dark).await.unwrap();
}

async fn checked(driver: &Driver, what: &str, look: &str) -> Vec<String> {
    // A page that is left while it still loads can make the browser say too early that the next one is there.
    until(driver, "the whole page", "document.readyState === 'complete' && document.body.innerText.trim()").await;
    let found = driver.call("execute/sync", json!({ "script": CHECKS, "args": [] })).await.unwrap();
    let found: Vec<String> = serde_json::from_value(found).unwrap();
    found.into_iter().map(|fault| format!("{what} ({look}): {fault}")).collect()
}

async fn look_at_everything(world: &World, at_least: usize) {
    let Some(page) = Page::open(world).await else { return };
    let addresses = addresses(&page).await;
    assert!(addresses.len() >= at_least, "{} pages: {addresses:#?}", addresses.len());
    let faults = faults(&page.driver, &page.world.node.url, &addresses).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    page.close().await;
}

/// A connection with a held push, and a webhook that fails.
pub(super) async fn connected(world: &World) {
    let made = world.post("provisioning/connections", json!({ "name": "Entra ID" })).await;
    let keys = format!("provisioning/connections/{}/keys", text(&made["id"]));
    let key = world.post(&keys, json!({ "label": "first" })).await;
    let (job, bridge) = pushes::application(world, &text(&made["base_url"]), &text(&key["token"])).await;
    pushes::cycle(world, &job).await;
    pushes::lose(world, &job, &bridge).await;
    let webhook: Value = json!({ "name": "Badges", "url": "http://127.0.0.1:9/hook", "events": ["user.*"] });
    world.post("signals/webhooks", webhook).await;
    world.entra.hire("newcomer", json!({})).await;
    // Its plan is held, as the one before it is.
    world.run("delta").await;
    hooks::send(world, 2).await;
}

#[tokio::test]
async fn every_page_with_something_in_it_can_be_read_and_used_by_everybody() {
    World::on(Backend::Sqlite, 40, async |world| {
        roles::furnished(world).await;
        connected(world).await;
        somebody_is_locked(world, "p11").await;
        look_at_everything(world, 75).await;
    })
    .await;
}

#[tokio::test]
async fn every_page_with_nothing_in_it_can_be_read_and_used_by_everybody() {
    World::on(Backend::Sqlite, 0, async |world| look_at_everything(world, 25).await).await;
}
