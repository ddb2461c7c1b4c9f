//! Passkeys in headless Chromium with its virtual authenticator.

use e2e::World;
use serde_json::json;
use store::Backend;
use testkit::Db;

use super::seat::{Seat, ground, there_is_a_browser};
use super::stage::Stage;
use crate::console::page::driver::Driver;

/// Tells a story of two people and a browser that has an authenticator, where there are browsers.
pub(super) async fn with_browser(story: impl AsyncFn(&Stage<'_>, &Seat<'_>)) {
    if !there_is_a_browser() {
        return;
    }
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let world = World::new(ground(&db), 2).await;
    let stage = Stage::new(&world).await;
    let seat = Seat::with_authenticator(&stage).await;
    story(&stage, &seat).await;
    seat.driver.stop().await;
    world.prove_audit().await;
}

/// Makes a passkey on the way; what becomes of it is not waited for.
pub(super) async fn make_key(seat: &Seat<'_>, user: &str) {
    seat.to_our_page(user).await;
    seat.until("what can be registered", "document.querySelector('form[data-passkey=create]')").await;
    seat.driver.press("form[data-passkey=create] button").await.unwrap();
}

/// Registers a passkey on the way.
async fn enrol(seat: &Seat<'_>, user: &str) {
    make_key(seat, user).await;
    seat.land("fido").await;
}

#[tokio::test]
async fn a_passkey_is_registered_on_the_way_and_used_the_next_time() {
    with_browser(async |stage, seat| {
        let world = stage.world;
        enrol(seat, "p1").await;
        let attempt = stage.last_attempt().await;
        assert_eq!(
            (&attempt["outcome"], &attempt["factor_kind"]),
            (&"passed".into(), &"passkey".into()),
            "{attempt:#}"
        );

        seat.to_our_page("p1").await;
        seat.driver.press("form[data-passkey=get] button").await.unwrap();
        seat.land("fido").await;
        let factors = world.get(&format!("mfa/accounts/{}/factors", attempt["account"].as_str().unwrap())).await;
        assert_eq!(factors["items"].as_array().map(Vec::len), Some(1), "{factors:#}");
        assert!(factors["items"][0]["last_used_at"].is_string(), "{factors:#}");

        // Where a code could be typed too, the browser offers the passkey by itself; this one's device takes the offer,
        // and our page may be gone before anybody looks.
        let path = format!("mfa/accounts/{}/codes", attempt["account"].as_str().unwrap());
        world.post(&path, json!({ "reason": "left the phone at home" })).await;
        seat.past_the_password("p1").await;
        seat.land("fido").await;

        // Somebody else's browser, and a person without a passkey: nothing can be taken over.
        seat.to_our_page("p2").await;
        seat.until("the choice of what to register", "document.querySelector('form[data-passkey=create]')").await;
        assert_eq!(seat.complaints(&[]).await, Vec::<String>::new(), "the pages are silent");
    })
    .await;
}

/// A view within an application, as many have it: without Web Authentication.
async fn without_passkeys(driver: &Driver) {
    let script = json!({ "source": "delete window.PublicKeyCredential;" });
    driver.devtools("Page.addScriptToEvaluateOnNewDocument", script).await.unwrap();
}

#[tokio::test]
async fn a_view_that_knows_no_passkeys_says_so_and_takes_another_way() {
    with_browser(async |stage, seat| {
        enrol(seat, "p2").await;
        let said = |kind: &str| {
            let form = format!("document.querySelector('form[data-passkey={kind}]')");
            format!("{form}?.querySelector('button').hidden && {form}.querySelector('[data-unable]').checkVisibility()")
        };
        let view = Seat::new(stage).await;
        without_passkeys(&view.driver).await;
        view.to_our_page("p1").await;
        view.until("that none can be made here", &said("create")).await;
        view.enrol_app("p1").await;
        view.to_our_page("p2").await;
        view.until("that it cannot be used here", &said("get")).await;
        view.driver.press("form[action$='/decline'] button").await.unwrap();
        view.until("Entra's page", "!location.pathname.startsWith('/mfa/')").await;
        assert_eq!(stage.last_attempt().await["outcome"], "declined");
        view.driver.stop().await;
    })
    .await;
}
