//! What the console's script does.

use e2e::World;
use e2e::world::text;
use serde_json::json;
use store::Backend;

use super::page::Page;

/// Keys as the protocol names them (W3C WebDriver §17.4.2).
const DOWN: &str = "\u{E015}";
const ENTER: &str = "\u{E007}";

#[tokio::test]
async fn the_console_works_in_a_browser_that_has_nothing_to_complain_about() {
    World::on(Backend::Sqlite, 12, async |world| {
        world.filled().await;
        let Some(page) = Page::open(world).await else { return };
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
    page.allow_clipboard().await;
    let user = page.world.user("p1").await;
    page.go(&format!("/directory/users/{}", user.id)).await;
    assert_eq!(page.copied(".copy").await, user.object_id.to_string());
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
