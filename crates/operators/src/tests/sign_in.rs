//! Signing in: what is let in, what is refused, and that nobody can tell why.

use kernel::{Kinded as _, Role};
use testkit::on_each_database;

use super::{House, PASSWORD, minutes, now, origin, secret};
use crate::Origin;
use crate::password::Hasher;
use crate::permissions::{DisableOperator, UnlockOperator};

#[tokio::test]
async fn a_right_password_opens_a_session_whatever_the_case_of_the_name() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let session = house.sign_in(" aDA ", PASSWORD).await.unwrap();
        assert!(!session.must_change_password);
        assert_eq!(session.operator.last_seen_at, Some(now(&house)));
        let actor = house.knock_with(&session.token).await.unwrap();
        assert_eq!((actor.label().as_str(), actor.role), ("operator:Ada", Role::Owner));
        let log = house.log().await;
        let entry = log.last().unwrap();
        assert_eq!((entry.name.as_str(), entry.actor_name.as_str()), ("operators.signed_in", "Ada"));
        assert_eq!(entry.address.as_deref(), Some("192.0.2.9"));
    })
    .await;
}

#[tokio::test]
async fn every_refusal_reads_the_same_and_the_log_knows_why() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let eve = house.add("eve", Role::Helpdesk).await;
        house.operators.disable_operator(&house.may(&house.ada, DisableOperator { operator: eve.id })).await.unwrap();
        let cases = [
            ("nobody", PASSWORD, "unknown user name"),
            ("ada", "wrong password", "wrong password"),
            ("eve", PASSWORD, "the operator is disabled"),
        ];
        for (name, password, reason) in cases {
            let error = house.sign_in(name, password).await.unwrap_err();
            assert_eq!(error.code(), "operators.sign_in_refused", "{name}");
            let log = house.log().await;
            let entry = log.last().unwrap();
            assert_eq!((entry.name.as_str(), entry.reason.as_deref()), ("operators.sign_in_failed", Some(reason)));
            assert_eq!(entry.object.is_some(), name != "nobody");
        }
    })
    .await;
}

#[tokio::test]
async fn five_failures_lock_for_a_minute_and_the_next_for_two() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        for _ in 0..4 {
            house.sign_in("ada", "wrong password").await.unwrap_err();
        }
        assert_eq!(house.newest(1).await, ["sign_in_failed"]);
        house.sign_in("ada", "wrong password").await.unwrap_err();
        assert_eq!(house.newest(2).await, ["sign_in_failed", "locked"]);

        house.sign_in("ada", PASSWORD).await.unwrap_err();
        assert_eq!(house.log().await.last().unwrap().reason.as_deref(), Some("the account is locked"));
        house.db.hand.advance(minutes(1));
        house.sign_in("ada", "wrong password").await.unwrap_err();
        house.db.hand.advance(minutes(1));
        house.sign_in("ada", PASSWORD).await.unwrap_err();
        house.db.hand.advance(minutes(1));
        let session = house.sign_in("ada", PASSWORD).await.unwrap();
        assert_eq!(session.operator.locked_until, None, "success forgets the failures");
        for _ in 0..4 {
            house.sign_in("ada", "wrong password").await.unwrap_err();
        }
        house.sign_in("ada", PASSWORD).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_owner_unlocks_somebody_at_once() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let bob = house.add("bob", Role::Helpdesk).await;
        for _ in 0..5 {
            house.sign_in("bob", "wrong password").await.unwrap_err();
        }
        let may = house.may(&house.ada, UnlockOperator { operator: bob.id });
        assert_eq!(house.operators.unlock_operator(&may).await.unwrap().locked_until, None);
        assert_eq!(house.newest(1).await, ["unlocked"]);
        house.sign_in("bob", PASSWORD).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn many_guesses_at_once_do_not_outrun_the_lock() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let guess = || Box::pin(house.sign_in("ada", "wrong password"));
        tokio::join!(guess(), guess(), guess(), guess(), guess(), guess(), guess()).0.unwrap_err();
        let reasons: Vec<_> = house.log().await.iter().filter_map(|entry| entry.reason.clone()).collect();
        let looked_at = reasons.iter().filter(|reason| *reason == "wrong password").count();
        assert_eq!((reasons.len(), looked_at), (7, 5));
    })
    .await;
}

#[tokio::test]
async fn an_address_that_tries_too_often_is_turned_away_and_others_are_not() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let address = origin().address.unwrap();
        while house.operators.attempts.check(address).is_ok() {}
        let before = house.log().await.len();
        let error = house.sign_in("ada", PASSWORD).await.unwrap_err();
        assert_eq!(error.code(), "operators.too_many_sign_ins");
        assert_eq!(house.log().await.len(), before, "a flood does not fill the log");
        let elsewhere = Origin { address: Some([192, 0, 2, 10].into()), ..origin() };
        house.operators.sign_in("ada", &secret(PASSWORD), &elsewhere).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_first_password_opens_nothing_but_its_own_change() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let new = crate::NewOperator {
            user_name: "bob".to_owned(),
            display_name: Some("Bob".to_owned()),
            email: Some("bob@example.org".to_owned()),
            role: Role::Auditor,
            password: Some(secret("first password only")),
        };
        let may = house.may(&house.ada, crate::permissions::CreateOperator {});
        let (bob, link) = house.operators.create_operator(&may, new).await.unwrap();
        assert!(bob.must_change_password && link.is_none());
        let session = house.sign_in("bob", "first password only").await.unwrap();
        assert!(session.must_change_password);
        assert_eq!(house.knock_with(&session.token).await.unwrap_err(), "operators.password_change_due");

        let origin = Origin { session: Some(session.token.clone()), ..origin() };
        let change = async |current: &str, new: &str| {
            house.operators.change_password(&secret(current), &secret(new), &origin).await
        };
        assert_eq!(change("wrong password", PASSWORD).await.unwrap_err().code(), "operators.wrong_password");
        let same = change("first password only", "first password only").await.unwrap_err();
        assert_eq!(same.code(), "operators.weak_password");
        let fresh = change("first password only", PASSWORD).await.unwrap();
        assert_eq!(house.knock_with(&session.token).await.unwrap_err(), "refused", "the old session ended");
        assert_eq!(house.knock_with(&fresh.token).await.unwrap().role, Role::Auditor);
        assert_eq!(house.newest(1).await, ["password_changed"]);
    })
    .await;
}

#[tokio::test]
async fn secrets_are_nowhere_in_the_log() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let session = house.sign_in("ada", PASSWORD).await.unwrap();
        house.sign_in("ada", "a wrong secret").await.unwrap_err();
        house.sign_in("a secret as name", "x").await.unwrap_err();
        let text = format!("{:?}", house.log().await);
        for secret in [PASSWORD, session.token.expose(), "a wrong secret", "a secret as name", "argon2"] {
            assert!(!text.contains(secret), "{secret}");
        }
    })
    .await;
}

#[test]
fn hashes_of_weaker_parameters_are_made_anew() {
    assert!(Hasher::is_outdated("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$aGFzaA"));
    assert!(!Hasher::is_outdated("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA"));
}
