//! Passkeys: registered to one person, proved in one ceremony, watched for copies.

use passkeys::double::Double;
use serde_json::Value;
use testkit::on_each_database;
use uuid::Uuid;

use super::desk::{Desk, HERE, origin, proven, refused};
use crate::MfaError;
use crate::factors::{CeremonyFault, Enrolled, Refusal, Shown, Verdict};
use crate::model::{Account, FactorKind};

/// Where people reach the room.
const ORIGIN: &str = "https://hall.example";
/// A sign-in.
const SIGN_IN: Uuid = Uuid::from_u128(0x51);

async fn register(desk: &Desk, account: &Account, key: &mut Double) -> Result<Enrolled, MfaError> {
    let provider = desk.provider().await;
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    let (ceremony, options) = desk.hall.mfa.begin_enrol_passkey(&mut tx, &provider, account, SIGN_IN).await.unwrap();
    let answer = key.register(&options);
    let enrolled = desk
        .hall
        .mfa
        .finish_enrol_passkey(&mut tx, &provider, account, SIGN_IN, ceremony, answer, "Key", &origin(HERE))
        .await;
    tx.commit().await.unwrap();
    enrolled
}

async fn begin(desk: &Desk) -> (Uuid, Value) {
    let provider = desk.provider().await;
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    let begun = desk.hall.mfa.begin_passkey(&mut tx, &provider, &desk.mia, SIGN_IN).await.unwrap();
    tx.commit().await.unwrap();
    begun
}

async fn show(desk: &Desk, ceremony: Uuid, holder: Uuid, credential: Value) -> Verdict {
    let shown = Shown::Passkey { ceremony, holder, credential };
    desk.show_as(&desk.hall.db.store, &desk.mia, &shown, HERE).await
}

async fn fault(desk: &Desk, ceremony: Uuid, holder: Uuid, credential: Value) -> CeremonyFault {
    match refused(show(desk, ceremony, holder, credential).await) {
        Refusal::Ceremony(fault) => fault,
        other => panic!("not a ceremony's fault: {other:?}"),
    }
}

#[tokio::test]
async fn a_passkey_proves_once_in_the_sign_in_that_asked() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mut key = Double::new(ORIGIN);
        let enrolled = register(&desk, &desk.mia, &mut key).await.unwrap();
        assert_eq!((enrolled.proof.kind(), enrolled.proof.amr().as_str()), (FactorKind::Passkey, "fido"));
        let (ceremony, options) = begin(&desk).await;
        let answer = key.prove(&options);
        let other = Uuid::from_u128(0x52);
        assert_eq!(fault(&desk, ceremony, other, answer.clone()).await, CeremonyFault::Over, "another sign-in");
        assert_eq!(proven(show(&desk, ceremony, SIGN_IN, answer.clone()).await).kind(), FactorKind::Passkey);
        assert_eq!(fault(&desk, ceremony, SIGN_IN, answer).await, CeremonyFault::Over, "shown again");
        let (ceremony, options) = begin(&desk).await;
        let answer = key.prove(&options);
        desk.pass(300);
        assert_eq!(fault(&desk, ceremony, SIGN_IN, answer).await, CeremonyFault::Over, "too late");
    })
    .await;
}

#[tokio::test]
async fn a_copy_is_noticed_and_what_does_not_verify_is_refused_without_counting() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mut key = Double::new(ORIGIN);
        key.counter = 40;
        register(&desk, &desk.mia, &mut key).await.unwrap();
        let (ceremony, options) = begin(&desk).await;
        key.counter = 12;
        let answer = key.prove(&options);
        assert_eq!(fault(&desk, ceremony, SIGN_IN, answer).await, CeremonyFault::Cloned);
        assert!(desk.events().await.contains(&"mfa.factor_cloned".to_owned()));
        let (ceremony, options) = begin(&desk).await;
        let stranger = Double::new(ORIGIN).prove(&options);
        assert_eq!(fault(&desk, ceremony, SIGN_IN, stranger).await, CeremonyFault::Unknown);
        for origin in ["https://hall.example.evil.example", "http://hall.example", "https://other.example"] {
            let (ceremony, options) = begin(&desk).await;
            key.counter = 50;
            key.origin = origin.to_owned();
            let answer = key.prove(&options);
            let fault = fault(&desk, ceremony, SIGN_IN, answer).await;
            assert!(matches!(fault, CeremonyFault::Rejected(_)), "{origin}: {fault:?}");
        }
        key.origin = ORIGIN.to_owned();
        key.verifies_user = false;
        let (ceremony, options) = begin(&desk).await;
        let answer = key.prove(&options);
        let fault = fault(&desk, ceremony, SIGN_IN, answer).await;
        assert!(matches!(fault, CeremonyFault::Rejected(_)), "nobody was verified: {fault:?}");
        key.verifies_user = true;
        let (ceremony, options) = begin(&desk).await;
        let answer = key.prove(&options);
        proven(show(&desk, ceremony, SIGN_IN, answer).await);
    })
    .await;
}

#[tokio::test]
async fn a_credential_is_one_persons() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mut key = Double::new(ORIGIN);
        register(&desk, &desk.mia, &mut key).await.unwrap();
        let stranger = desk.somebody(5).await;
        let refused = register(&desk, &stranger, &mut key).await;
        assert!(matches!(refused, Err(MfaError::Conflict(_))), "{refused:?}");
        let provider = desk.provider().await;
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let none = desk.hall.mfa.begin_passkey(&mut tx, &provider, &stranger, SIGN_IN).await;
        assert!(matches!(none, Err(MfaError::NotFound(_))));
    })
    .await;
}

#[tokio::test]
async fn a_passkey_unlocks_whom_guessing_has_locked() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        desk.settings.lockout.lock_after = 3;
        let mut key = Double::new(ORIGIN);
        register(&desk, &desk.mia, &mut key).await.unwrap();
        for _ in 0..3 {
            desk.refusal("000000").await;
        }
        assert!(matches!(desk.refusal("000000").await, Refusal::Locked { .. }));
        let (ceremony, options) = begin(&desk).await;
        let answer = key.prove(&options);
        proven(show(&desk, ceremony, SIGN_IN, answer).await);
        assert_eq!(desk.refusal("000000").await, Refusal::NoFactor, "codes are looked at again");
        let events = desk.events().await;
        assert!(events.contains(&"mfa.locked".to_owned()) && events.contains(&"mfa.unlocked".to_owned()));
    })
    .await;
}
