//! API tokens: what they may do and when they stop.

use std::time::Duration;

use kernel::{Actor, Kinded as _, RequestId, Role};
use testkit::on_each_database;
use uuid::Uuid;
use web::Credentials;

use super::{House, page};
use crate::permissions::{CreateToken, DisableOperator, ReadTokens, RevokeToken, UpdateOperator};
use crate::{NewToken, OperatorUpdate};

fn new(role: Role) -> NewToken {
    NewToken { label: "nightly".to_owned(), role, expires_in_days: 30 }
}

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_token_acts_in_its_own_name_until_it_expires() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let may = house.may(&house.ada, CreateToken {});
        let made = house.operators.create_token(&may, &new(Role::Helpdesk)).await.unwrap();
        let text = made.text.expose().clone();
        assert!(text.starts_with("vst_"), "{text}");
        let knock = async || house.knock(Credentials::Bearer(made.text.clone())).await;
        let actor = knock().await.unwrap();
        assert_eq!((actor.label().as_str(), actor.role), ("token:nightly", Role::Helpdesk));
        assert_eq!(actor.person(), Some(house.ada.id), "it is Ada who acts");
        let listed = house.operators.list_tokens(&house.may(&house.ada, ReadTokens {}), &page()).await.unwrap();
        assert_eq!((listed.items[0].last_used_at, listed.items[0].works), (Some(super::now(&house)), true));
        assert!(!format!("{:?}", house.log().await).contains(&text[37..]), "the secret is in the log");

        let spoilt = [text.replacen("vst_", "vst-", 1), format!("{text}x"), text[..37].to_owned(), "vst_".to_owned()];
        for text in spoilt {
            assert_eq!(house.knock(Credentials::Bearer(text.as_str().into())).await.unwrap_err(), "refused", "{text}");
        }
        house.db.hand.advance(DAY * 30);
        assert_eq!(knock().await.unwrap_err(), "refused");
    })
    .await;
}

#[tokio::test]
async fn a_token_stops_with_its_maker_and_is_never_more_than_them() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let bob = house.add("bob", Role::Administrator).await;
        let create = async |role| house.operators.create_token(&house.may(&bob, CreateToken {}), &new(role)).await;
        assert_eq!(create(Role::Owner).await.unwrap_err().code(), "operators.role_too_high");
        let made = create(Role::Auditor).await.unwrap();
        let knock = async || house.knock(Credentials::Bearer(made.text.clone())).await;
        knock().await.unwrap();

        let disable = house.may(&house.ada, DisableOperator { operator: bob.id });
        house.operators.disable_operator(&disable).await.unwrap();
        assert_eq!(knock().await.unwrap_err(), "refused");
        house.operators.enable_operator(&disable).await.unwrap();
        knock().await.unwrap();
        let update = OperatorUpdate { role: Some(Role::Helpdesk), ..OperatorUpdate::default() };
        let may = house.may(&house.ada, UpdateOperator { operator: bob.id });
        house.operators.update_operator(&may, &update).await.unwrap();
        assert_eq!(knock().await.unwrap_err(), "refused", "a helpdesk operator is no auditor");
    })
    .await;
}

#[tokio::test]
async fn administrators_see_and_revoke_their_own_and_owners_all() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let bob = house.add("bob", Role::Administrator).await;
        let create = async |who| {
            house.operators.create_token(&house.may(who, CreateToken {}), &new(Role::Auditor)).await.unwrap().token
        };
        let (of_ada, of_bob) = (create(&house.ada).await, create(&bob).await);
        let list =
            async |who| house.operators.list_tokens(&house.may(who, ReadTokens {}), &page()).await.unwrap().items;
        assert_eq!(list(&bob).await.iter().map(|token| token.id).collect::<Vec<_>>(), [of_bob.id]);
        assert_eq!(list(&house.ada).await.len(), 2);
        let revoke = async |who, token| house.operators.revoke_token(&house.may(who, RevokeToken { token })).await;
        assert_eq!(revoke(&bob, of_ada.id).await.unwrap_err().code(), "operators.no_such_token");
        revoke(&house.ada, of_bob.id).await.unwrap();
        assert_eq!(house.newest(1).await, ["token_revoked"]);
    })
    .await;
}

#[tokio::test]
async fn tokens_make_no_tokens_and_the_server_makes_the_first_owners() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let system = Actor::system("demo", house.organisation, RequestId(Uuid::from_u128(5)));
        let made = house.operators.create_token(&system.may(CreateToken {}).unwrap(), &new(Role::Owner)).await.unwrap();
        assert_eq!(made.token.operator, house.ada.id);
        let token = house.knock(Credentials::Bearer(made.text)).await.unwrap();
        let error = house.operators.create_token(&token.may(CreateToken {}).unwrap(), &new(Role::Auditor)).await;
        assert_eq!(error.unwrap_err().code(), "operators.needs_operator");
        for days in [0, 366] {
            let new = NewToken { expires_in_days: days, ..new(Role::Auditor) };
            let error = house.operators.create_token(&house.may(&house.ada, CreateToken {}), &new).await.unwrap_err();
            assert_eq!(error.code(), "operators.invalid");
        }
    })
    .await;
}
