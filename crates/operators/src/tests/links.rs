//! One-time links: the first start, a further organisation, a forgotten password.

use kernel::{Kinded as _, Role};
use testkit::on_each_database;

use super::{House, PASSWORD, minutes, origin, page, secret};
use crate::permissions::{CreateOperator, CreateOrganisation, ReadOrganisations, RenameOrganisation, ResetPassword};
use crate::{Config, LinkPurpose, NewOperator, Operators, SetUp};

#[tokio::test]
async fn the_first_start_makes_one_owner_and_then_no_more_links() {
    on_each_database(async |db| {
        let operators = Operators::new(db.store.clone(), db.env.clone(), Config::default());
        let link = operators.ensure_first_start().await.unwrap().unwrap();
        let other = operators.ensure_first_start().await.unwrap().unwrap();
        assert!(link.path().starts_with("/set-up?token="));
        assert_eq!(operators.all_organisations().await.unwrap().len(), 1);
        let info = operators.find_link(&link.token).await.unwrap();
        assert_eq!((info.purpose, info.user_name), (LinkPurpose::SetUp, None));

        let set_up = async |token, password: &str| {
            let wish = SetUp { user_name: "ada", password: &secret(password), organisation: Some("Contoso") };
            operators.complete_set_up(token, &wish, &origin()).await
        };
        assert_eq!(set_up(&link.token, "short").await.unwrap_err().code(), "operators.weak_password");
        let ada = set_up(&link.token, PASSWORD).await.unwrap();
        assert_eq!(ada.role, Role::Owner);
        assert_eq!(operators.organisation(ada.organisation).await.unwrap().name, "Contoso");
        for token in [&link.token, &other.token] {
            assert_eq!(set_up(token, PASSWORD).await.unwrap_err().code(), "operators.link_refused");
        }
        assert!(operators.ensure_first_start().await.unwrap().is_none());
        operators.sign_in("ada", &secret(PASSWORD), &origin()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn two_nodes_that_start_at_once_make_one_organisation() {
    on_each_database(async |db| {
        let node = || Operators::new(db.store.clone(), db.env.clone(), Config::default());
        let (one, two) = (node(), node());
        let (first, second) = tokio::join!(one.ensure_first_start(), two.ensure_first_start());
        assert!(first.unwrap().is_some() && second.unwrap().is_some());
        assert_eq!(one.all_organisations().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_link_stops_after_a_day() {
    on_each_database(async |db| {
        let operators = Operators::new(db.store.clone(), db.env.clone(), Config::default());
        let link = operators.ensure_first_start().await.unwrap().unwrap();
        db.hand.advance(minutes(24 * 60));
        let wish = SetUp { user_name: "ada", password: &secret(PASSWORD), organisation: None };
        let error = operators.complete_set_up(&link.token, &wish, &origin()).await.unwrap_err();
        assert_eq!(error.code(), "operators.link_refused");
        assert_eq!(operators.prune().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_and_a_reset_let_people_choose_their_password_once() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let new = NewOperator {
            user_name: "bob".to_owned(),
            display_name: None,
            email: None,
            role: Role::Helpdesk,
            password: None,
        };
        let may = house.may(&house.ada, CreateOperator {});
        let (bob, invitation) = house.operators.create_operator(&may, new).await.unwrap();
        let invitation = invitation.unwrap();
        assert!(!bob.has_password);
        let reset = house.operators.reset_password(&house.may(&house.ada, ResetPassword { operator: bob.id })).await;
        let reset = reset.unwrap();
        let choose = async |token| house.operators.choose_password(token, &secret(PASSWORD), &origin()).await;
        let old = choose(&invitation.token).await.unwrap_err();
        assert_eq!(old.code(), "operators.link_refused", "only the newest link works");
        for _ in 0..5 {
            house.sign_in("bob", "wrong password").await.unwrap_err();
        }
        let bob = choose(&reset.token).await.unwrap();
        assert!(bob.has_password && bob.locked_until.is_none(), "the link also unlocks");
        choose(&reset.token).await.unwrap_err();
        house.sign_in("bob", PASSWORD).await.unwrap();
        assert_eq!(house.newest(2).await, ["password_chosen", "signed_in"]);
    })
    .await;
}

#[tokio::test]
async fn who_can_open_the_database_lets_a_locked_out_owner_back_in() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        assert!(house.operators.recover("nobody").await.unwrap().is_none());
        let link = house.operators.recover(" ADA ").await.unwrap().unwrap();
        assert_eq!(house.newest(1).await, ["password_link_made"], "it is in the audit trail");
        let fresh = "another horse battery";
        house.sign_in("ada", PASSWORD).await.unwrap();
        house.operators.choose_password(&link.token, &secret(fresh), &origin()).await.unwrap();
        house.sign_in("ada", PASSWORD).await.unwrap_err();
        house.sign_in("ada", fresh).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_further_organisation_has_its_own_owner_and_sees_only_itself() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let may = house.may(&house.ada, CreateOrganisation {});
        let (second, link) = house.operators.create_organisation(&may, " Second ").await.unwrap();
        let wish = SetUp { user_name: "cyd", password: &secret(PASSWORD), organisation: None };
        let cyd = house.operators.complete_set_up(&link.token, &wish, &origin()).await.unwrap();
        assert_eq!((cyd.organisation, second.name.as_str()), (second.id, "Second"));
        let cyd_actor = kernel::Actor { organisation: second.id, ..house.actor(&cyd) };
        let list = async |actor: &kernel::Actor| {
            let may = actor.may(ReadOrganisations {}).unwrap();
            house.operators.list_organisations(&may, &page()).await.unwrap().items.len()
        };
        assert_eq!((list(&house.actor(&house.ada)).await, list(&cyd_actor).await), (2, 1));
        let rename = async |actor: &kernel::Actor, organisation| {
            let may = actor.may(RenameOrganisation { organisation }).unwrap();
            house.operators.rename_organisation(&may, "Third").await
        };
        let error = rename(&cyd_actor, house.organisation).await.unwrap_err();
        assert_eq!(error.code(), "operators.no_such_organisation");
        assert_eq!(rename(&cyd_actor, second.id).await.unwrap().name, "Third");
    })
    .await;
}
