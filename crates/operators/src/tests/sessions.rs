//! Sessions: how long they last, who sees and ends them.

use kernel::{Kinded as _, Role};
use testkit::on_each_database;

use super::{House, PASSWORD, minutes, origin, page};
use crate::Origin;
use crate::permissions::{ActForOneself, ReadOperators, ReadSessions, RevokeSession, SignOutOperator};

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_after_twelve_hours_in_any_case() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let idle = house.sign_in("ada", PASSWORD).await.unwrap();
        house.db.hand.advance(minutes(30));
        assert_eq!(house.knock_with(&idle.token).await.unwrap_err(), "refused");

        let used = house.sign_in("ada", PASSWORD).await.unwrap();
        for _ in 0..35 {
            house.db.hand.advance(minutes(20));
            house.knock_with(&used.token).await.unwrap();
        }
        house.db.hand.advance(minutes(20));
        assert_eq!(house.knock_with(&used.token).await.unwrap_err(), "refused");
        assert_eq!(house.operators.prune().await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_new_sign_in_replaces_the_session_the_browser_showed() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let first = house.sign_in("ada", PASSWORD).await.unwrap();
        let origin = Origin { session: Some(first.token.clone()), ..origin() };
        let second = house.operators.sign_in("ada", &PASSWORD.into(), &origin).await.unwrap();
        assert_ne!(first.token.expose(), second.token.expose());
        assert_eq!(house.knock_with(&first.token).await.unwrap_err(), "refused");
        house.knock_with(&second.token).await.unwrap();

        let origin = Origin { session: Some(second.token.clone()), ..origin };
        house.operators.sign_out(&origin).await.unwrap();
        house.operators.sign_out(&origin).await.unwrap();
        assert_eq!(house.knock_with(&second.token).await.unwrap_err(), "refused");
        assert_eq!(house.newest(1).await, ["signed_out"]);
    })
    .await;
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_only() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let bob = house.add("bob", Role::Helpdesk).await;
        let here = house.sign_in("ada", PASSWORD).await.unwrap();
        house.sign_in("ada", PASSWORD).await.unwrap();
        let ada = house.may(&house.ada, ActForOneself {});
        let own = house.operators.list_own_sessions(&ada, Some(&here.token), &page()).await.unwrap();
        assert_eq!(own.items.len(), 2);
        assert_eq!(own.items.iter().filter(|session| session.current).count(), 1);
        assert_eq!(own.items[0].user_agent.as_deref(), Some("a browser"));

        let others = house.may(&bob, ActForOneself {});
        let error = house.operators.revoke_own_session(&others, own.items[0].id).await.unwrap_err();
        assert_eq!(error.code(), "operators.no_such_session");
        assert_eq!(house.operators.revoke_other_sessions(&ada, Some(&here.token)).await.unwrap(), 1);
        house.knock_with(&here.token).await.unwrap();
        assert_eq!(house.newest(1).await, ["sessions_revoked"]);
    })
    .await;
}

#[tokio::test]
async fn an_owner_sees_and_ends_everybodys() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let bob = house.add("bob", Role::Helpdesk).await;
        house.db.hand.advance(minutes(1));
        let second = house.sign_in("bob", PASSWORD).await.unwrap();
        let may = house.may(&house.ada, ReadSessions {});
        let listed = house.operators.list_sessions(&may, Some(bob.id), None, &page()).await.unwrap().items;
        assert_eq!(listed.len(), 2);
        let read = house.may(&house.ada, ReadOperators {});
        let seen = house.operators.get_operator(&read, bob.id).await.unwrap();
        assert_eq!((seen.session_count, seen.last_seen_at), (2, Some(listed[0].last_seen_at)));
        let may = house.may(&house.ada, RevokeSession { session: listed[0].id });
        house.operators.revoke_session(&may).await.unwrap();
        assert_eq!(house.knock_with(&second.token).await.unwrap_err(), "refused");
        let gone = house.operators.revoke_session(&may).await.unwrap_err();
        assert_eq!(gone.code(), "operators.no_such_session");
        let may = house.may(&house.ada, SignOutOperator { operator: bob.id });
        assert_eq!(house.operators.sign_out_operator(&may).await.unwrap(), 1);
        assert_eq!(house.newest(2).await, ["session_revoked", "sessions_revoked"]);
    })
    .await;
}
