//! Somebody at a headless Chromium, which is skipped aloud where there is none.

use std::time::Duration;

use e2e::world::Ground;
use serde_json::{Value, json};
use testkit::Db;

use super::stage::{Stage, code};
use crate::console::page::driver::Driver;
use crate::console::page::{is_installed, until, with_authenticator};

/// Whether there is a browser to sit at.
pub(super) fn there_is_a_browser() -> bool {
    let there = is_installed("chromedriver") && is_installed("chromium");
    if !there {
        eprintln!("\nSKIPPED: browsers were NOT tried. Install them: apt-get install chromium chromium-driver\n");
    }
    there
}

/// Browsers keep keys for an address that they trust.
pub(super) fn ground(db: &Db) -> Ground {
    Ground { host: "localhost", ..Ground::of(db) }
}

/// A browser of its own.
pub(super) struct Seat<'a> {
    pub(super) driver: Driver,
    stage: &'a Stage<'a>,
}

impl<'a> Seat<'a> {
    pub(super) async fn new(stage: &'a Stage<'a>) -> Self {
        Self { driver: Driver::start().await.unwrap(), stage }
    }

    /// On a device that asks for a finger and gets it.
    pub(super) async fn with_authenticator(stage: &'a Stage<'a>) -> Self {
        Self { driver: with_authenticator().await, stage }
    }

    /// What an expression is.
    pub(super) async fn ask(&self, script: &str) -> Value {
        let body = json!({ "script": format!("return {script};"), "args": [] });
        self.driver.call("execute/sync", body).await.unwrap()
    }

    /// Waits until an expression is true; a page that is being replaced is asked again.
    pub(super) async fn until(&self, what: &str, script: &str) {
        until(&self.driver, what, script).await;
    }

    /// From the sample application past the password. The log lists by time: no two sign-ins are of the same moment.
    pub(super) async fn past_the_password(&self, user: &str) {
        self.stage.world.advance(Duration::from_millis(1));
        let running = &self.stage.world.entra.running;
        // Entra forgets the person; what the browser keeps for us stays.
        self.driver.devtools("Network.clearBrowserCookies", json!({})).await.unwrap();
        let start = format!("{}/sample/sign-in?tenant={}", running.base_url, running.tenant_id);
        self.driver.go(&start).await.unwrap();
        self.driver.fill("input[name=login]", &e2e::entra::address(user)).await.unwrap();
        self.driver.fill("input[name=passwd]", "Passw0rd!").await.unwrap();
        self.driver.press("button[value=sign-in]").await.unwrap();
        let ways = "document.querySelector('button.choice')";
        let beyond = "location.pathname.startsWith('/mfa/prove/') || location.pathname === '/sample'";
        self.until("the choice, or what follows it", &format!("{beyond} || {ways}")).await;
        // The choice is made once; later the same way is taken by itself.
        let _ = self.driver.press("button.choice").await;
    }

    pub(super) async fn to_our_page(&self, user: &str) {
        self.past_the_password(user).await;
        self.until("our page", "location.pathname.startsWith('/mfa/prove/') && document.querySelector('h1')").await;
    }

    /// Registers an authenticator app on the way; returns its key.
    pub(super) async fn enrol_app(&self, user: &str) -> String {
        self.to_our_page(user).await;
        self.driver.press("form[action$='/enrol/totp'] button").await.unwrap();
        self.until("the key", "document.querySelector('#totp-key')").await;
        let key = self.ask("document.querySelector('#totp-key').textContent").await;
        let key = key.as_str().unwrap_or_default().replace(' ', "");
        self.driver.fill("#f-code", &self.code(&key)).await.unwrap();
        self.driver.press("form[action$='/confirm'] button").await.unwrap();
        self.land("otp").await;
        key
    }

    /// Signs in by the app, with these boxes ticked.
    pub(super) async fn by_app(&self, user: &str, key: &str, boxes: &[&str]) {
        self.stage.world.advance(Duration::from_secs(30));
        self.to_our_page(user).await;
        for name in boxes {
            self.driver.press(&format!("[data-keep] input[value={name}]")).await.unwrap();
        }
        self.driver.fill("#f-code", &self.code(key)).await.unwrap();
        self.driver.press("form[action$='/code'] button").await.unwrap();
        self.land("otp").await;
    }

    fn code(&self, key: &str) -> String {
        code(key, self.stage.world.now().seconds())
    }

    /// The application is reached, and was told how the person proved themselves.
    pub(super) async fn land(&self, amr: &str) {
        self.until("the sample application", "location.pathname === '/sample'").await;
        let base = &self.stage.world.entra.running.base_url;
        self.driver.go(&format!("{base}/sample/claims")).await.unwrap();
        let all = format!("['{amr}', 'mfa'].every((word) => document.body.innerText.includes(word))");
        self.until("the proof", &all).await;
    }

    /// What the pages complained of, without what a test brought about.
    pub(super) async fn complaints(&self, but: &[&str]) -> Vec<String> {
        let mut complaints = self.driver.complaints().await.unwrap();
        // The sample application has no icon.
        complaints.retain(|one| !one.contains("/favicon.ico") && !but.iter().any(|part| one.contains(part)));
        complaints
    }
}
