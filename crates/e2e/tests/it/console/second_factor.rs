//! The second factor as an administrator runs it: set up from nothing, keys, settings, a locked person, a code, an attempt.

use e2e::World;
use e2e::world::text;
use serde_json::{Value, json};
use store::Backend;

use super::page::Page;
use crate::mfa::locked::somebody_is_locked;

#[tokio::test]
async fn a_second_factor_is_set_up_and_a_locked_person_is_helped_in_the_console() {
    World::on(Backend::Sqlite, 12, async |world| {
        world.filled().await;
        let Some(page) = Page::open(world).await else { return };
        page.allow_clipboard().await;
        page.driver.look(1280, 900, false).await.unwrap();
        it_is_set_up_from_nothing(&page).await;
        it_is_switched_on_and_off(&page).await;
        settings_are_saved_and_faults_stand_at_their_fields(&page).await;
        keys_are_rotated_and_a_replacement_asks_first(&page).await;
        both_sides_are_looked_at(&page).await;
        somebody_is_locked(world, "p11").await;
        page.sign_in().await;
        an_attempt_says_why(&page).await;
        a_locked_person_is_unlocked(&page).await;
        a_code_is_issued_and_everything_taken(&page).await;
        page.close().await;
    })
    .await;
}

async fn provider(world: &World) -> Value {
    world.get(&format!("mfa/providers/{}", world.tenant)).await
}

async fn it_is_set_up_from_nothing(page: &Page<'_>) {
    page.go("/").await;
    page.press("nav a[href='/second-factor']").await;
    page.until("the list", "document.querySelector('tbody .badge')?.textContent === 'Not set up'").await;
    page.press("td a.button[href$='/begin']").await;
    page.until("the form", "document.querySelector('#f-app_id')").await;
    assert!(page.text("main .callout").await.contains("Entra ID P1"), "the plan is told before anything is set up");
    page.press(".form-foot .button.primary").await;
    page.until("the copy boxes", "document.querySelector('#discovery-endpoint')").await;
    let made = provider(page.world).await;
    for (id, name) in
        [("discovery-endpoint", "discovery_url"), ("client-id", "client_id"), ("reply-url", "authorization_endpoint")]
    {
        assert_eq!(page.copied(&format!("[data-copy='#{id}']")).await, text(&made[name]), "{id}");
    }
    page.eval("(document.querySelector('#f-app_id').value = '')").await;
    page.fill("#f-app_id", "a85b8f65-3f0f-4b6b-8f4b-0e7b3d1c9a10").await;
    page.press("form[action$='/ids'] .button.primary").await;
    page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('Saved')").await;
    assert_eq!(provider(page.world).await["app_id"], "a85b8f65-3f0f-4b6b-8f4b-0e7b3d1c9a10");
    assert_eq!(page.copied("[data-copy='#app-id']").await, "a85b8f65-3f0f-4b6b-8f4b-0e7b3d1c9a10");
}

async fn it_is_switched_on_and_off(page: &Page<'_>) {
    page.go(&format!("/second-factor/providers/{}", page.world.tenant)).await;
    page.press("button[formaction$='/on']").await;
    page.until("the state", "document.querySelector('h1 .badge')?.textContent === 'On'").await;
    page.press("a[data-ask][href$='/off']").await;
    page.until("the question", "document.querySelector('dialog[open] .confirm h1')").await;
    assert!(page.text("dialog[open]").await.contains("fails"), "it says what breaks");
    page.press("dialog[open] .button.primary").await;
    page.until("the state", "document.querySelector('h1 .badge')?.textContent === 'Off'").await;
    assert_eq!(provider(page.world).await["state"], "off");
    page.press("button[formaction$='/on']").await;
    page.until("the state", "document.querySelector('h1 .badge')?.textContent === 'On'").await;
}

async fn settings_are_saved_and_faults_stand_at_their_fields(page: &Page<'_>) {
    let here = format!("/second-factor/providers/{}/settings", page.world.tenant);
    page.go(&here).await;
    page.eval("(document.querySelector('#f-most_factors').removeAttribute('max'), document.querySelector('#f-most_factors').value = '9')").await;
    page.press(".form-foot .button.primary").await;
    page.until("the fault", "document.querySelector('#f-most_factors-error')").await;
    assert!(page.text("#f-most_factors-error").await.contains("from 1 to 5"));
    the_refusal_is_noted(page).await;
    page.eval("(document.querySelector('#f-most_factors').value = '3', document.querySelector('[name=lockout][value=high]').checked = true)").await;
    page.press(".form-foot .button.primary").await;
    page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('Saved')").await;
    let settings = provider(page.world).await["settings"].clone();
    assert_eq!((&settings["most_factors"], &settings["lockout"]["lock_after"]), (&json!(3), &json!(5)), "{settings:#}");
    // As it was, so that the rest is as others have it.
    page.go(&here).await;
    page.eval("(document.querySelector('[name=lockout][value=medium]').checked = true)").await;
    page.press(".form-foot .button.primary").await;
    page.until("word of it", "document.querySelector('.callout.toast')").await;
}

/// A browser notes an answer that is no good one, and nothing else.
async fn the_refusal_is_noted(page: &Page<'_>) {
    let noted = page.complaints().await;
    assert!(noted.iter().all(|line| line.contains("the server responded with a status of 4")), "{noted:?}");
}

async fn keys_are_rotated_and_a_replacement_asks_first(page: &Page<'_>) {
    page.press(".tabs a[href$='/keys']").await;
    page.until("the time line", "document.querySelector('svg.chart .seg.ok')").await;
    page.press("button[formaction$='/rotate']").await;
    page.until("another key", "document.querySelectorAll('#keys-table tbody tr').length === 2").await;
    assert!(page.text("main").await.contains("takes over in"), "it says when");
    assert_eq!(page.eval("document.querySelector(\"button[formaction$='/rotate']\")").await, Value::Null, "one waits");
    page.press("a[data-ask][href$='/replace-keys']").await;
    page.until("the question", "document.querySelector('dialog[open] #f-confirmation')").await;
    assert!(page.text("dialog[open]").await.contains("up to a day"), "it says what breaks");
    page.fill("dialog[open] #f-confirmation", "Contoso").await;
    page.press("dialog[open] .button.primary").await;
    page.until("the replacement", "document.querySelector('.callout.toast')?.textContent.includes('replaced')").await;
    let keys = page.world.get(&format!("mfa/providers/{}/keys", page.world.tenant)).await;
    let live = keys["items"].as_array().unwrap().iter().filter(|key| key["signs_now"] == true).count();
    assert_eq!(live, 1, "{keys:#}");
}

async fn both_sides_are_looked_at(page: &Page<'_>) {
    page.press(".tabs a[href$='/doctor']").await;
    page.until("the lines", "document.querySelectorAll('.checklist li').length > 9").await;
    let shown = page.text("main").await;
    assert!(shown.contains("Policy.Read.All"), "what may not be read is named: {shown}");
    page.press(".tabs a[href$='/readiness']").await;
    page.until("the button", "document.querySelector(\"button[formaction$='/readiness/count']\")").await;
    page.press("button[formaction$='/readiness/count']").await;
    page.until("word of it", "document.querySelector('.callout.warn')").await;
    the_refusal_is_noted(page).await;
    let consent = format!("tenants/default/apps/{}/consent", page.world.entra.running.client_id);
    page.world.entra.call("POST", &consent, json!({ "permissions": ["Policy.Read.All"] })).await;
    page.press("button[formaction$='/readiness/count']").await;
    page.until("the people", "document.querySelectorAll('#without tbody tr').length === 12").await;
}

async fn an_attempt_says_why(page: &Page<'_>) {
    page.press("nav a[href='/second-factor/attempts']").await;
    page.until("the list", "document.querySelector('#attempts tbody tr')").await;
    page.go("/second-factor/attempts?reason=wrong_code").await;
    page.until("those", "document.querySelector('#attempts td a.main')").await;
    page.press("#attempts td a.main").await;
    page.until("the words", "document.querySelector('.callout strong')?.textContent === 'Why were they refused?'")
        .await;
    let shown = page.text("main").await;
    assert!(shown.contains("none of the person’s") && shown.contains("wrong_code"), "{shown}");
    let id = page.copied(".facts .copy").await;
    assert!(id.len() >= 32, "Entra's correlation id: {id}");
}

async fn a_locked_person_is_unlocked(page: &Page<'_>) {
    page.go("/second-factor/people?state=locked").await;
    page.until("the list", "document.querySelectorAll('#second-factor-people tbody tr').length === 1").await;
    page.press("#second-factor-people td a.main").await;
    page.until("the lock", "document.querySelector('.callout.bad button')").await;
    page.press(".callout.bad button").await;
    page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('try again')").await;
    assert_eq!(page.eval("document.querySelector('.callout.bad')").await, Value::Null);
    let locked = page.world.get("mfa/accounts?locked=true").await;
    assert_eq!(locked["items"], json!([]));
}

async fn a_code_is_issued_and_everything_taken(page: &Page<'_>) {
    page.press(".page-head a[href$='/code']").await;
    page.until("the form", "document.querySelector('#f-reason')").await;
    page.fill("#f-reason", "lost the phone").await;
    page.fill("#f-ticket", "INC-204").await;
    page.press(".form-foot .button.primary").await;
    page.until("the code", "document.querySelector('#code')").await;
    let code = page.copied("[data-copy='#code']").await;
    assert!(code.len() > 8, "{code}");
    page.press(".form-foot .button.primary").await;
    page.until("the person", "document.querySelectorAll('#factors tbody tr').length === 2").await;
    let shown = page.text("#factors").await;
    assert!(shown.contains("INC-204") && !shown.contains(&code), "{shown}");
    page.press(".page-head a[data-ask][href$='/reset']").await;
    page.until("the question", "document.querySelector('dialog[open] #f-reason')").await;
    page.fill("dialog[open] #f-reason", "begins anew").await;
    page.press("dialog[open] .button.primary").await;
    page.until("nothing", "document.querySelector('#factors .empty')").await;
    let told = page.world.get("signals/audit?type=mfa.reset").await;
    assert_eq!(told["items"][0]["reason"], "begins anew");
}
