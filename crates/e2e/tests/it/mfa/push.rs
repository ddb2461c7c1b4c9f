//! A number on one screen, typed on another: two real browsers, one of which is told also while its page is closed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use e2e::World;
use serde_json::json;
use store::Backend;
use testkit::Db;
use tokio::net::TcpListener;

use super::seat::{Seat, ground, there_is_a_browser};
use super::stage::Stage;

/// Has the person asked elsewhere; returns the number that is shown.
async fn ask_elsewhere(laptop: &Seat<'_>) -> String {
    laptop.to_our_page("p1").await;
    laptop.driver.press("form[action$='/push'] button").await.unwrap();
    laptop.until("the number", "document.querySelector('.match')").await;
    laptop.ask("document.querySelector('.match').textContent").await.as_str().unwrap_or_default().to_owned()
}

/// A push service, which headless browsers have none of: what it was sent.
#[derive(Clone, Default)]
struct PushService(Arc<Mutex<Vec<HeaderMap>>>);

impl PushService {
    /// Listens; answers the address of one browser there.
    async fn start(&self) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/push/1", listener.local_addr().unwrap());
        let sent = self.0.clone();
        let take = async move |headers: HeaderMap| {
            sent.lock().unwrap_or_else(PoisonError::into_inner).push(headers);
            StatusCode::CREATED
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
        url
    }

    fn sent(&self) -> Vec<HeaderMap> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Has the browser subscribe in another way than it would.
async fn subscribes(phone: &Seat<'_>, how: &str) {
    phone.until("the offer", "document.querySelector('form[data-tell]:not([hidden])')").await;
    phone.ask(&format!("(PushManager.prototype.subscribe = async () => {{ {how} }}, true)")).await;
    phone.driver.press("form[data-tell] button").await.unwrap();
}

/// The page says why nobody is told while it is closed; where somebody can be, it is switched on.
async fn is_told_when_closed(phone: &Seat<'_>, approve: &str, endpoint: &str) {
    let said = "document.querySelector('[data-closed] > :is(form, p):not([hidden])')";
    phone.until("the offer, or why there is none", said).await;
    let notify = json!({ "permissions": ["notifications"] });
    phone.driver.devtools("Browser.grantPermissions", notify).await.unwrap();
    phone.driver.go(approve).await.unwrap();
    subscribes(phone, "throw new DOMException('there is no push service', 'AbortError');").await;
    phone.until("that it does not answer", "document.querySelector('[data-closed] [role=alert]')").await;
    assert_eq!(phone.ask("document.querySelector('[data-closed]').dataset.closed").await, "off");
    // Keys of a browser: those of RFC 8291 §5.
    let keys = json!({
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    });
    subscribes(phone, &format!("return {{ endpoint: '{endpoint}', getKey: (name) => bytes({keys}[name]) }};")).await;
    phone.until("that it is on", "document.querySelector('[data-closed=on]')").await;
}

#[tokio::test]
async fn a_number_is_matched_in_two_browsers_and_not_me_ends_it() {
    if !there_is_a_browser() {
        return;
    }
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let world = World::new(ground(&db), 1).await;
    let stage = Stage::new(&world).await;
    let (phone, laptop) = (Seat::new(&stage).await, Seat::new(&stage).await);
    let approve = format!("{}/mfa/approve", world.node.url);
    laptop.driver.go(&approve).await.unwrap();
    laptop.until("that nobody is asked here", "document.querySelector('[data-unknown]:not([hidden])')").await;

    let key = phone.enrol_app("p1").await;
    phone.by_app("p1", &key, &["approve"]).await;
    phone.driver.go(&approve).await.unwrap();
    phone.until("the open page", "document.querySelector('[data-approve-state]')").await;
    let service = PushService::default();
    is_told_when_closed(&phone, &approve, &service.start().await).await;

    let number = ask_elsewhere(&laptop).await;
    world.work().await;
    let sent: Vec<_> = service.sent().iter().map(|headers| headers["content-encoding"].clone()).collect();
    assert_eq!(sent, ["aes128gcm"], "the closed page is told, once");
    phone.until("the question", "document.querySelector('form[data-agree]')").await;
    let told = phone.ask("document.querySelector('main').innerText").await.to_string();
    for part in ["127.0.0.1", "Chrome, Linux", "Contoso"] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    assert!(!told.contains(&format!("\\n{number}\\n")), "the number is not where it is to be typed: {told}");
    phone.driver.fill("input[name=number]", if number == "10" { "11" } else { "10" }).await.unwrap();
    phone.driver.press("form[data-agree] button").await.unwrap();
    phone.until("that it was another number", "document.querySelector('[role=alert]')").await;
    // The log lists by time.
    world.advance(Duration::from_millis(1));
    phone.driver.fill("input[name=number]", &number).await.unwrap();
    phone.driver.press("form[data-agree] button").await.unwrap();
    phone.until("that it was agreed to", "document.querySelector('.callout.ok')").await;
    laptop.land("swk").await;
    let attempt = stage.last_attempt().await;
    assert_eq!((&attempt["outcome"], &attempt["factor_kind"]), (&"passed".into(), &"push".into()), "{attempt:#}");

    let after = world.newest().await;
    ask_elsewhere(&laptop).await;
    phone.until("the next question", "document.querySelector('form[action$=\"/deny\"]')").await;
    phone.driver.press("form[action$='/deny'] button").await.unwrap();
    phone.until("that it was told", "document.querySelector('.callout.ok')").await;
    laptop.until("the end", "document.body.innerText.includes('sign in again')").await;
    phone.driver.press("form[data-tell-no-longer] button").await.unwrap();
    phone.until("that it is off", "document.querySelector('[data-closed=off]')").await;
    let told: Vec<_> = world.events(after).await.iter().map(|event| event["type"].to_string()).collect();
    for name in ["mfa.not_me", "mfa.web_push_removed"] {
        assert!(told.iter().any(|told| told.contains(name)), "{told:?}");
    }
    assert_eq!(phone.complaints(&[]).await, Vec::<String>::new());
    assert_eq!(laptop.complaints(&["409"]).await, Vec::<String>::new(), "a sign-in that has ended is a conflict");
    phone.driver.stop().await;
    laptop.driver.stop().await;
    world.prove_audit().await;
}
