//! Webhooks in the console: made, tried, seen to fail, and sent again when the receiver is back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use e2e::World;
use e2e::world::MINUTE;
use serde_json::json;
use store::Backend;
use tokio::net::TcpListener;

use super::page::Page;

/// A receiver that can be broken.
#[derive(Clone, Default)]
struct Receiver {
    broken: Arc<AtomicBool>,
    taken: Arc<AtomicUsize>,
}

impl Receiver {
    /// Listens; answers its address.
    async fn start(&self) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let receiver = self.clone();
        let router = Router::new().route("/hook", post(async move || receiver.answer()));
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    fn answer(&self) -> StatusCode {
        if self.broken.load(Ordering::Relaxed) {
            return StatusCode::BAD_GATEWAY;
        }
        self.taken.fetch_add(1, Ordering::Relaxed);
        StatusCode::NO_CONTENT
    }
}

/// Sends what is due, so many times with half a day between.
pub(super) async fn send(world: &World, times: usize) {
    let worker = world.node.app.webhook_worker();
    for _ in 0..times {
        world.node.app.webhooks.schedule().await.unwrap();
        worker.run_due().await.unwrap();
        world.advance(12 * 60 * MINUTE);
    }
}

#[tokio::test]
async fn a_webhook_is_made_watched_and_sent_again_in_the_console() {
    World::on(Backend::Sqlite, 12, async |world| {
        world.filled().await;
        let Some(page) = Page::open(world).await else { return };
        let receiver = Receiver::default();
        a_webhook_is_made(&page, &receiver.start().await).await;
        a_test_arrives(&page).await;
        assert_eq!(receiver.taken.load(Ordering::Relaxed), 1);
        receiver.broken.store(true, Ordering::Relaxed);
        what_is_given_up_is_shown(&page).await;
        receiver.broken.store(false, Ordering::Relaxed);
        dead_letters_are_sent_again(&page).await;
        assert_eq!(receiver.taken.load(Ordering::Relaxed), 2, "the test and the one that was given up");
        page.close().await;
    })
    .await;
}

async fn a_webhook_is_made(page: &Page<'_>, url: &str) {
    page.go("/signals/webhooks").await;
    page.press(".empty a.button").await;
    page.until("the form", "document.querySelector('#f-url')").await;
    page.fill("#f-name", "Badges").await;
    page.fill("#f-url", url).await;
    page.eval(
        "[...document.querySelectorAll('[name=events]')].forEach(box => { box.checked = box.value === 'user.*'; })",
    )
    .await;
    page.press(".form-foot .button.primary").await;
    page.until("the secret", "document.querySelector('#secret')").await;
    assert!(page.text("#secret").await.starts_with("whsec_"));
    page.press(".form-foot .button.primary").await;
    page.until("the webhook", "document.querySelector('h1')?.textContent.includes('Badges')").await;
    assert!(!page.text("main").await.contains("whsec_7"), "the secret is not shown again");
}

async fn a_test_arrives(page: &Page<'_>) {
    page.press("button[formaction$='/test']").await;
    page.until("word of it", "document.querySelector('.callout.toast')").await;
    send(page.world, 1).await;
    page.sign_in().await;
}

async fn what_is_given_up_is_shown(page: &Page<'_>) {
    page.world.entra.hire("newcomer", json!({})).await;
    page.world.delta().await;
    send(page.world, 10).await;
    page.sign_in().await;
    page.go("/signals/webhooks").await;
    page.until("its state", "document.querySelector('tbody .badge')?.textContent === 'Failing'").await;
    page.press("td.first a").await;
    page.until("the tabs", "document.querySelector('.tabs a[href*=\"state=dead\"]')").await;
    page.press(".tabs a[href*='state=dead']").await;
    page.until("the dead letter", "document.querySelector('tbody .badge')?.textContent === 'Dead letter'").await;
    let shown = page.text("main").await;
    assert!(shown.contains("newcomer") && shown.contains("502"), "what did not arrive, and why: {shown}");
}

async fn dead_letters_are_sent_again(page: &Page<'_>) {
    page.press("a[data-ask][href*='retry']").await;
    page.until("the question", "document.querySelector('dialog[open] .confirm h1')").await;
    assert!(page.text("dialog[open] h1").await.contains("1 dead letter"));
    page.press("dialog[open] .button.primary").await;
    page.until("no question", "!document.querySelector('dialog[open]')").await;
    send(page.world, 2).await;
    page.sign_in().await;
    page.go("/signals/webhooks").await;
    page.until("its state", "document.querySelector('tbody .badge')?.textContent === 'Arriving'").await;
}
