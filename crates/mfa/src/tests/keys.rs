//! Our keys over time, as Entra reads them once a day.

use std::time::Duration;

use kernel::Role;
use serde_json::Value;
use testkit::{on_each_database, operator};

use super::hall::Hall;
use crate::MfaError;
use crate::permissions::{ReadMfa, RotateKeys};

const DAY: Duration = Duration::from_hours(24);

async fn kids(hall: &Hall) -> Vec<String> {
    let list = hall.mfa.key_list(hall.tenant).await.unwrap();
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    list["keys"].as_array().unwrap().iter().map(kid).collect()
}

async fn signer(hall: &Hall) -> String {
    let mut tx = hall.db.store.read().await.unwrap();
    hall.mfa.signing_key(&mut tx, hall.tenant).await.unwrap().kid().to_owned()
}

#[tokio::test]
async fn a_key_is_published_two_days_before_it_signs_and_two_days_after() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let owner = operator(hall.db.organisation, Role::Owner);
        let may = owner.may(RotateKeys { tenant: hall.tenant }).unwrap();
        let [old] = &kids(&hall).await[..] else { panic!("one key at first") };
        let views = hall.mfa.rotate_keys(&may, false).await.unwrap();
        assert!(views[0].signs_now && !views[1].signs_now);
        let again = hall.mfa.rotate_keys(&may, false).await;
        assert!(matches!(again, Err(MfaError::Conflict(_))), "one waits already");
        assert_eq!(kids(&hall).await, [old.clone(), views[1].kid.clone()]);
        let steps: [(u32, &str, usize); 4] =
            [(1, &views[0].kid, 2), (1, &views[1].kid, 2), (1, &views[1].kid, 2), (1, &views[1].kid, 1)];
        for (days, signs, published) in steps {
            hall.db.hand.advance(DAY * days);
            hall.mfa.tend_keys().await.unwrap();
            assert_eq!((signer(&hall).await.as_str(), kids(&hall).await.len()), (signs, published));
        }
        let mut tx = hall.db.store.read().await.unwrap();
        let rows = tx.all("SELECT private_key FROM mfa_keys ORDER BY signs_from", vec![]).await.unwrap();
        let first: Option<Vec<u8>> = rows[0].get("private_key").unwrap();
        assert_eq!(first, None, "the private half is wiped when the key is gone");
    })
    .await;
}

#[tokio::test]
async fn keys_change_by_themselves_and_at_once_when_somebody_says_so() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let owner = operator(hall.db.organisation, Role::Owner);
        let first = signer(&hall).await;
        for _ in 0..181 {
            hall.db.hand.advance(DAY);
            hall.mfa.tend_keys().await.unwrap();
        }
        let second = signer(&hall).await;
        assert_ne!(first, second);
        let may = owner.may(RotateKeys { tenant: hall.tenant }).unwrap();
        hall.mfa.rotate_keys(&may, true).await.unwrap();
        let third = signer(&hall).await;
        assert_eq!(
            kids(&hall).await,
            std::slice::from_ref(&third),
            "a key that somebody else knows is published no longer"
        );
        assert_ne!(second, third);
        let all = hall.mfa.list_keys(&owner.may(ReadMfa {}).unwrap(), hall.tenant).await.unwrap();
        assert_eq!(all.iter().filter(|key| key.signs_now).count(), 1);
    })
    .await;
}
