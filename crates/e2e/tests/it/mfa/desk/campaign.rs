//! Letters to who could not pass: looked at, stopped, begun again, counted.

use std::time::Duration;

use e2e::World;
use e2e::entra::address;
use e2e::world::Ground;
use serde_json::{Value, json};
use store::Backend;
use testkit::{Db, MailServer};

use super::{at, open, permit, told};
use crate::console::page::Page;
use crate::mfa::stage::Stage;

#[tokio::test]
async fn letters_are_looked_at_stopped_and_begun_again_in_the_console() {
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let mail = MailServer::start().await.expect("a mail server");
    let world = World::with_mail(Ground::of(&db), 3, mail.port).await;
    for name in ["p1", "p2"] {
        world.entra.change(name, json!({ "mail": address(name), "preferredLanguage": "en-GB" })).await;
    }
    permit(&world, &["Policy.Read.All"]).await;
    world.filled().await;
    Stage::new(&world).await;
    if let Some(page) = open(&world).await {
        it_is_looked_at(&page).await;
        assert_eq!(mail.arrived().len(), 0, "a look sends nothing");
        it_is_stopped_before_anything_left(&page).await;
        assert_eq!(mail.arrived().len(), 0, "it was stopped");
        it_is_begun_again_and_comes_to_its_end(&page).await;
        let mut to: Vec<_> = mail.arrived().into_iter().flat_map(|letter| letter.to).collect();
        to.sort();
        assert_eq!(to, [address("p1"), address("p2")]);
        page.close().await;
    }
    world.prove_audit().await;
    world.node.store.close().await;
}

async fn look(page: &Page<'_>) {
    page.press("main a.button[href*='/campaign']").await;
    page.until("the form", "document.querySelector('#f-words')").await;
    page.fill("#f-words", "By Friday, please.").await;
    page.press(".form-foot .button.primary").await;
    page.until("the letter", "document.querySelector('#letter')").await;
}

async fn it_is_looked_at(page: &Page<'_>) {
    page.go(&at(page, "/readiness")).await;
    page.press("button[formaction$='/readiness/count']").await;
    page.until("the people", "document.querySelectorAll('#without tbody tr').length === 3").await;
    look(page).await;
    let (letter, facts) = (page.text("#letter").await, page.text("main").await);
    assert!(letter.contains("By Friday, please.") && letter.contains("/me"), "{letter}");
    assert!(facts.contains("Without a mail address"), "{facts}");
    assert_eq!(page.text(".form-foot .button.primary").await, "Send 2 letters");
    assert_eq!(
        page.eval("document.querySelector('#f-words').value").await,
        "By Friday, please.",
        "what was typed stays"
    );
}

async fn it_is_stopped_before_anything_left(page: &Page<'_>) {
    page.press(".form-foot .button.primary").await;
    page.until("how far it is", "document.querySelector(\".callout button[formaction$='/stop']\")").await;
    assert_eq!(
        page.eval("document.querySelector(\"main a.button[href*='/campaign']\")").await,
        Value::Null,
        "one at a time"
    );
    page.press(".callout button[formaction$='/stop']").await;
    page.until("the end", "document.querySelector('main').textContent.includes('0 letters stopped')").await;
    page.world.later(Duration::from_mins(1)).await;
}

async fn it_is_begun_again_and_comes_to_its_end(page: &Page<'_>) {
    look(page).await;
    page.press(".form-foot .button.primary").await;
    page.until("how far it is", "document.querySelector(\".callout button[formaction$='/stop']\")").await;
    told(page, "on their way").await;
    for _ in 0..2 {
        page.world.later(Duration::from_mins(1)).await;
    }
    page.go(&at(page, "/readiness")).await;
    page.until("all of them", "document.querySelector('main').textContent.includes('2 letters sent')").await;
    assert_eq!(page.world.count_events("mfa.campaign_ended").await, 1);
}
