//! Browsers that are remembered by a key they cannot hand out.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use directory::State;
use testkit::on_each_database;
use uuid::Uuid;

use super::desk::{Desk, HERE, origin};
use crate::MfaError;
use crate::devices::{Device, DeviceChallenge};

const SIGN_IN: Uuid = Uuid::from_u128(0x51);

/// A browser with a key.
pub(super) struct Browser(EcdsaKeyPair);

impl Browser {
    pub(super) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub(super) fn key(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }

    pub(super) fn sign(&self, text: &str) -> Vec<u8> {
        self.0.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref().to_vec()
    }

    async fn challenge(desk: &Desk) -> DeviceChallenge {
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let challenge = desk.hall.mfa.begin_device(&mut tx, &desk.mia, SIGN_IN).await.unwrap();
        tx.commit().await.unwrap();
        challenge
    }

    async fn remember(&self, desk: &Desk) -> Result<Device, MfaError> {
        let (challenge, provider) = (Self::challenge(desk).await, desk.provider().await);
        let (ceremony, key) = ((challenge.ceremony, SIGN_IN), self.0.public_key().as_ref());
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let signature = self.sign(&challenge.text);
        let (mfa, origin) = (&desk.hall.mfa, origin(HERE));
        let device =
            mfa.remember_device(&mut tx, &provider, &desk.mia, ceremony, key, &signature, "Laptop", &origin).await;
        tx.commit().await.unwrap();
        device
    }

    async fn is_known(&self, desk: &Desk) -> bool {
        let challenge = Self::challenge(desk).await;
        let signature = self.sign(&challenge.text);
        self.shows(desk, challenge.ceremony, &signature).await
    }

    async fn shows(&self, desk: &Desk, ceremony: Uuid, signature: &[u8]) -> bool {
        let (provider, key) = (desk.provider().await, self.key());
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let (mfa, mia) = (&desk.hall.mfa, &desk.mia);
        let known = mfa.is_remembered(&mut tx, &provider, mia, (ceremony, SIGN_IN), &key, signature).await.unwrap();
        tx.commit().await.unwrap();
        known.is_some()
    }
}

fn days(count: u64) -> Duration {
    Duration::from_hours(24 * count)
}

#[tokio::test]
async fn a_browser_is_known_by_a_fresh_signature_of_its_own_key() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let browser = Browser::new();
        let device = browser.remember(&desk).await.unwrap();
        assert!(browser.is_known(&desk).await);
        assert!(!Browser::new().is_known(&desk).await, "another key");
        let challenge = Browser::challenge(&desk).await;
        let signature = browser.sign(&challenge.text);
        assert!(browser.shows(&desk, challenge.ceremony, &signature).await);
        assert!(!browser.shows(&desk, challenge.ceremony, &signature).await, "shown again");
        let other = Browser::challenge(&desk).await;
        assert!(!browser.shows(&desk, other.ceremony, &signature).await, "of another challenge");
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        desk.hall.mfa.forget_device(&mut tx, &desk.mia, device.id, &origin(HERE)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!browser.is_known(&desk).await, "forgotten");
    })
    .await;
}

#[tokio::test]
async fn a_browser_is_forgotten_when_idle_when_old_and_when_its_person_is_locked() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        let browser = Browser::new();
        browser.remember(&desk).await.unwrap();
        desk.hall.db.hand.advance(days(90));
        assert!(!browser.is_known(&desk).await, "90 days without use");
        browser.remember(&desk).await.unwrap();
        for _ in 0..4 {
            desk.hall.db.hand.advance(days(89));
            assert!(browser.is_known(&desk).await);
        }
        desk.hall.db.hand.advance(days(9));
        assert!(!browser.is_known(&desk).await, "365 days, however often it was used");
        browser.remember(&desk).await.unwrap();
        desk.settings.lockout.lock_after = 3;
        for _ in 0..3 {
            desk.refusal("000000").await;
        }
        assert!(!browser.is_known(&desk).await);
        desk.settings.devices.days = 0;
        assert!(matches!(browser.remember(&desk).await, Err(MfaError::Conflict(_))), "switched off");
    })
    .await;
}

#[tokio::test]
async fn a_browser_is_forgotten_when_its_person_was_disabled_even_if_they_are_back() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.directory_says(State::Active, None).await;
        let (browser, later) = (Browser::new(), Browser::new());
        desk.pass(1);
        browser.remember(&desk).await.unwrap();
        assert!(browser.is_known(&desk).await);
        desk.pass(1);
        desk.directory_says(State::Disabled, None).await;
        desk.pass(1);
        desk.directory_says(State::Active, None).await;
        assert!(!browser.is_known(&desk).await);
        assert!(desk.events().await.contains(&"mfa.devices_forgotten".to_owned()));
        desk.pass(1);
        later.remember(&desk).await.unwrap();
        assert!(later.is_known(&desk).await, "what is remembered afterwards counts");
    })
    .await;
}

#[tokio::test]
async fn one_browser_is_remembered_once_by_its_key() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let browser = Browser::new();
        browser.remember(&desk).await.unwrap();
        browser.remember(&desk).await.unwrap();
        let provider = desk.provider().await;
        let mut tx = desk.hall.db.store.read().await.unwrap();
        assert_eq!(desk.hall.mfa.devices_of(&mut tx, &provider, &desk.mia).await.unwrap().len(), 1);
    })
    .await;
}
