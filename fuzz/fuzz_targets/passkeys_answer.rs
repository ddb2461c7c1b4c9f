//! Whatever a browser answers, no passkey comes of it but one that answers the question. The bytes are what the authenticator
//! made, in an answer that is right otherwise, or the whole answer.

#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use passkeys::double::{Double, Maker};
use passkeys::{Anchor, Begun, Holder, RelyingParty, credential_id};
use serde_json::Value;
use uuid::Uuid;

const ORIGIN: &str = "https://id.example";

struct Scene {
    party: RelyingParty,
    anchors: Vec<Anchor>,
    plain: (Begun, Value),
    attested: (Begun, Value),
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let party = RelyingParty::new(&ORIGIN.parse().expect("it is an address"), "x").expect("it is good");
    let holder = Holder { handle: Uuid::from_u128(1), name: "a", display_name: "b" };
    let maker = Maker::new(Uuid::from_u128(5));
    let anchors = vec![Anchor { aaguid: maker.aaguid, name: "Key 5".to_owned(), certificate: maker.root.clone() }];
    let plain = party.begin_registration(&holder, &[]).expect("it can begin");
    let attested = party.begin_attested_registration(&holder, &[], &anchors, false).expect("it can begin");
    let answer = Double::new(ORIGIN).register(&plain.options);
    let proof = Double::new(ORIGIN).made_by(maker).register(&attested.options);
    party.finish_attested_registration(&attested.state, &proof, &anchors).expect("it is taken");
    Scene { party, anchors, plain: (plain, answer), attested: (attested, proof) }
});

fuzz_target!(|bytes: &[u8]| {
    let Scene { party, anchors, plain, attested } = &*SCENE;
    let with = |answer: &Value| {
        let mut answer = answer.clone();
        answer["response"]["attestationObject"] = URL_SAFE_NO_PAD.encode(bytes).into();
        answer
    };
    let taken = party.finish_registration(&plain.0.state, &with(&plain.1));
    assert!(taken.is_err() || !taken.is_ok_and(|taken| taken.attested));
    let _ = party.finish_attested_registration(&attested.0.state, &with(&attested.1), anchors);
    if let Ok(answer) = serde_json::from_slice::<Value>(bytes) {
        let _ = (credential_id(&answer), party.finish_registration(&plain.0.state, &answer));
        let _ = party.finish_attested_registration(&attested.0.state, &answer, anchors);
    }
});
