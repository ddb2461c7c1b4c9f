//! A way to prove oneself is switched off in the console: who would be locked out is shown before anything is saved.

use e2e::World;
use e2e::world::text;
use serde_json::{Value, json};
use store::Backend;

use super::{at, open, refusals_are_noted, told};
use crate::console::page::Page;
use crate::mfa::stage::Stage;
use crate::mfa::walker::Walker;

#[tokio::test]
async fn whoever_would_be_locked_out_by_the_settings_is_shown_before_they_are_saved() {
    World::on(Backend::Sqlite, 3, async |world| {
        world.filled().await;
        let (stage, mut walker) = (Stage::new(world).await, Walker::new());
        stage.enrol_app(&mut walker, "p1").await;
        let Some(page) = open(world).await else { return };
        numbers_are_saved_at_once(&page, &stage).await;
        a_look_saves_nothing(&page, &stage).await;
        those_people_are_listed(&page).await;
        it_is_saved_when_it_is_meant(&page, &stage).await;
        page.close().await;
    })
    .await;
}

async fn kinds(page: &Page<'_>, stage: &Stage<'_>) -> Vec<String> {
    let settings = page.world.get(&stage.here()).await["settings"].clone();
    settings["kinds"].as_array().into_iter().flatten().map(text).collect()
}

/// The foot of a long form stays in sight, and would be hit in place of a box.
async fn choose(page: &Page<'_>, whether: bool) {
    page.eval(&format!("(document.querySelector('#f-kind_totp').checked = {whether})")).await;
}

async fn numbers_are_saved_at_once(page: &Page<'_>, stage: &Stage<'_>) {
    page.go(&at(page, "/settings")).await;
    page.eval("(document.querySelector('#f-session_minutes').value = '30')").await;
    page.press(".form-foot .button.primary").await;
    told(page, "Saved").await;
    assert_eq!(page.world.get(&stage.here()).await["settings"]["session_minutes"], 30);
}

async fn a_look_saves_nothing(page: &Page<'_>, stage: &Stage<'_>) {
    page.go(&at(page, "/settings")).await;
    choose(page, false).await;
    page.press(".form-foot button[formaction$='/settings/preview']").await;
    page.until("who it concerns", "document.querySelector('#f-confirmation')").await;
    let shown = page.text("main").await;
    assert!(shown.contains("1 person would be locked out") && shown.contains("Authenticator app"), "{shown}");
    assert!(kinds(page, stage).await.contains(&"totp".to_owned()), "nothing was saved");
    assert_eq!(page.eval("document.querySelector('#f-kind_totp').checked").await, false, "what was chosen stays");
    page.press(".form-foot .button.primary").await;
    page.until("what has to be typed", "document.querySelector('#f-confirmation-error')").await;
    refusals_are_noted(page).await;
    assert!(kinds(page, stage).await.contains(&"totp".to_owned()), "without the name nothing is saved");
}

async fn those_people_are_listed(page: &Page<'_>) {
    page.press(".callout a[href*='/settings/people']").await;
    page.until("the list", "document.querySelectorAll('#people tbody tr').length === 1").await;
    let row = page.text("#people tbody tr").await;
    assert!(row.contains("p1") && row.contains("Loses the last one"), "{row}");
    page.go(&at(page, "/settings/people?effect=gains")).await;
    page.until("nobody", "document.querySelector('#people .empty')").await;
}

async fn it_is_saved_when_it_is_meant(page: &Page<'_>, stage: &Stage<'_>) {
    page.go(&at(page, "/settings")).await;
    choose(page, false).await;
    page.press(".form-foot .button.primary").await;
    page.until("the question", "document.querySelector('#f-confirmation')").await;
    refusals_are_noted(page).await;
    page.fill("#f-confirmation", "Contoso").await;
    page.press(".form-foot .button.primary").await;
    told(page, "Saved").await;
    assert!(!kinds(page, stage).await.contains(&"totp".to_owned()));
    // Back, and more must be kept: nobody is locked out, and it is shown all the same.
    page.go(&at(page, "/settings")).await;
    choose(page, true).await;
    page.eval("(document.querySelector('#f-least_factors').value = '2')").await;
    page.press(".form-foot .button.primary").await;
    page.until("whom it concerns", "document.querySelector('main').textContent.includes('Nobody would be locked out')")
        .await;
    assert_eq!(page.eval("document.querySelector('#f-confirmation')").await, Value::Null);
    page.press(".form-foot .button.primary").await;
    told(page, "Saved").await;
    let settings = page.world.get(&stage.here()).await["settings"].clone();
    assert_eq!(settings["least_factors"], json!(2));
}
