//! The ceremonies against an authenticator of a few lines.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod metadata;

use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::double::{Double, Maker};
use crate::{Anchor, Begun, Holder, PasskeyError, Record, Registered, RelyingParty, credential_id};

const ORIGIN: &str = "https://mfa.example.net";
const ANA: Uuid = Uuid::from_u128(0xa);

fn party() -> RelyingParty {
    RelyingParty::new(&Url::parse(ORIGIN).unwrap(), "Example").unwrap()
}

fn begin(known: &[Record]) -> Begun {
    let holder = Holder { handle: ANA, name: "ana@contoso.com", display_name: "Ana" };
    party().begin_registration(&holder, known).unwrap()
}

fn registered(double: &mut Double) -> Registered {
    let begun = begin(&[]);
    party().finish_registration(&begun.state, &double.register(&begun.options)).unwrap()
}

#[test]
fn what_a_browser_is_asked_is_a_discoverable_verified_key_of_this_domain() {
    let first = registered(&mut Double::new(ORIGIN));
    let asked = &begin(std::slice::from_ref(&first.record)).options["publicKey"];
    assert_eq!(asked["rp"], json!({ "id": "mfa.example.net", "name": "Example" }));
    assert_eq!(asked["user"]["name"], "ana@contoso.com");
    assert_eq!(asked["timeout"], 300_000);
    let selection = &asked["authenticatorSelection"];
    assert_eq!(selection["userVerification"], "required");
    assert_eq!((&selection["residentKey"], &selection["requireResidentKey"]), (&json!("required"), &json!(true)));
    assert_eq!(asked["excludeCredentials"].as_array().unwrap().len(), 1, "none twice");
    let challenge = asked["challenge"].as_str().unwrap();
    assert!(challenge.len() >= 22, "at least 16 bytes");
    assert_ne!(begin(&[]).options["publicKey"]["challenge"], challenge, "fresh");
}

#[test]
fn a_passkey_registers_and_proves_and_counts_on() {
    let mut double = Double::new(ORIGIN);
    let made = registered(&mut double);
    assert_eq!((made.id.clone(), made.counter, made.backed_up), (double.id.clone(), 1, false));
    assert_eq!(made.aaguid, Some(Uuid::from_bytes([0x11; 16])));
    let begun = party().begin_proof(std::slice::from_ref(&made.record)).unwrap();
    assert_eq!(begun.options["publicKey"]["userVerification"], "required");
    let answer = double.prove(&begun.options);
    assert_eq!(credential_id(&answer), Some(made.id.clone()));
    let proved = party().finish_proof(&begun.state, &answer, ANA, &made.record, made.counter).unwrap();
    assert_eq!((proved.id, proved.counter), (made.id, 2));
    let kept = proved.record.unwrap();
    let again = party().begin_proof(std::slice::from_ref(&kept)).unwrap();
    let answer = double.prove(&again.options);
    assert_eq!(party().finish_proof(&again.state, &answer, ANA, &kept, 2).unwrap().counter, 3);
}

/// Changes the authenticator.
type Twist = fn(&mut Double);

#[test]
fn what_does_not_verify_is_refused() {
    let cases: [(&str, Twist); 5] = [
        ("another origin", |double| double.origin = "https://mfa.example.net.evil.example".to_owned()),
        ("nobody was verified", |double| double.verifies_user = false),
        ("another person", |double| double.handle = Some("AAAAAAAAAAAAAAAAAAAAAQ".to_owned())),
        ("counts backwards", |double| double.counter = 0),
        ("another key", |double| {
            let mut other = Double::new(ORIGIN);
            (other.id, other.handle, other.counter) = (double.id.clone(), double.handle.clone(), 5);
            *double = other;
        }),
    ];
    for (what, twist) in cases {
        let mut double = Double::new(ORIGIN);
        double.counter = 4;
        let made = registered(&mut double);
        let begun = party().begin_proof(std::slice::from_ref(&made.record)).unwrap();
        twist(&mut double);
        let answer = double.prove(&begun.options);
        let refused = party().finish_proof(&begun.state, &answer, ANA, &made.record, made.counter).unwrap_err();
        let cloned = matches!(refused, PasskeyError::Cloned);
        assert_eq!(cloned, what == "counts backwards", "{what}: {refused:?}");
    }
}

#[test]
fn an_answer_fits_the_ceremony_it_was_asked_in() {
    let mut double = Double::new(ORIGIN);
    let made = registered(&mut double);
    let (one, other) = (begin(&[]), begin(&[]));
    assert!(party().finish_registration(&one.state, &Double::new(ORIGIN).register(&other.options)).is_err());
    let records = std::slice::from_ref(&made.record);
    let (one, other) = (party().begin_proof(records).unwrap(), party().begin_proof(records).unwrap());
    let answer = double.prove(&other.options);
    assert!(party().finish_proof(&one.state, &answer, ANA, &made.record, made.counter).is_err());
    for foreign in [Value::Null, json!({}), json!({ "rawId": 7 }), json!("x".repeat(100_000))] {
        assert!(party().finish_proof(&one.state, &foreign, ANA, &made.record, 0).is_err());
        assert!(party().finish_registration(&begin(&[]).state, &foreign).is_err());
    }
}

#[test]
fn a_counter_that_was_seen_since_the_ceremony_began_is_not_seen_again() {
    let mut double = Double::new(ORIGIN);
    let made = registered(&mut double);
    let begun = party().begin_proof(std::slice::from_ref(&made.record)).unwrap();
    let answer = double.prove(&begun.options);
    let refused = party().finish_proof(&begun.state, &answer, ANA, &made.record, 2).unwrap_err();
    assert!(matches!(refused, PasskeyError::Cloned), "{refused:?}");
}

#[test]
fn passkeys_need_a_domain() {
    for (address, works) in [
        ("https://mfa.example.net", true),
        ("https://mfa.example.net:8443/", true),
        ("http://localhost:8080", true),
        ("http://mfa.example.net", false),
        ("https://192.0.2.7", false),
    ] {
        let party = RelyingParty::new(&Url::parse(address).unwrap(), "Example");
        assert_eq!(party.is_ok(), works, "{address}");
    }
}

fn anchor(maker: &Maker) -> Anchor {
    Anchor { aaguid: maker.aaguid, name: "Example Key 5".to_owned(), certificate: maker.root.clone() }
}

/// Registers with an authenticator that is asked which model it is of.
fn ask_model(mut double: Double, anchors: &[Anchor], required: bool) -> Result<Registered, PasskeyError> {
    let holder = Holder { handle: ANA, name: "ana@contoso.com", display_name: "Ana" };
    let begun = party().begin_attested_registration(&holder, &[], anchors, required)?;
    let asked = &begun.options["publicKey"];
    assert_eq!(asked["attestation"], "direct");
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    assert_ne!(asked["extensions"]["enforceCredentialProtectionPolicy"], true, "many a key cannot");
    party().finish_attested_registration(&begun.state, &double.register(&begun.options), anchors)
}

#[test]
fn a_model_is_proved_by_its_maker_alone() {
    const KEY_5: Uuid = Uuid::from_u128(0x5005);
    let of_maker = || {
        let maker = Maker::new(KEY_5);
        (anchor(&maker), Double::new(ORIGIN).made_by(maker))
    };
    for required in [false, true] {
        let (trusted, double) = of_maker();
        let made = ask_model(double, std::slice::from_ref(&trusted), required).unwrap();
        assert_eq!((made.aaguid, made.attested), (Some(KEY_5), true), "required: {required}");
        let (_, forged) = of_maker();
        let forged = ask_model(forged, std::slice::from_ref(&trusted), required);
        let silent = ask_model(Double::new(ORIGIN), std::slice::from_ref(&trusted), required);
        for (what, made) in [("forged", forged), ("silent", silent)] {
            match made {
                Ok(made) => assert!(!made.attested && !required, "{what}"),
                Err(error) => assert!(required, "{what}: {error:?}"),
            }
        }
    }
    let unknown = ask_model(Double::new(ORIGIN), &[], true);
    assert!(matches!(unknown, Err(PasskeyError::NoModels)), "{unknown:?}");
    assert!(!ask_model(Double::new(ORIGIN), &[], false).unwrap().attested);
}

#[test]
fn a_key_that_proved_its_model_proves_its_person_as_any_other() {
    let maker = Maker::new(Uuid::from_u128(0x5005));
    let anchors = [anchor(&maker)];
    let mut double = Double::new(ORIGIN).made_by(maker);
    let holder = Holder { handle: ANA, name: "ana@contoso.com", display_name: "Ana" };
    let begun = party().begin_attested_registration(&holder, &[], &anchors, true).unwrap();
    let answer = double.register(&begun.options);
    let made = party().finish_attested_registration(&begun.state, &answer, &anchors).unwrap();
    let begun = party().begin_proof(std::slice::from_ref(&made.record)).unwrap();
    let answer = double.prove(&begun.options);
    assert_eq!(party().finish_proof(&begun.state, &answer, ANA, &made.record, made.counter).unwrap().counter, 2);
}
