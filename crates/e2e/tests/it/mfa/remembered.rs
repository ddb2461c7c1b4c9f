//! A browser that is remembered proves by itself, until somebody says otherwise.

use e2e::World;
use serde_json::json;
use store::Backend;
use testkit::Db;

use super::seat::{Seat, ground, there_is_a_browser};
use super::stage::Stage;

#[tokio::test]
async fn a_remembered_browser_goes_through_by_itself_until_a_reset() {
    if !there_is_a_browser() {
        return;
    }
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let world = World::new(ground(&db), 1).await;
    let stage = Stage::new(&world).await;
    let (laptop, other) = (Seat::new(&stage).await, Seat::new(&stage).await);
    let key = laptop.enrol_app("p1").await;
    laptop.by_app("p1", &key, &["remember"]).await;
    laptop.past_the_password("p1").await;
    laptop.land("swk").await;
    let attempt = stage.last_attempt().await;
    assert_eq!((&attempt["outcome"], &attempt["factor_kind"]), (&"passed".into(), &"device".into()), "{attempt:#}");

    other.to_our_page("p1").await;
    other.until("a code to be asked for", "document.querySelector('#f-code')").await;

    let account = attempt["account"].as_str().unwrap();
    world.post(&format!("mfa/accounts/{account}/reset"), json!({ "reason": "lost" })).await;
    laptop.to_our_page("p1").await;
    laptop.until("what can be registered", "document.querySelector('form[action$=\"/enrol/totp\"]')").await;
    assert_eq!(laptop.complaints(&[]).await, Vec::<String>::new());
    laptop.driver.stop().await;
    other.driver.stop().await;
    world.prove_audit().await;
}
