//! What goes wrong in Entra shows in the status, stops what it must, and passes by itself.

use std::time::Duration;

use graph::{GraphError, Refusal};
use testkit::on_each_database;

use super::double::TENANT;
use super::{House, after, days};
use crate::{Feature, Status};

const QUARTER: Duration = Duration::from_mins(15);

#[tokio::test]
async fn every_trouble_shows_within_a_quarter_of_an_hour_and_passes_by_itself() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let all = [Feature::Users, Feature::Groups];
        let token = |code| Some((400, code));
        for (refusal, roles, graph, expected, stopped) in [
            (token(7_000_112), None, None, Status::AppDisabled, &all[..]),
            (token(700_016), None, None, Status::AppDeleted, &all),
            (Some((401, 7_000_222)), None, None, Status::SecretExpired, &all),
            (Some((401, 7_000_215)), None, None, Status::TokenRefused, &all),
            (token(53_003), None, None, Status::TokenRefused, &all),
            (token(90_002), None, None, Status::Unreachable, &all),
            (token(90_055), None, None, Status::Throttled, &all),
            (None, Some(&[][..]), None, Status::ConsentWithdrawn, &all),
            (None, Some(&["User.Read.All"][..]), None, Status::PartlyGranted, &all[1..]),
            (None, None, Some((403, "Authorization_RequestDenied")), Status::RoleMissing, &all[..1]),
            (None, None, Some((429, "TooManyRequests")), Status::Throttled, &all),
            (None, None, Some((500, "InternalServerError")), Status::Unreachable, &all),
            (
                None,
                None,
                Some((403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")),
                Status::LicenceMissing,
                &[],
            ),
        ] {
            let before = house.entra.set().roles.clone();
            house.entra.set().refusal = refusal;
            if let Some(roles) = roles {
                house.entra.grant(roles);
            }
            if let Some(answer) = graph {
                house.entra.set().graph.insert("/users", answer);
            }
            house.after(QUARTER).await;
            let health = house.again(&tenant).await.health;
            assert_eq!(health.status, expected, "{refusal:?} {roles:?} {graph:?}: {health:?}");
            assert_eq!(health.stopped, stopped, "{expected}");
            let frozen = house.tenants.is_frozen(tenant.organisation, tenant.id).await.unwrap();
            assert_eq!(frozen.is_some(), !stopped.is_empty(), "{expected}");

            house.entra.set().refusal = None;
            house.entra.set().roles = before;
            house.entra.set().graph.clear();
            house.after(QUARTER).await;
            assert_eq!(house.again(&tenant).await.health.status, Status::Granted, "after {expected}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_status_that_stays_is_logged_once() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        house.entra.set().refusal = Some((400, 7_000_112));
        for _ in 0..3 {
            house.after(QUARTER).await;
        }
        let since = house.again(&tenant).await.health.since;
        assert_eq!(since, testkit::START.plus(QUARTER));
        let log = house.log().await;
        let changes: Vec<_> = log.iter().filter(|entry| entry.name == "tenants.status_changed").collect();
        assert_eq!(changes.len(), 2, "granted, then disabled");
        assert_eq!(
            (&after(changes[1])["status"], &after(changes[1])["code"]),
            (&"app_disabled".into(), &"AADSTS7000112".into())
        );
        assert_eq!(changes[1].actor_kind, "system");
    })
    .await;
}

#[tokio::test]
async fn what_another_room_met_shows_at_once_and_is_looked_at_again() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let refused = |status, code: &str| {
            Box::new(Refusal { status, code: code.to_owned(), message: "no".to_owned(), ..Refusal::default() })
        };
        for (error, expected) in [
            (GraphError::Rejected(refused(403, "Authorization_RequestDenied")), Status::RoleMissing),
            (GraphError::Unavailable(refused(503, "ServiceUnavailable")), Status::Unreachable),
            (GraphError::Throttled { retry_after: None, refusal: refused(429, "") }, Status::Throttled),
            (GraphError::Rejected(refused(400, "Request_BadRequest")), Status::Granted),
            (GraphError::NotFound(refused(404, "Request_ResourceNotFound")), Status::Granted),
            (GraphError::Cancelled, Status::Granted),
        ] {
            house.tenants.report(tenant.organisation, tenant.id, &error).await.unwrap();
            assert_eq!(house.again(&tenant).await.health.status, expected, "{error}");
            house.after(Duration::from_mins(1)).await;
            assert_eq!(house.again(&tenant).await.health.status, Status::Granted, "looked at again after {error}");
        }
    })
    .await;
}

#[tokio::test]
async fn success_elsewhere_ends_a_throttled_status_at_once() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let refusal = Box::new(Refusal { status: 429, ..Refusal::default() });
        let error = GraphError::Throttled { retry_after: None, refusal };
        house.tenants.report(tenant.organisation, tenant.id, &error).await.unwrap();
        house.tenants.worked(tenant.organisation, tenant.id).await.unwrap();
        assert_eq!(house.again(&tenant).await.health.status, Status::Granted);
    })
    .await;
}

#[tokio::test]
async fn a_token_for_another_tenant_is_not_taken() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        house.entra.set().tid = uuid::Uuid::from_u128(0xbad);
        let tenant = house.connected().await;
        assert_eq!((tenant.health.status, tenant.entra_id), (Status::TokenRefused, TENANT));
    })
    .await;
}

#[tokio::test]
async fn probes_go_on_after_a_restart_and_end_with_the_tenant() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        house.tenants.schedule().await.unwrap();
        house.after(QUARTER).await;
        assert_eq!(house.again(&tenant).await.health.probed_at, Some(testkit::START.plus(QUARTER)));
        let may = house.may(crate::permissions::DeleteTenant { tenant: tenant.id });
        house.tenants.delete_tenant(&may, "Contoso").await.unwrap();
        house.after(days(1)).await;
        let given = house.entra.set().tokens;
        house.after(days(1)).await;
        assert_eq!(house.entra.set().tokens, given, "nobody asks any more");
    })
    .await;
}

#[tokio::test]
async fn clients_of_one_tenant_share_token_and_budget() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let given = house.entra.set().tokens;
        let first = house.tenants.client(tenant.organisation, tenant.id).await.unwrap();
        let second = house.tenants.client(tenant.organisation, tenant.id).await.unwrap();
        first.token_claims().await.unwrap();
        second.token_claims().await.unwrap();
        assert_eq!(house.entra.set().tokens, given + 1);
        assert!(std::sync::Arc::ptr_eq(first.budget(), second.budget()));
    })
    .await;
}
