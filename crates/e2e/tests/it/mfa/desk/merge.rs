//! Two accounts of one person become one, and two again.

use e2e::World;
use e2e::world::text;
use serde_json::{Value, json};
use store::Backend;

use super::{open, refusals_are_noted, told};
use crate::mfa::stage::Stage;
use crate::mfa::walker::Walker;

async fn accounts(world: &World) -> Vec<String> {
    let all = world.get("mfa/accounts").await;
    all["items"].as_array().into_iter().flatten().map(|one| text(&one["id"])).collect()
}

async fn factors(world: &World, account: &str) -> usize {
    let found = world.get(&format!("mfa/accounts/{account}/factors")).await;
    found["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_former_account_is_looked_at_merged_and_given_back_in_the_console() {
    World::on(Backend::Sqlite, 12, async |world| {
        world.filled().await;
        let (stage, mut walker) = (Stage::new(world).await, Walker::new());
        stage.enrol_app(&mut walker, "p1").await;
        let former = accounts(world).await.pop().expect("an account");
        world.entra.delete("p1").await;
        world.entra.hire("p1", json!({})).await;
        walker.forget();
        stage.to_our_page(&mut walker, "p1").await;
        let account = accounts(world).await.into_iter().find(|one| *one != former).expect("another account");

        let Some(page) = open(world).await else { return };
        page.go(&format!("/second-factor/people/{account}")).await;
        page.press(".page-head a[href$='/merge']").await;
        page.until("the other account", "document.querySelector('[name=former]')").await;
        page.press(".form-foot .button.primary").await;
        page.until("why not yet", "document.querySelector('.callout.bad[role=alert]')").await;
        refusals_are_noted(&page).await;

        world.delta().await;
        page.go(&format!("/second-factor/people/{account}/merge")).await;
        assert_eq!(
            page.eval("document.querySelector('[name=former]:checked')?.value").await,
            Value::String(former.clone())
        );
        page.press(".form-foot .button.primary").await;
        page.until("the question", "document.querySelector('.confirm #f-reason')").await;
        let question = page.text(".confirm").await;
        assert!(question.contains("Authenticator app") && question.contains("thirty days"), "{question}");
        assert_eq!((factors(world, &former).await, factors(world, &account).await), (1, 0), "a look moves nothing");
        page.fill(".confirm #f-reason", "made again in Entra").await;
        page.press(".confirm .button.primary").await;
        page.until("the person", "document.querySelectorAll('#factors tbody tr').length === 1").await;
        assert_eq!((factors(world, &former).await, factors(world, &account).await), (0, 1));
        let audit = world.get("signals/audit?type=mfa.accounts_merged").await;
        assert_eq!(audit["items"][0]["reason"], "made again in Entra");

        page.until("the way back", "document.querySelector(\".callout button[formaction$='/undo']\")").await;
        page.press(".callout button[formaction$='/undo']").await;
        page.until("the question", "document.querySelector('.confirm [name=leave_without]')").await;
        assert_eq!(factors(world, &account).await, 1, "nobody is left without a factor unasked");
        refusals_are_noted(&page).await;
        page.press(".confirm .button.danger").await;
        page.until("two again", "document.querySelector('#factors .empty')").await;
        told(&page, "It is undone").await;
        assert_eq!((factors(world, &former).await, factors(world, &account).await), (1, 0));
        assert_eq!(page.eval("document.querySelector(\".callout button[formaction$='/undo']\")").await, Value::Null);
        page.close().await;
    })
    .await;
}
