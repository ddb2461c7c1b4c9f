//! Somebody who was deleted in Entra and made again keeps what they prove themselves with.

use e2e::World;
use e2e::entra::address;
use e2e::world::text;
use serde_json::{Value, json};

use super::stage::Stage;
use super::walker::Walker;

async fn accounts(world: &World) -> Vec<Value> {
    world.get("mfa/accounts").await["items"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_person_made_again_signs_in_with_the_app_that_they_had() {
    World::on_each(12, async |world| {
        world.filled().await;
        let (stage, mut walker) = (Stage::new(world).await, Walker::new());
        let key = stage.enrol_app(&mut walker, "p1").await;
        let former = text(&accounts(world).await[0]["id"]);
        world.entra.delete("p1").await;
        world.entra.hire("p1", json!({})).await;
        walker.forget();
        let page = stage.to_our_page(&mut walker, "p1").await;
        assert!(page.html.contains("/enrol/totp"), "to us it is somebody else: {}", page.html);
        let account =
            accounts(world).await.iter().map(|one| text(&one["id"])).find(|id| *id != former).expect("another");

        let path = format!("mfa/accounts/{account}/merges");
        let wish = json!({ "former": former, "reason": "Made again" });
        let early = world.ask("POST", &path, wish.clone()).await;
        assert_eq!(early.status, 409, "the directory has not heard of it: {:#}", early.body);
        world.delta().await;
        let same = world.get(&format!("mfa/providers/{}/duplicates", world.tenant)).await;
        assert_eq!(same["items"][0]["label"], address("p1").to_lowercase(), "{same:#}");
        let preview = world.post(&format!("{path}/preview"), wish.clone()).await;
        assert_eq!((preview["moved"].as_array().map(Vec::len), &preview["blocked"]), (Some(1), &Value::Null));
        let merge = world.post(&path, wish).await;

        walker.forget();
        let page = stage.to_our_page(&mut walker, "p1").await;
        world.advance(std::time::Duration::from_secs(30));
        let back = walker.post(&page.form("/code").with("code", &stage.code(&key))).await;
        assert!(back.form("externalauthprovider").get("id_token").is_some(), "{}", back.html);

        world.post(&format!("{path}/{}/undo?leave_without=true", text(&merge["id"])), Value::Null).await;
        let counts: Vec<_> =
            accounts(world).await.iter().map(|one| (text(&one["id"]), one["factors"].clone())).collect();
        assert!(counts.contains(&(former, json!(1))) && counts.contains(&(account, json!(0))), "{counts:?}");
    })
    .await;
}
