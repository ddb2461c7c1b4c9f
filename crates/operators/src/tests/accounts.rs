//! Operators: created, changed, disabled, removed, and what never happens to owners.

use kernel::{Actor, Kinded as _, PageRequest, RequestId, Role};
use testkit::on_each_database;
use uuid::Uuid;

use super::{House, PASSWORD, page};
use crate::permissions::{CreateOperator, DisableOperator, ReadOperators, RemoveOperator, UpdateOperator};
use crate::{NewOperator, OperatorState, OperatorUpdate};

#[tokio::test]
async fn a_user_name_is_taken_once_on_the_whole_server() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let new = |name: &str| NewOperator {
            user_name: name.to_owned(),
            display_name: None,
            email: None,
            role: Role::Auditor,
            password: None,
        };
        let create =
            async |name| house.operators.create_operator(&house.may(&house.ada, CreateOperator {}), new(name)).await;
        assert_eq!(create("ADA").await.unwrap_err().code(), "operators.name_taken");
        assert_eq!(create("a b").await.unwrap_err().code(), "operators.invalid");
        create("bob").await.unwrap();
        let may = house.may(&house.ada, ReadOperators {});
        let first = house.operators.list_operators(&may, &PageRequest::first(1)).await.unwrap();
        assert_eq!(first.items[0].user_name, "Ada");
        let rest = house.operators.list_operators(&may, &PageRequest::new(9, first.next)).await.unwrap();
        assert_eq!((rest.items[0].user_name.as_str(), rest.next), ("bob", None));
    })
    .await;
}

#[tokio::test]
async fn a_changed_role_ends_sessions_and_shows_before_and_after() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let bob = house.add("bob", Role::Administrator).await;
        let session = house.sign_in("bob", PASSWORD).await.unwrap();
        let may = house.may(&house.ada, UpdateOperator { operator: bob.id });
        let names = OperatorUpdate { display_name: Some("Bob".to_owned()), ..OperatorUpdate::default() };
        house.operators.update_operator(&may, &names).await.unwrap();
        house.knock_with(&session.token).await.unwrap();
        let role = OperatorUpdate { role: Some(Role::Auditor), ..OperatorUpdate::default() };
        let after = house.operators.update_operator(&may, &role).await.unwrap();
        assert_eq!((after.role, after.display_name.as_str()), (Role::Auditor, "Bob"));
        assert_eq!(house.knock_with(&session.token).await.unwrap_err(), "refused");
        let log = house.log().await;
        let entry = log.last().unwrap();
        assert!(entry.before.as_ref().unwrap().get().contains("\"role\":\"administrator\""));
        assert!(entry.after.as_ref().unwrap().get().contains("\"role\":\"auditor\""));
        let count = log.len();
        house.operators.update_operator(&may, &role).await.unwrap();
        assert_eq!(house.log().await.len(), count, "the same again is no change");
    })
    .await;
}

#[tokio::test]
async fn a_disabled_operator_is_out_at_once_and_can_come_back() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let bob = house.add("bob", Role::Owner).await;
        let session = house.sign_in("bob", PASSWORD).await.unwrap();
        let may = house.may(&house.ada, DisableOperator { operator: bob.id });
        let after = house.operators.disable_operator(&may).await.unwrap();
        assert_eq!((after.state, after.last_seen_at), (OperatorState::Disabled, None));
        assert_eq!(house.knock_with(&session.token).await.unwrap_err(), "refused");
        house.sign_in("bob", PASSWORD).await.unwrap_err();
        house.operators.enable_operator(&may).await.unwrap();
        house.sign_in("bob", PASSWORD).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_removed_operator_takes_everything_along_but_the_log() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let bob = house.add("bob", Role::Helpdesk).await;
        let session = house.sign_in("bob", PASSWORD).await.unwrap();
        let may = house.may(&house.ada, RemoveOperator { operator: bob.id });
        house.operators.remove_operator(&may).await.unwrap();
        assert_eq!(house.knock_with(&session.token).await.unwrap_err(), "refused");
        assert_eq!(house.operators.remove_operator(&may).await.unwrap_err().code(), "operators.no_such_operator");
        let read = house.may(&house.ada, ReadOperators {});
        assert_eq!(house.operators.list_operators(&read, &page()).await.unwrap().items.len(), 1);
        let log = house.log().await;
        assert!(log.iter().any(|entry| entry.name == "operators.signed_in" && entry.actor_name == "bob"));
    })
    .await;
}

#[tokio::test]
async fn of_two_owners_who_remove_each_other_at_once_one_stays() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let bob = house.add("bob", Role::Owner).await;
        let of_ada = house.may(&house.ada, RemoveOperator { operator: bob.id });
        let of_bob = house.may(&bob, RemoveOperator { operator: house.ada.id });
        let (one, two) =
            tokio::join!(house.operators.remove_operator(&of_ada), house.operators.remove_operator(&of_bob));
        let codes = [one, two].map(|result| result.map_or_else(|error| error.code(), |()| "removed"));
        assert!(codes.contains(&"removed") && codes.contains(&"operators.last_owner"), "{codes:?}");
    })
    .await;
}

#[tokio::test]
async fn another_organisation_sees_nobody() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let stranger = Actor::system("test", house.db.env.new_id(), RequestId(Uuid::from_u128(1)));
        let may = stranger.may(ReadOperators {}).unwrap();
        assert!(house.operators.list_operators(&may, &page()).await.unwrap().items.is_empty());
        let error = house.operators.get_operator(&may, house.ada.id).await.unwrap_err();
        assert_eq!(error.code(), "operators.no_such_operator");
        let may = stranger.may(RemoveOperator { operator: house.ada.id }).unwrap();
        assert_eq!(house.operators.remove_operator(&may).await.unwrap_err().code(), "operators.no_such_operator");
    })
    .await;
}

#[tokio::test]
async fn whoever_sends_the_others_away_is_not_alone_for_a_while() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let able = async || {
            let since = super::now(&house).minus(super::minutes(72 * 60));
            let roles = [Role::Owner, Role::Administrator];
            house.operators.others_able(house.organisation, house.ada.id, &roles, since).await.unwrap()
        };
        let gone = async || {
            assert!(able().await, "just now there was somebody");
            house.db.hand.advance(super::minutes(73 * 60));
            assert!(!able().await);
        };
        assert!(!able().await);
        house.add("dora", Role::Helpdesk).await;
        assert!(!able().await, "the helpdesk decides nothing");
        let bob = house.add("bob", Role::Administrator).await;
        house.db.hand.advance(super::minutes(100 * 60));
        assert!(able().await);
        let update = OperatorUpdate { role: Some(Role::Auditor), ..OperatorUpdate::default() };
        house
            .operators
            .update_operator(&house.may(&house.ada, UpdateOperator { operator: bob.id }), &update)
            .await
            .unwrap();
        gone().await;
        let eve = house.add("eve", Role::Owner).await;
        house.operators.disable_operator(&house.may(&house.ada, DisableOperator { operator: eve.id })).await.unwrap();
        gone().await;
        let fay = house.add("fay", Role::Owner).await;
        house.operators.remove_operator(&house.may(&house.ada, RemoveOperator { operator: fay.id })).await.unwrap();
        gone().await;
    })
    .await;
}
