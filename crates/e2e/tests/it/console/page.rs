//! A page of the console that somebody has open, in headless Chromium under the strict content security policy.

#[path = "../../../examples/shots/driver.rs"]
#[expect(dead_code, reason = "the pictures are for ./dev shots")]
pub mod driver;

use std::process::{Command, Stdio};
use std::time::Duration;

use driver::Driver;
use e2e::World;
use serde_json::{Value, json};

/// Between two looks at a page.
const LOOK: Duration = Duration::from_millis(50);
/// Looks before it is given up: a minute, which only a page that never comes takes.
const LOOKS: u32 = 1_200;

/// A page that somebody has open.
pub struct Page<'a> {
    pub driver: Driver,
    pub world: &'a World,
}

impl<'a> Page<'a> {
    /// A browser in which `ada` is signed in. None, loudly, only where no Chromium with its driver is installed.
    pub async fn open(world: &'a World) -> Option<Self> {
        if !is_installed("chromedriver") || !is_installed("chromium") {
            eprintln!(
                "\nSKIPPED: the console was NOT tried in a browser. Install it: apt-get install chromium chromium-driver\n"
            );
            return None;
        }
        let page = Self { driver: Driver::start().await.unwrap(), world };
        page.sign_in().await;
        Some(page)
    }

    /// Signs in as `ada`, also again where days have passed and the session with them.
    pub async fn sign_in(&self) {
        self.driver.devtools("Network.clearBrowserCookies", json!({})).await.unwrap();
        self.go("/sign-in").await;
        self.fill("#f-user_name", "ada").await;
        self.fill("#f-password", "correct horse battery").await;
        self.press("main form button").await;
        self.until("the overview", "location.pathname === '/'").await;
    }

    /// Ends the browser, which must have had nothing to complain about.
    pub async fn close(self) {
        assert_eq!(self.complaints().await, Vec::<String>::new(), "the console is silent");
        self.driver.stop().await;
    }

    pub async fn go(&self, path: &str) {
        self.driver.go(&format!("{}{path}", self.world.node.url)).await.unwrap();
    }

    pub async fn eval(&self, script: &str) -> Value {
        self.driver.call("execute/sync", json!({ "script": format!("return {script};"), "args": [] })).await.unwrap()
    }

    /// The text of an element.
    pub async fn text(&self, selector: &str) -> String {
        let found = self.eval(&format!("document.querySelector({}).textContent", json!(selector))).await;
        found.as_str().unwrap_or_default().trim().to_owned()
    }

    /// Waits until an expression is true; a page that is being replaced is asked again.
    pub async fn until(&self, what: &str, script: &str) {
        until(&self.driver, what, script).await;
    }

    pub async fn press(&self, selector: &str) {
        self.driver.press(selector).await.unwrap();
    }

    pub async fn fill(&self, selector: &str, text: &str) {
        self.driver.fill(selector, text).await.unwrap();
    }

    pub async fn complaints(&self) -> Vec<String> {
        self.driver.complaints().await.unwrap()
    }

    /// Marks the page, so that a reload shows.
    pub async fn mark(&self) {
        self.eval("(window.marked = true)").await;
    }

    pub async fn is_marked(&self) -> bool {
        self.eval("window.marked === true").await == true
    }

    /// Lets pages use the clipboard.
    pub async fn allow_clipboard(&self) {
        let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.driver.devtools("Browser.grantPermissions", permissions).await.unwrap();
    }

    /// Presses a copy button and answers what is in the clipboard then.
    pub async fn copied(&self, button: &str) -> String {
        self.press(button).await;
        let said = format!("document.querySelector({}).querySelector('span').textContent === 'Copied'", json!(button));
        self.until("the word", &said).await;
        let script =
            "const done = arguments[0]; navigator.clipboard.readText().then(done, (error) => done(String(error)));";
        let copied = self.driver.call("execute/async", json!({ "script": script, "args": [] })).await.unwrap();
        copied.as_str().unwrap_or_default().to_owned()
    }
}

/// Waits until an expression is true; a page that is being replaced is asked again.
pub async fn until(driver: &Driver, what: &str, script: &str) {
    let mut looks = tokio::time::interval(LOOK);
    for _ in 0..LOOKS {
        looks.tick().await;
        let body = json!({ "script": format!("return Boolean({script});"), "args": [] });
        if driver.call("execute/sync", body).await.is_ok_and(|found| found == true) {
            return;
        }
    }
    let body = json!({ "script": "return location.href + ' ' + document.body.innerText;", "args": [] });
    let shown = driver.call("execute/sync", body).await;
    panic!("{what} does not come: {shown:?}\nThe browser says: {:?}", driver.complaints().await);
}

/// A browser on a device that asks for a finger and gets it (W3C Web Authentication Level 3 §11.2).
pub async fn with_authenticator() -> Driver {
    let driver = Driver::start().await.unwrap();
    let authenticator = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserConsenting": true, "isUserVerified": true,
    });
    driver.call("webauthn/authenticator", authenticator).await.unwrap();
    driver
}

/// Whether a program can be run.
pub fn is_installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}
