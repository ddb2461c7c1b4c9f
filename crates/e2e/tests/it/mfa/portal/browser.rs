//! The portal in headless Chromium, with its virtual authenticator.

use e2e::World;
use serde_json::json;
use store::Backend;
use testkit::Db;

use super::Porch;
use crate::console::accessible::{faults, faults_here};
use crate::console::page::driver::Driver;
use crate::console::page::{until, with_authenticator};
use crate::mfa::seat::{ground, there_is_a_browser};

/// A browser at the portal.
struct Browser<'a> {
    driver: Driver,
    porch: &'a Porch<'a>,
}

impl<'a> Browser<'a> {
    async fn start(porch: &'a Porch<'a>) -> Self {
        let driver = with_authenticator().await;
        Self { driver, porch }
    }

    /// Waits until an expression is true; a page that is being replaced is asked again.
    async fn until(&self, what: &str, script: &str) {
        until(&self.driver, what, script).await;
    }

    async fn press(&self, selector: &str) {
        self.driver.press(selector).await.unwrap();
    }

    async fn sign_in(&self, user: &str) {
        self.driver.devtools("Network.clearBrowserCookies", json!({})).await.unwrap();
        self.driver.go(&self.porch.url("/me")).await.unwrap();
        self.press("a.primary").await;
        self.until("the password", "document.querySelector('input[name=passwd]')").await;
        self.driver.fill("input[name=login]", &e2e::entra::address(user)).await.unwrap();
        self.driver.fill("input[name=passwd]", "Passw0rd!").await.unwrap();
        self.press("button[value=sign-in]").await;
        let consent = "document.querySelector('button[value=accept]')";
        self.until("the portal", &format!("location.pathname === '/me' || {consent}")).await;
        if self.driver.press("button[value=accept]").await.is_ok() {
            self.until("the portal", "location.pathname === '/me'").await;
        }
    }

    async fn add_passkey(&self) {
        self.driver.fill("#f-passkey-name", "My laptop").await.unwrap();
        self.press("form[data-passkey=create] button").await;
        self.until("the passkey", "document.querySelector('.me-list')?.innerText.includes('My laptop')").await;
    }

    /// The pages complained of nothing but that Entra's have no icon.
    async fn must_be_silent(&self) {
        let mut complaints = self.driver.complaints().await.unwrap();
        complaints.retain(|complaint| !complaint.contains("/favicon.ico"));
        assert_eq!(complaints, Vec::<String>::new(), "the pages are silent");
    }

    /// From now on as on an iPhone that has no push for pages which are not on its home screen.
    async fn like_an_iphone(&self, on_the_home_screen: bool) {
        let standalone = format!("{{ value: {on_the_home_screen}, configurable: true }}");
        let source =
            format!("delete window.PushManager; Object.defineProperty(navigator, 'standalone', {standalone});");
        let script = json!({ "source": source });
        self.driver.devtools("Page.addScriptToEvaluateOnNewDocument", script).await.unwrap();
    }
}

#[tokio::test]
async fn a_browser_asks_from_the_portal_on_and_a_phone_is_told_how_it_can_tell() {
    if !there_is_a_browser() {
        return;
    }
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let world = World::new(ground(&db), 2).await;
    let porch = Porch::new(&world).await;
    let browser = Browser::start(&porch).await;
    browser.sign_in("p1").await;
    browser.add_passkey().await;
    let read = json!({ "cmd": "Page.getAppManifest", "params": {} });
    let app = browser.driver.call("goog/cdp/execute", read).await.unwrap();
    assert_eq!((&app["url"], &app["errors"]), (&json!(porch.url("/me/app.webmanifest")), &json!([])), "{app:#}");

    browser.driver.go(&porch.url("/me/devices")).await.unwrap();
    browser.press("form[data-approve-here] button").await;
    browser.until("the page where they agree", "document.querySelector('[data-approve-state]')").await;
    let offered = |what: &str| format!("document.querySelector('[data-closed] [data-{what}]').checkVisibility()");
    browser.until("that it can tell", &offered("tell")).await;
    for (on_the_home_screen, what) in [(false, "install"), (true, "unable")] {
        browser.like_an_iphone(on_the_home_screen).await;
        browser.driver.go(&porch.url("/mfa/approve")).await.unwrap();
        browser.until(what, &offered(what)).await;
        let found = faults_here(&browser.driver, what).await;
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
    browser.must_be_silent().await;
    browser.driver.stop().await;
    world.prove_audit().await;
}

#[tokio::test]
async fn a_passkey_is_added_used_and_tried_at_the_portal() {
    if !there_is_a_browser() {
        return;
    }
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let world = World::new(ground(&db), 2).await;
    let porch = Porch::new(&world).await;
    let browser = Browser::start(&porch).await;
    browser.sign_in("p1").await;
    browser.add_passkey().await;

    browser.sign_in("p1").await;
    // Where a code could be typed the browser offers the passkey by itself; this one's device takes the offer.
    browser.until("the overview", "document.querySelector('.me-list .main')").await;
    browser.press(".me-list .main").await;
    browser.until("the passkey's page", "location.pathname.startsWith('/me/factors/')").await;
    browser.press("form[data-passkey=get] button").await;
    browser.until("that it works", "document.querySelector('.callout.ok')").await;
    let attempt = porch.stage.last_attempt().await;
    assert_eq!((&attempt["outcome"], &attempt["factor_name"]), (&"passed".into(), &"My laptop".into()), "{attempt:#}");

    // The key of an app can be copied; the page has nothing to complain about.
    browser.driver.go(&porch.url("/me")).await.unwrap();
    browser.press("form[action='/me/add/totp'] button").await;
    browser.until("the picture", "document.querySelector('.me-qr svg')").await;
    browser.must_be_silent().await;
    browser.driver.stop().await;
    world.prove_audit().await;
}

#[tokio::test]
async fn every_page_of_the_portal_can_be_read_and_used_by_everybody() {
    if !there_is_a_browser() {
        return;
    }
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let world = World::new(ground(&db), 2).await;
    let porch = Porch::new(&world).await;
    let browser = Browser::start(&porch).await;
    let base = &world.node.url;
    let mut found = faults(&browser.driver, base, &["/me".to_owned(), "/mfa/approve".to_owned()]).await;
    browser.sign_in("p1").await;
    found.extend(faults_here(&browser.driver, "a newcomer's overview").await);
    browser.press("form[action='/me/add/totp'] button").await;
    browser.until("the picture", "document.querySelector('.me-qr svg')").await;
    found.extend(faults_here(&browser.driver, "the picture to scan").await);
    browser.driver.go(&porch.url("/me")).await.unwrap();
    browser.add_passkey().await;
    let factor = browser.driver.first_link_below("/me/factors").await.unwrap().expect("the passkey has a page");
    let pages = ["/me", "/me/devices", "/me/codes", "/me/activity", "/mfa/approve"].map(str::to_owned).to_vec();
    let of_factor = ["", "/remove", "/lost"].map(|part| format!("{factor}{part}")).to_vec();
    found.extend(faults(&browser.driver, base, &[pages, of_factor].concat()).await);
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    browser.driver.stop().await;
}
