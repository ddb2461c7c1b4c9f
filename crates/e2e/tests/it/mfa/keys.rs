//! Models of security keys in headless Chromium: its virtual authenticator is of one model, says so, and has a certificate of
//! one day, signed by itself with a key that is always the same. So what is to be trusted can be written down beforehand: that
//! key under that name. A policy takes the model, or does not; the same person, the same key.

use e2e::{World, http};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, DnValue, IsCa, KeyPair, KeyUsagePurpose,
    PublicKeyData, SignatureAlgorithm,
};
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
/// What people read of a key that is not taken, and of one that counts no more.
const NOT_TAKEN: &str = "Your organisation does not take this kind of key.";
const NO_MORE: &str = "This key no longer counts here: your organisation accepts other models.";

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
    seat.until("that it is not taken", &says(NOT_TAKEN)).await;
}

/// Whether the page tells of something in a box.
fn says(sentence: &str) -> String {
    format!("document.querySelector('.callout')?.innerText.includes('{sentence}')")
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
    with_security_key(async |stage, seat| {
        import(stage.world, None).await;
        enforce(stage.world, json!({ "mode": "required" })).await;
        is_not_taken(seat).await;
        refused_for(stage.world, "not_attested").await;
    })
    .await;
}

#[tokio::test]
async fn a_key_whose_proof_leads_to_who_is_trusted_is_taken_where_proof_is_required() {
    with_security_key(async |stage, seat| {
        let world = stage.world;
        import(world, Some(&trusted())).await;
        enforce(world, json!({ "mode": "required", "allow": [MODEL] })).await;
        let key = is_taken(world, stage, seat).await;
        let told = (&key["aaguid"], &key["attested"], &key["model"]);
        assert_eq!(told, (&json!(MODEL), &json!(true), &json!("Virtual Key")), "{key:#}");
        let used = world.get("mfa/key-models").await["items"][0].clone();
        assert_eq!((&used["keys"], &used["attested"]), (&json!(1), &json!(1)), "{used:#}");
        seat.to_our_page("p1").await;
        seat.driver.press("form[data-passkey=get] button").await.unwrap();
        seat.land("fido").await;
        // What the maker has proved is one thing, which models are taken another.
        enforce(world, json!({ "mode": "required", "allow": [OTHER] })).await;
        make_key(seat, "p2").await;
        seat.until("that it is not taken", &says(NOT_TAKEN)).await;
        refused_for(world, "not_allowed").await;
    })
    .await;
}

/// Tells a story at a browser with a security key, which protects its credentials as attestation asks.
async fn with_security_key(story: impl AsyncFn(&Stage<'_>, &Seat<'_>)) {
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
    story(&stage, &seat).await;
    seat.driver.stop().await;
    world.prove_audit().await;
}

/// Imports what is known of the model, and which certificate its proofs lead to.
async fn import(world: &World, trusted: Option<&[u8]>) {
    let (blob, root) = blob_about(MODEL, ("Virtual Key", "NOT_FIDO_CERTIFIED"), trusted);
    let path = "mfa/key-metadata";
    http::good(path, world.ask("PUT", path, json!({ "blob": blob, "root": root })).await);
}

/// The public half of the key that Chromium's virtual authenticators sign their certificates with: the example of FIDO U2F Raw
/// Message Formats §8.1, an uncompressed point of P-256.
struct BatchKey;

impl PublicKeyData for BatchKey {
    fn der_bytes(&self) -> &[u8] {
        b"\x04\x8d\x61\x7e\x65\xc9\x50\x8e\x64\xbc\xc5\x67\x3a\xc8\x2a\x67\
          \x99\xda\x3c\x14\x46\x68\x2c\x25\x8c\x46\x3f\xff\xdf\x58\xdf\xd2\
          \xfa\x3e\x6c\x37\x8b\x53\xd7\x95\xc4\xa4\xdf\xfb\x41\x99\xed\xd7\
          \x86\x2f\x23\xab\xaf\x02\x03\xb4\xb8\x91\x1b\xa0\x56\x99\x94\xe1\x01"
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

/// The certificate (DER) that the virtual authenticator's proofs lead to: its own name and key, as of an authority.
fn trusted() -> Vec<u8> {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    let names = [
        (DnType::CountryName, DnValue::PrintableString("US".try_into().unwrap())),
        (DnType::OrganizationName, "Chromium".into()),
        (DnType::OrganizationalUnitName, "Authenticator Attestation".into()),
        (DnType::CommonName, "Batch Certificate".into()),
    ];
    params.distinguished_name = rcgen::DistinguishedName::new();
    for (kind, value) in names {
        params.distinguished_name.push(kind, value);
    }
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    // Nobody asks who signed what is trusted.
    let anybody = CertificateParams::new(Vec::<String>::new()).unwrap();
    let anybody = CertifiedIssuer::self_signed(anybody, KeyPair::generate().unwrap()).unwrap();
    params.signed_by(&BatchKey, &anybody).unwrap().der().to_vec()
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
    seat.until("why not", &says(NO_MORE)).await;
    assert_eq!(seat.ask("document.querySelector('form[data-passkey]')").await, Value::Null, "no key is asked for");
    let path = format!("{}/policies/undo", stage.here());
    let board = world.get(&format!("{}/policies", stage.here())).await;
    world.post(&path, json!({ "in_force": board["revision"], "to": 0 })).await;
    seat.to_our_page("p1").await;
    seat.driver.press("form[data-passkey=get] button").await.unwrap();
    seat.land("fido").await;
}
