//! Models of security keys in headless Chromium: its virtual authenticator is of one model, says so, and has a certificate that
//! it signs itself, which nobody trusts. A policy takes that model, or does not; the same person, the same key.

use e2e::{World, http};
use serde_json::{Value, json};
use store::Backend;
use testkit::Db;

use super::browser::{make_key, with_browser};
use super::desk::models::blob_about;
use super::seat::{Seat, ground, there_is_a_browser};
use super::stage::Stage;

/// The model that Chromium's virtual authenticators are of.
const MODEL: &str = "01020304-0506-0708-0102-030405060708";
const OTHER: &str = "2fc0579f-8113-47ea-b116-000000005005";
/// What people read of a key that is not taken.
const NOT_TAKEN: &str = "Your organisation does not take this kind of key.";

/// Puts a policy about models in force for everybody; answers whom its preview said it would lock out.
async fn enforce(world: &World, models: Value) -> Value {
    let path = |tail: &str| format!("mfa/providers/{}/policies{tail}", world.tenant);
    let policy = json!({ "name": "Keys", "rules": { "attestation": models } });
    let saved = http::good("draft", world.ask("PUT", &path("/draft"), json!({ "policies": [policy] })).await);
    let preview = world.post(&path("/preview"), json!({})).await;
    let order = json!({ "version": saved["version"], "confirmation": "Contoso", "reason": "a journey" });
    world.post(&path("/apply"), order).await;
    preview["figures"]["loses_last"].clone()
}

async fn is_not_taken(seat: &Seat<'_>) {
    make_key(seat, "p1").await;
    seat.until(
        "that it is not taken",
        &format!("document.querySelector('.callout.bad')?.innerText.includes('{NOT_TAKEN}')"),
    )
    .await;
}

#[tokio::test]
async fn a_key_is_refused_and_taken_by_its_model_and_counts_no_more_where_a_policy_says_so() {
    with_browser(async |stage, seat| {
        let world = stage.world;
        assert_eq!(enforce(world, json!({ "mode": "wanted", "allow": [OTHER] })).await, 0, "nobody has a key");
        is_not_taken(seat).await;
        refused_for(world, "not_allowed").await;
        enforce(world, json!({ "mode": "wanted", "allow": [MODEL, OTHER] })).await;
        let key = is_taken(world, stage, seat).await;
        let told = (&key["aaguid"], &key["attested"]);
        assert_eq!(told, (&json!(MODEL), &json!(false)), "it is told, and proved by nothing");
        counts_no_more(world, stage, seat).await;
    })
    .await;
}

#[tokio::test]
async fn a_key_whose_proof_leads_to_nobody_who_is_trusted_is_refused_where_proof_is_required() {
    if !there_is_a_browser() {
        return;
    }
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let world = World::new(ground(&db), 2).await;
    let stage = Stage::new(&world).await;
    let seat = Seat::new(&stage).await;
    let key = json!({
        "protocol": "ctap2_1", "transport": "usb", "hasResidentKey": true, "hasUserVerification": true,
        "isUserConsenting": true, "isUserVerified": true,
    });
    seat.driver.call("webauthn/authenticator", key).await.unwrap();
    let (blob, root) = blob_about(MODEL, ("Virtual Key", "NOT_FIDO_CERTIFIED"));
    let path = "mfa/key-metadata";
    http::good(path, world.ask("PUT", path, json!({ "blob": blob, "root": root })).await);
    enforce(&world, json!({ "mode": "required" })).await;
    is_not_taken(&seat).await;
    refused_for(&world, "not_attested").await;
    seat.driver.stop().await;
    world.prove_audit().await;
}

async fn refused_for(world: &World, why: &str) {
    let events: Vec<String> = world.events(0).await.iter().map(Value::to_string).collect();
    let refused = events.iter().filter(|event| event.contains("mfa.key_refused"));
    assert!(refused.clone().any(|event| event.contains(why)), "{why}: {:?}", refused.collect::<Vec<_>>());
}

/// The person comes in by the key; what is kept of it.
async fn is_taken(world: &World, stage: &Stage<'_>, seat: &Seat<'_>) -> Value {
    make_key(seat, "p1").await;
    seat.land("fido").await;
    let account = stage.last_attempt().await["account"].as_str().expect("an account").to_owned();
    world.get(&format!("mfa/accounts/{account}/factors")).await["items"][0]["passkey"].clone()
}

/// The model is denied: the preview says whom that locks out, the key is not offered; without the policy it is again.
async fn counts_no_more(world: &World, stage: &Stage<'_>, seat: &Seat<'_>) {
    assert_eq!(enforce(world, json!({ "mode": "wanted", "deny": [MODEL] })).await, 1, "its holder would have nothing");
    seat.to_our_page("p1").await;
    seat.until("why not", &format!("document.body.innerText.includes('{NOT_TAKEN}')")).await;
    assert_eq!(seat.ask("document.querySelector('form[data-passkey]')").await, Value::Null, "no key is asked for");
    let path = format!("{}/policies/undo", stage.here());
    let board = world.get(&format!("{}/policies", stage.here())).await;
    world.post(&path, json!({ "in_force": board["revision"], "to": 0 })).await;
    seat.to_our_page("p1").await;
    seat.driver.press("form[data-passkey=get] button").await.unwrap();
    seat.land("fido").await;
}
