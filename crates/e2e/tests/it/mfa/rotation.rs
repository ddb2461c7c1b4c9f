//! Our signing keys change while Entra keeps those that it has read for a day, and looks no earlier (eam.md §2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use e2e::World;
use e2e::world::HOUR;
use serde_json::{Value, json};

use super::stage::Stage;
use super::walker::{Page, Walker};

/// Signs in by an app: the id of the key that signed our answer, and what Entra made of it.
async fn sign_in(stage: &Stage<'_>, app: &str) -> (String, Page) {
    let mut walker = Walker::new();
    let page = stage.to_our_page(&mut walker, "p1").await;
    let back = walker.post(&page.form("/code").with("code", &stage.code(app))).await;
    let form = back.form("externalauthprovider");
    let kid = kid(form.get("id_token").expect("an answer has a token"));
    (kid, walker.post(&form).await)
}

fn kid(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap_or_default()).expect("a header in base64url");
    let header: Value = serde_json::from_slice(&header).expect("a header in JSON");
    header["kid"].as_str().expect("a key id").to_owned()
}

/// The ids of the keys that we publish.
async fn published(stage: &Stage<'_>) -> Vec<String> {
    let walker = Walker::new();
    let read = async |url: &Value| -> Value {
        serde_json::from_str(&walker.ask("GET", url.as_str().expect("an address"), &[], "").await.html).expect("JSON")
    };
    let document = read(&stage.provider["discovery_url"]).await;
    let keys = read(&document["jwks_uri"]).await;
    let ids = keys["keys"].as_array().expect("keys").iter().map(|key| key["kid"].as_str().unwrap_or_default());
    ids.map(str::to_owned).collect()
}

async fn rotate(stage: &Stage<'_>, at_once: bool) {
    let path = format!("mfa/providers/{}/rotate-keys", stage.world.tenant);
    stage.world.post(&path, json!({ "at_once": at_once })).await;
}

#[tokio::test]
async fn one_key_takes_over_from_another_and_no_sign_in_fails() {
    World::on_each(1, async |world| {
        let stage = Stage::new(world).await;
        let app = stage.enrol_app(&mut Walker::new(), "p1").await;
        world.advance(HOUR);
        let (first, landed) = sign_in(&stage, &app).await;
        assert!(landed.url.path().starts_with("/sample"), "{landed:#?}");
        rotate(&stage, false).await;
        let (mut signed, mut together) = (vec![first.clone()], 0);
        for hour in (6..=6 * 20).step_by(6) {
            world.later(6 * HOUR).await;
            let (kid, landed) = sign_in(&stage, &app).await;
            assert!(landed.url.path().starts_with("/sample"), "after {hour} h: {landed:#?}");
            if signed.last() != Some(&kid) {
                signed.push(kid);
            }
            together += usize::from(published(&stage).await.len() == 2);
        }
        assert_eq!(signed.len(), 2, "one takes over from the other, once");
        assert!(together >= 12, "both are published two days before and two days after: {together} looks");
        assert_eq!(published(&stage).await, [signed[1].clone()], "the first one is gone");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_exchanged_at_once_is_believed_when_entra_reads_again() {
    World::on_each(1, async |world| {
        let stage = Stage::new(world).await;
        let app = stage.enrol_app(&mut Walker::new(), "p1").await;
        world.advance(HOUR);
        let (first, _) = sign_in(&stage, &app).await;
        rotate(&stage, true).await;
        world.advance(HOUR);
        let (second, page) = sign_in(&stage, &app).await;
        assert_ne!(first, second);
        assert!(page.html.contains("AADSTS50012"), "Entra does not know the key yet: {page:#?}");
        world.advance(24 * HOUR);
        let (_, landed) = sign_in(&stage, &app).await;
        assert!(landed.url.path().starts_with("/sample"), "{landed:#?}");
    })
    .await;
}
