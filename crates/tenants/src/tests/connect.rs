//! Connecting by hand, changing, pausing, disconnecting.

use kernel::{Kinded as _, OrganisationId, Role, Secret};
use testkit::on_each_database;
use uuid::Uuid;

use super::double::{SECOND, SECRET, TENANT};
use super::{House, after, secret};
use crate::connect::TenantUpdate;
use crate::model::Slot;
use crate::permissions::{ConnectTenant, DeleteTenant, ProbeTenant, PutCredential, ReadTenants, UpdateTenant};
use crate::{Feature, Status, TenantState, UserIdAttribute};

#[tokio::test]
async fn a_connected_tenant_is_granted_and_knows_its_domains() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        assert_eq!((tenant.health.status, tenant.entra_id, &*tenant.name), (Status::Granted, TENANT, "Contoso"));
        assert_eq!(tenant.primary_domain.as_deref(), Some("contoso.example"));
        assert_eq!(tenant.domains.len(), 2);
        assert_eq!(tenant.features, [Feature::Users, Feature::Groups]);
        assert_eq!(house.tenants.is_frozen(tenant.organisation, tenant.id).await.unwrap(), None);
        assert_eq!(house.names().await, ["tenants.tenant_connected", "tenants.status_changed"]);
        let error = house.tenants.create_tenant(&house.may(ConnectTenant {}), &house.new_tenant()).await.unwrap_err();
        assert_eq!(error.code(), "tenants.already_connected");
    })
    .await;
}

#[tokio::test]
async fn a_domain_is_looked_up_and_an_unknown_one_is_told() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        for (entered, code) in [
            ("nowhere.example", Some("tenants.invalid")),
            ("common", Some("tenants.invalid")),
            ("a b.example", Some("tenants.invalid")),
            ("contoso.example", None),
        ] {
            let new = crate::connect::NewTenant { tenant: entered.to_owned(), ..house.new_tenant() };
            let made = house.tenants.create_tenant(&house.may(ConnectTenant {}), &new).await;
            match code {
                Some(code) => assert_eq!(made.unwrap_err().code(), code, "{entered}"),
                None => assert_eq!(made.unwrap().entra_id, TENANT, "{entered}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_secret_is_told_and_mended_by_a_right_one() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        house.entra.set().secrets = vec![SECOND.to_owned()];
        let tenant = house.connected().await;
        assert_eq!(tenant.health.status, Status::TokenRefused);
        assert_eq!(tenant.health.code.as_deref(), Some("AADSTS7000215"));
        let frozen = house.tenants.is_frozen(tenant.organisation, tenant.id).await.unwrap().unwrap();
        assert!(frozen.stops(Feature::Users) && frozen.stops(Feature::Groups), "{frozen:?}");
        let may = house.may(PutCredential { tenant: tenant.id });
        house.tenants.put_credential(&may, &secret(SECOND), Some(Slot::Primary)).await.unwrap();
        let tenant = house.tenants.probe_tenant(&house.may(ProbeTenant { tenant: tenant.id })).await.unwrap();
        assert_eq!(tenant.health.status, Status::Granted);
        assert_eq!(house.tenants.is_frozen(tenant.organisation, tenant.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_change_shows_before_and_after_and_overwrites_nothing_newer() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let may = house.may(UpdateTenant { tenant: tenant.id });
        let update = TenantUpdate {
            version: tenant.version,
            name: Some("Contoso Group".to_owned()),
            user_id_attribute: Some(UserIdAttribute::OnPremisesSamAccountName),
            proxy_url: Some(Secret::from("")),
            ..TenantUpdate::default()
        };
        let changed = house.tenants.update_tenant(&may, &update).await.unwrap();
        assert_eq!((&*changed.name, changed.version), ("Contoso Group", tenant.version + 1));
        let log = house.log().await;
        let entry = log.iter().find(|entry| entry.name == "tenants.tenant_updated").unwrap();
        assert!(entry.before.as_ref().unwrap().get().contains("\"name\":\"Contoso\""));
        assert_eq!(after(entry)["user_id_attribute"], "onPremisesSamAccountName");
        assert_eq!(house.tenants.update_tenant(&may, &update).await.unwrap_err().code(), "tenants.changed");
    })
    .await;
}

#[tokio::test]
async fn a_feature_that_was_not_consented_asks_for_an_update_and_stops_only_itself() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        house.entra.grant(&["User.Read.All"]);
        let mut new = house.new_tenant();
        new.settings.features = Some(vec![Feature::Users]);
        let tenant = house.tenants.create_tenant(&house.may(ConnectTenant {}), &new).await.unwrap();
        assert_eq!(tenant.health.status, Status::Granted);
        let features = Some(vec![Feature::Users, Feature::Groups]);
        let update = TenantUpdate { version: tenant.version, features, ..TenantUpdate::default() };
        let may = house.may(UpdateTenant { tenant: tenant.id });
        let tenant = house.tenants.update_tenant(&may, &update).await.unwrap();
        assert_eq!(tenant.health.status, Status::UpdateNeeded);
        let frozen = house.tenants.is_frozen(tenant.organisation, tenant.id).await.unwrap().unwrap();
        assert_eq!(frozen.features, [Feature::Groups]);
    })
    .await;
}

#[tokio::test]
async fn a_paused_tenant_is_frozen_until_it_goes_on() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let may = house.may(UpdateTenant { tenant: tenant.id });
        let state = |version, state| TenantUpdate { version, state: Some(state), ..TenantUpdate::default() };
        let paused = house.tenants.update_tenant(&may, &state(tenant.version, TenantState::Paused)).await.unwrap();
        assert!(house.tenants.is_frozen(tenant.organisation, tenant.id).await.unwrap().is_some());
        house.tenants.update_tenant(&may, &state(paused.version, TenantState::Connected)).await.unwrap();
        assert_eq!(house.tenants.is_frozen(tenant.organisation, tenant.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn disconnecting_needs_the_name_and_leaves_an_entry() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let may = house.may(DeleteTenant { tenant: tenant.id });
        assert_eq!(house.tenants.delete_tenant(&may, "contoso").await.unwrap_err().code(), "tenants.invalid");
        house.tenants.delete_tenant(&may, "Contoso").await.unwrap();
        assert_eq!(house.tenants.delete_tenant(&may, "Contoso").await.unwrap_err().code(), "tenants.no_such_tenant");
        let log = house.log().await;
        let entry = log.last().unwrap();
        assert_eq!((&*entry.name, &*entry.actor_name), ("tenants.tenant_disconnected", "test-administrator"));
        assert_eq!(entry.object.as_ref().unwrap().id, Uuid::from(tenant.id));
        let mut tx = house.db.store.read().await.unwrap();
        let left = tx.count("SELECT COUNT(*) AS n FROM tenants_credentials", vec![]).await.unwrap();
        assert_eq!(left, 0, "no secret stays behind");
        drop(tx);
        house.after(super::days(1)).await;
    })
    .await;
}

#[tokio::test]
async fn a_tenant_that_is_connected_again_is_the_same_one() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        house.tenants.delete_tenant(&house.may(DeleteTenant { tenant: tenant.id }), "Contoso").await.unwrap();
        let former = house.tenants.former(tenant.organisation).await.unwrap();
        assert_eq!((former.len(), former[0].id, &*former[0].name), (1, tenant.id, "Contoso"));
        assert_eq!(former[0].disconnected_at, house.db.env.now());
        house.after(super::days(1)).await;
        let again = house.connected().await;
        assert_eq!(again.id, tenant.id);
        assert_eq!(again.health.status, Status::Granted);
        assert!(house.tenants.former(tenant.organisation).await.unwrap().is_empty());
        house.tenants.delete_tenant(&house.may(DeleteTenant { tenant: tenant.id }), "Contoso").await.unwrap();
        assert_eq!(house.tenants.former(tenant.organisation).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_organisation_sees_nothing_of_a_tenant() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let stranger = OrganisationId(Uuid::from_u128(0xff));
        let actor = testkit::operator(stranger, Role::Owner);
        let code = |error: crate::TenantsError| error.code();
        let id = tenant.id;
        let room = &house.tenants;
        assert_eq!(room.find(stranger, id).await.map_err(code).unwrap_err(), "tenants.no_such_tenant");
        assert_eq!(room.client(stranger, id).await.map(drop).map_err(code).unwrap_err(), "tenants.no_such_tenant");
        let read = actor.may(ReadTenants {}).unwrap();
        assert_eq!(room.list_credentials(&read, id).await.map_err(code).unwrap_err(), "tenants.no_such_tenant");
        assert!(room.list_tenants(&read).await.unwrap().is_empty());
        let put = actor.may(PutCredential { tenant: id }).unwrap();
        let put = room.put_credential(&put, &secret(SECRET), None).await;
        assert_eq!(put.map(drop).map_err(code).unwrap_err(), "tenants.no_such_tenant");
        let delete = actor.may(DeleteTenant { tenant: id }).unwrap();
        assert_eq!(room.delete_tenant(&delete, "Contoso").await.map_err(code).unwrap_err(), "tenants.no_such_tenant");
    })
    .await;
}

#[test]
fn the_user_id_is_the_chosen_attribute_and_never_another() {
    let attributes = |name: &str| match name {
        "userPrincipalName" => Some("ada@contoso.example".to_owned()),
        "mailNickname" => Some("  ada ".to_owned()),
        "employeeId" => Some("   ".to_owned()),
        "extensionAttribute7" => Some("4711".to_owned()),
        _ => None,
    };
    for (chosen, expected) in [
        (UserIdAttribute::UserPrincipalName, Some("ada@contoso.example")),
        (UserIdAttribute::MailNickname, Some("ada")),
        (UserIdAttribute::EmployeeId, None),
        (UserIdAttribute::Extension7, Some("4711")),
        (UserIdAttribute::OnPremisesSamAccountName, None),
    ] {
        assert_eq!(crate::user_id(chosen, &attributes).as_deref(), expected, "{chosen}");
    }
}
