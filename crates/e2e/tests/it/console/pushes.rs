//! Pushing by SCIM, as an administrator sees it: a connection is made, its key copied into Entra, calls are looked at, a
//! large loss is held and allowed.

use e2e::World;
use e2e::world::{DAY, text};
use serde_json::{Value, json};
use store::Backend;

use super::page::Page;

/// Who lose their assignment: more than the usual limit of a day.
const BRIDGE: usize = 6;

/// An application of the local Entra that pushes two groups; answers its job and the group that can be unassigned.
pub(super) async fn application(world: &World, url: &str, token: &str) -> (String, String) {
    // Those before are deleted where a list of conflicts is wanted.
    let names: Vec<String> = (10..=40).map(|number| format!("p{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let docks = world.entra.found("Docks", &names[BRIDGE..]).await;
    let bridge = world.entra.found("Bridge", &names[..BRIDGE]).await;
    let order = json!({
        "display_name": "Vestibule", "target_url": url, "token": token, "external_id": "objectId",
        "assign": [docks, &bridge],
    });
    let made = world.entra.call("POST", "tenants/default/provisioning", order).await;
    (text(&made["job_id"]), bridge)
}

/// One cycle now, however it ends.
pub(super) async fn cycle(world: &World, job: &str) -> Value {
    world.entra.call("POST", &format!("provisioning/{job}/cycle"), Value::Null).await
}

/// Two days after everybody came, those of a group are to go: all but one are held.
pub(super) async fn lose(world: &World, job: &str, group: &str) {
    world.later(2 * DAY).await;
    world.entra.call("DELETE", &format!("provisioning/{job}/assignments/{group}"), Value::Null).await;
    assert_eq!(cycle(world, job).await["state"], "EntryLevelErrors");
}

#[tokio::test]
async fn a_connection_is_made_watched_and_decided_about_in_the_console() {
    World::on(Backend::Sqlite, 40, async |world| {
        let Some(page) = Page::open(world).await else { return };
        page.allow_clipboard().await;
        let (url, token) = a_connection_is_made(&page).await;
        let (job, bridge) = application(world, &url, &token).await;
        assert_eq!(cycle(world, &job).await["state"], "Succeeded");
        what_it_does_is_shown(&page).await;
        calls_are_looked_at(&page).await;
        a_second_key_is_made_and_the_first_one_revoked(&page, &token).await;
        lose(world, &job, &bridge).await;
        page.sign_in().await;
        a_hold_is_allowed(&page).await;
        page.close().await;
    })
    .await;
}

/// Answers the tenant URL and the secret token, as they were copied.
async fn a_connection_is_made(page: &Page<'_>) -> (String, String) {
    page.go("/provisioning/connections").await;
    page.press(".empty a.button").await;
    page.until("the form", "document.querySelector('#f-name')").await;
    page.fill("#f-name", "Entra ID").await;
    page.press(".form-foot .button.primary").await;
    page.until("the key", "document.querySelector('#secret-token')").await;
    let url = page.copied("[data-copy='#tenant-url']").await;
    let token = page.copied("[data-copy='#secret-token']").await;
    assert!(url.starts_with(&page.world.node.url) && token.starts_with("vk_"), "{url}");
    page.press(".form-foot .button.primary").await;
    page.until("the connection", "document.querySelector('.page-head .badge')?.textContent.includes('Waits')").await;
    let steps = page.text("main").await;
    assert!(steps.contains("Admin Credentials"), "what to do in Entra: {steps}");
    assert!(!steps.contains(&token), "the secret is not shown again");
    (url, token)
}

async fn what_it_does_is_shown(page: &Page<'_>) {
    page.world.node.tick().await;
    page.go("/provisioning/connections").await;
    page.press("td.first a").await;
    page.until("its state", "document.querySelector('.page-head .badge')?.textContent === 'On'").await;
    let shown = page.text("main").await;
    assert!(shown.contains("Last cycle") && shown.contains("People created"), "{shown}");
}

async fn calls_are_looked_at(page: &Page<'_>) {
    page.go("/provisioning/calls?operation=create_user").await;
    let rows = page.eval("document.querySelectorAll('#calls tbody tr').length").await;
    assert_eq!(rows, 31, "each creation is a call");
    page.press("#calls tbody a.main").await;
    page.until("the call", "document.querySelector('h1')?.textContent.includes('Create a person')").await;
    let shown = page.text("main").await;
    assert!(shown.contains("userName") && shown.contains("201"), "{shown}");
    assert!(!shown.contains("vk_"), "no key is kept with a call");
}

async fn a_second_key_is_made_and_the_first_one_revoked(page: &Page<'_>, first: &str) {
    page.go("/provisioning/connections").await;
    page.press("td.first a").await;
    page.until("the tabs", "document.querySelector('.tabs a[href$=\"/keys\"]')").await;
    page.press(".tabs a[href$='/keys']").await;
    page.until("the keys", "document.querySelectorAll('#push-keys tbody tr').length === 1").await;
    page.fill("#f-label", "next year").await;
    page.press(".form-foot .button.primary").await;
    page.until("the key", "document.querySelector('#secret-token')").await;
    assert_ne!(page.text("#secret-token").await, first);
    page.press(".form-foot .button.primary").await;
    page.until("both keys", "document.querySelectorAll('#push-keys tbody tr').length === 2").await;
    // Both were made in the same moment: neither is the first.
    page.eval(
        "[...document.querySelectorAll('#push-keys tbody tr')].find(row => row.textContent.includes('next year'))\
         .querySelector('a[data-ask]').click()",
    )
    .await;
    page.until("the question", "document.querySelector('dialog[open] .confirm h1')").await;
    let question = page.text("dialog[open] h1").await;
    assert!(question.contains("next year"), "what is revoked is named: {question}");
    page.press("dialog[open] .button.primary").await;
    page.until("its end", "document.querySelector('#push-keys').textContent.includes('Revoked')").await;
}

async fn a_hold_is_allowed(page: &Page<'_>) {
    page.go("/").await;
    page.until("the count", "document.querySelector('.nav a[href=\"/provisioning/holds\"] .count')").await;
    page.go("/provisioning/holds").await;
    page.press("td.first a").await;
    page.until("the calls", "document.querySelectorAll('#held tbody tr').length === 5").await;
    page.press(".page-head a[data-ask].primary").await;
    page.until("the question", "document.querySelector('dialog[open] #f-reason')").await;
    let question = page.text("dialog[open]").await;
    assert!(question.contains("p1"), "who it is about: {question}");
    page.fill("dialog[open] #f-reason", "they have left").await;
    page.press("dialog[open] .button.primary").await;
    page.until("the decision", "document.querySelector('.page-head .badge')?.textContent === 'Allowed'").await;
    page.world.work().await;
    let active = page.world.get("directory/users?state=active&limit=100").await;
    assert_eq!(active["items"].as_array().map(Vec::len), Some(31 - BRIDGE));
    let told = page.world.get("signals/audit?type=provisioning.hold_decided").await;
    assert_eq!(
        (&told["items"][0]["reason"], &told["items"][0]["actor"]["name"]),
        (&json!("they have left"), &json!("ada"))
    );
}
