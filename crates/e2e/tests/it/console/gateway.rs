//! The gateway of text messages, in the console: what cannot work is told at its field and nothing typed is lost; the secret is
//! never shown; its receipts are listened to, by an address that is shown once; it is taken away again.

use e2e::World;
use serde_json::{Value, json};
use store::Backend;

use super::page::Page;

#[tokio::test]
async fn a_gateway_is_set_up_and_removed_in_the_console() {
    World::on(Backend::Sqlite, 4, async |world| {
        let Some(page) = Page::open(world).await else { return };
        let provider = format!("mfa/providers/{}", world.tenant);
        assert!(world.ask("PUT", &provider, json!({ "state": "on" })).await.status < 300);
        page.go(&format!("/second-factor/providers/{}/gateways/sms", world.tenant)).await;
        what_cannot_work_is_told(&page).await;
        it_is_saved_without_showing_its_secret(&page).await;
        its_receipts_are_listened_to(&page).await;
        it_is_taken_away(&page).await;
        page.close().await;
    })
    .await;
}

async fn gateways(world: &World) -> Value {
    world.get(&format!("mfa/providers/{}/out-of-band", world.tenant)).await["gateways"].clone()
}

async fn what_cannot_work_is_told(page: &Page<'_>) {
    page.fill("#f-url", "http://gateway.example/send").await;
    page.press("main form .form-foot .button.primary").await;
    page.until("the fault", "document.querySelector('#f-url-error')").await;
    assert!(page.text("#f-url-error").await.contains("Must be https"));
    assert_eq!(page.eval("document.querySelector('#f-url').value").await, "http://gateway.example/send");
    assert_eq!(gateways(page.world).await, json!([]));
    only_the_refusal_is_noted(page).await;
}

async fn only_the_refusal_is_noted(page: &Page<'_>) {
    let noted = page.complaints().await;
    assert!(noted.iter().all(|line| line.contains("the server responded with a status of 4")), "{noted:?}");
}

async fn it_is_saved_without_showing_its_secret(page: &Page<'_>) {
    page.eval("(document.querySelector('#f-url').value = 'https://gateway.example/send')").await;
    page.fill("#f-secret", "not-for-eyes").await;
    page.press("main form .form-foot .button.primary").await;
    page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('gateway is saved')")
        .await;
    let gateway = gateways(page.world).await[0].clone();
    assert_eq!((&gateway["way"], &gateway["has_secret"]), (&json!("sms"), &json!(true)), "{gateway:#}");
    assert_eq!(gateway["template"]["headers"][0]["value"], "Bearer {secret}", "{gateway:#}");
    page.press("a[href$='/gateways/sms']").await;
    page.until("the form", "document.querySelector('#f-url')?.value === 'https://gateway.example/send'").await;
    assert_eq!(page.eval("document.documentElement.outerHTML.includes('not-for-eyes')").await, false);
}

async fn its_receipts_are_listened_to(page: &Page<'_>) {
    page.eval("(document.querySelector('#f-receipts_on').checked = true)").await;
    let fields =
        [("answer_id", "sid"), ("id", "MessageSid"), ("status", "Status"), ("delivered", "ok"), ("failed", "no")];
    for (field, value) in fields {
        page.eval(&format!("(document.querySelector('#f-receipts_{field}').value = '{value}')")).await;
    }
    page.press("main form .form-foot .button.primary").await;
    page.until("the fault", "document.querySelector('#f-receipts_answer_id-error')").await;
    assert_eq!(page.eval("document.querySelector('#f-receipts_id').value").await, "MessageSid");
    only_the_refusal_is_noted(page).await;
    page.eval("(document.querySelector('#f-receipts_answer_id').value = '/sid')").await;
    page.press("main form .form-foot .button.primary").await;
    page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('gateway is saved')")
        .await;
    assert_eq!(gateways(page.world).await[0]["receipts"]["answer_id"], "/sid");
    page.press("a[href$='/gateways/sms']").await;
    page.until("the form", "document.querySelector('#f-receipts_on')?.checked").await;
    page.press("a[href$='/receipt-address']").await;
    page.until("the question", "document.querySelector('h1')?.textContent.includes('Make an address')").await;
    page.press("main .button.primary").await;
    page.until("the address", "document.querySelector('main')?.textContent.includes('/api/v1/mfa/receipts/')").await;
    assert!(gateways(page.world).await[0]["receipt_address_since"].is_string());
    page.press("main .form-foot .button.primary").await;
    page.until("the form", "document.querySelector('#f-receipts_on')?.checked").await;
    assert_eq!(page.eval("document.documentElement.outerHTML.includes('/mfa/receipts/')").await, false);
}

async fn it_is_taken_away(page: &Page<'_>) {
    page.press("a[data-ask][href$='/remove']").await;
    page.until("the question", "document.querySelector('dialog[open] .confirm h1')").await;
    page.press("dialog[open] .button.primary").await;
    page.until("word of it", "document.querySelector('.callout.toast')?.textContent.includes('removed')").await;
    assert_eq!(gateways(page.world).await, json!([]));
}
