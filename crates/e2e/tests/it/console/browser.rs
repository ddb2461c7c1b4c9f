//! What the console's script does, in headless Chromium under the strict content security policy.
//!
//! Skipped, loudly, only where no Chromium with its driver is installed.

#[path = "../../../examples/shots/driver.rs"]
#[expect(dead_code, reason = "the pictures are for ./dev shots")]
mod driver;

use std::process::{Command, Stdio};
use std::time::Duration;

use driver::Driver;
use e2e::World;
use e2e::world::text;
use serde_json::{Value, json};
use store::Backend;

/// Keys as the protocol names them (W3C WebDriver §17.4.2).
const DOWN: &str = "\u{E015}";
const ENTER: &str = "\u{E007}";

/// A page that somebody has open.
struct Page<'a> {
    driver: Driver,
    world: &'a World,
}

impl Page<'_> {
    async fn go(&self, path: &str) {
        self.driver.go(&format!("{}{path}", self.world.node.url)).await.unwrap();
    }

    async fn eval(&self, script: &str) -> Value {
        self.driver.call("execute/sync", json!({ "script": format!("return {script};"), "args": [] })).await.unwrap()
    }

    /// Waits until an expression is true; a page that is being replaced is asked again.
    async fn until(&self, what: &str, script: &str) {
        let mut looks = tokio::time::interval(Duration::from_millis(50));
        for _ in 0..400 {
            looks.tick().await;
            let body = json!({ "script": format!("return Boolean({script});"), "args": [] });
            if self.driver.call("execute/sync", body).await.is_ok_and(|found| found == true) {
                return;
            }
        }
        let shown = self.eval("document.body.innerText").await;
        panic!("{what} does not come. The page says: {shown}\nThe browser says: {:?}", self.complaints().await);
    }

    async fn press(&self, selector: &str) {
        self.driver.press(selector).await.unwrap();
    }

    async fn fill(&self, selector: &str, text: &str) {
        self.driver.fill(selector, text).await.unwrap();
    }

    async fn complaints(&self) -> Vec<String> {
        self.driver.complaints().await.unwrap()
    }

    /// Marks the page, so that a reload shows.
    async fn mark(&self) {
        self.eval("(window.marked = true)").await;
    }

    async fn is_marked(&self) -> bool {
        self.eval("window.marked === true").await == true
    }
}

fn is_installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn the_console_works_in_a_browser_that_has_nothing_to_complain_about() {
    if !is_installed("chromedriver") || !is_installed("chromium") {
        eprintln!(
            "\nSKIPPED: the console was NOT tried in a browser. Install it: apt-get install chromium chromium-driver\n"
        );
        return;
    }
    World::on(Backend::Sqlite, 12, async |world| {
        world.filled().await;
        let page = Page { driver: Driver::start().await.unwrap(), world };
        sign_in(&page).await;
        the_overview_lives(&page).await;
        a_run_shows_itself(&page).await;
        somebody_is_chosen_by_name(&page).await;
        rows_are_picked_by_keyboard(&page).await;
        a_change_is_taken_back_in_a_dialog(&page).await;
        somebody_is_given_back(&page).await;
        an_id_is_copied(&page).await;
        the_theme_stays(&page).await;
        assert_eq!(page.complaints().await, Vec::<String>::new(), "the console is silent");
        nothing_inline_runs(&page).await;
        page.driver.stop().await;
    })
    .await;
}

async fn sign_in(page: &Page<'_>) {
    page.go("/sign-in").await;
    page.fill("#f-user_name", "ada").await;
    page.fill("#f-password", "correct horse battery").await;
    page.press("main form button").await;
    page.until("the overview", "location.pathname === '/'").await;
}

async fn the_overview_lives(page: &Page<'_>) {
    page.until("the live state", "document.querySelector('[data-live]')?.dataset.mood === 'live'").await;
    page.mark().await;
    page.world.entra.hire("newcomer", json!({})).await;
    page.world.delta().await;
    page.until("the newcomer", "document.getElementById('overview-recent').textContent.includes('newcomer')").await;
    assert!(page.is_marked().await, "parts are replaced, not the page");
    page.press("[data-live-toggle]").await;
    page.until("the pause", "document.querySelector('[data-live-state]').textContent === 'Paused'").await;
    page.press("[data-live-toggle]").await;
    page.until("the return", "document.querySelector('[data-live]').dataset.mood === 'live'").await;
}

async fn a_run_shows_itself(page: &Page<'_>) {
    let run = page.world.begin("full").await;
    page.go(&format!("/dirsync/runs/{}", text(&run["id"]))).await;
    page.until("the waiting run", "document.querySelector('#run-live .badge')?.textContent === 'Queued'").await;
    page.mark().await;
    page.world.work().await;
    page.until("its end", "document.querySelector('#run-live .badge')?.textContent === 'Done'").await;
}

async fn somebody_is_chosen_by_name(page: &Page<'_>) {
    page.go("/dirsync/exceptions/new").await;
    page.fill("[data-find]", "p3").await;
    page.until("somebody found", "document.querySelector('.options [role=option]')").await;
    page.fill("[data-find]", DOWN).await;
    page.until("the active option", "document.querySelector('[data-find]').getAttribute('aria-activedescendant')")
        .await;
    page.fill("[data-find]", ENTER).await;
    let chosen = page.eval("document.querySelector('.picked input:checked')?.value.startsWith('user:')").await;
    assert_eq!(chosen, true, "the choice is in the form");
    page.fill("#f-owner", "ada").await;
    page.fill("#f-reason", "a test account").await;
    page.press(".form-foot .button.primary").await;
    page.until("the list", "location.pathname === '/dirsync/exceptions'").await;
    let first = page.eval("document.querySelector('td.first').textContent").await;
    assert!(text(&first).contains("p3"), "shown by name: {first}");
    assert_eq!(page.eval("/[0-9a-f]{8}-/.test(document.querySelector('table').innerText)").await, false, "never by id");
}

async fn rows_are_picked_by_keyboard(page: &Page<'_>) {
    page.fill("body", "jx").await;
    page.until("a picked row", "document.querySelectorAll('tr.picked-row').length === 1").await;
    page.until("the count", "document.querySelector('[data-picked]').textContent === '1'").await;
}

async fn a_change_is_taken_back_in_a_dialog(page: &Page<'_>) {
    let world = page.world;
    // The new exception has its own run first.
    world.work().await;
    let before = world.user("p2").await.attributes.department;
    world.entra.change("p2", json!({ "department": "Retail" })).await;
    world.delta().await;
    let user = world.user("p2").await;
    page.go(&format!("/directory/users/{}/history", user.id)).await;
    page.press(".timeline a[data-ask]").await;
    page.until("the question", "document.querySelector('dialog[open] .confirm h1')").await;
    let question = page.eval("document.querySelector('dialog[open]').textContent").await;
    for said in ["Retail", "Nothing is written to Entra", "makes it again"] {
        assert!(text(&question).contains(said), "{said}: {question}");
    }
    page.press("dialog[open] .button.primary").await;
    page.until("the run", "location.pathname.startsWith('/dirsync/runs/')").await;
    world.work().await;
    page.until("the preview", "document.querySelector('#run-live .badge')?.textContent === 'Preview'").await;
    assert_eq!(world.user("p2").await.attributes.department.as_deref(), Some("Retail"), "a preview changes nothing");
    page.press(".page-head a[data-ask]").await;
    page.until("the last question", "document.querySelector('dialog[open] #f-reason')").await;
    page.fill("dialog[open] #f-reason", "typed by mistake").await;
    page.press("dialog[open] .button.primary").await;
    page.until("the waiting run", "document.querySelector('#run-live .badge')?.textContent === 'Queued'").await;
    world.work().await;
    page.until("its end", "document.querySelector('#run-live .badge')?.textContent === 'Done'").await;
    assert_eq!(world.user("p2").await.attributes.department, before, "as it was");
    let asked = world.get("signals/audit?type=dirsync.undo_asked").await;
    assert_eq!(asked["items"][0]["reason"], "typed by mistake");
}

/// The second loss of the day is over the limit.
async fn a_part_of_a_held_plan_is_allowed(page: &Page<'_>) {
    let run = page.world.run("delta").await;
    assert_eq!(run["state"], "held", "{run:#}");
    page.go(&format!("/dirsync/plans/{}", text(&run["id"]))).await;
    page.press(".pick input[name]").await;
    page.press(".bulk button[formaction*='way=only']").await;
    page.until("the question", "document.querySelector('.confirm #f-reason')").await;
    let question = page.eval("document.querySelector('.confirm').textContent").await;
    assert!(text(&question).contains("p4"), "who it is about: {question}");
    page.fill(".confirm #f-reason", "left the company").await;
    page.press(".confirm .button.primary").await;
    page.until("the run", "location.pathname.startsWith('/dirsync/runs/')").await;
    page.world.work().await;
    page.until("its end", "document.querySelector('#run-live .badge')?.textContent === 'Done'").await;
}

async fn somebody_is_given_back(page: &Page<'_>) {
    let world = page.world;
    world.entra.delete("p4").await;
    a_part_of_a_held_plan_is_allowed(page).await;
    assert_eq!(world.standing("p4").await, "conflict/deleted");
    let user = world.user("p4").await;
    page.go(&format!("/directory/users/{}", user.id)).await;
    page.press(".callout a[data-ask]").await;
    page.until("the question", "document.querySelector('dialog[open] #f-reason')").await;
    page.fill("dialog[open] #f-reason", "still needed until Friday").await;
    page.press("dialog[open] .button.primary").await;
    page.until("the run", "location.pathname.startsWith('/dirsync/runs/')").await;
    world.work().await;
    page.until("its end", "document.querySelector('#run-live .badge')?.textContent === 'Done'").await;
    assert!(world.user("p4").await.state.usable(), "in use again");
}

async fn an_id_is_copied(page: &Page<'_>) {
    let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    page.driver.devtools("Browser.grantPermissions", permissions).await.unwrap();
    let user = page.world.user("p1").await;
    page.go(&format!("/directory/users/{}", user.id)).await;
    page.press(".copy").await;
    page.until("the word", "document.querySelector('.copy span').textContent === 'Copied'").await;
    let script =
        "const done = arguments[0]; navigator.clipboard.readText().then(done, (error) => done(String(error)));";
    let copied = page.driver.call("execute/async", json!({ "script": script, "args": [] })).await.unwrap();
    assert_eq!(copied, json!(user.object_id.to_string()));
}

async fn the_theme_stays(page: &Page<'_>) {
    page.driver.look(1280, 900, false).await.unwrap();
    page.go("/").await;
    page.press("[data-theme-set=dark]").await;
    page.until("the dark", "document.documentElement.dataset.theme === 'dark'").await;
    page.go("/directory/users").await;
    page.until("the dark after a walk", "document.documentElement.dataset.theme === 'dark'").await;
}

/// The policy that the rest of this test lived under is in force.
async fn nothing_inline_runs(page: &Page<'_>) {
    let add = "(() => { const one = document.createElement('script'); one.textContent = 'window.broken = true'; \
               document.body.append(one); return window.broken === undefined; })()";
    assert_eq!(page.eval(add).await, true, "an inline script does not run");
    let said = page.complaints().await.concat();
    assert!(said.contains("Content Security Policy"), "{said}");
}
