//! The connection test: which line fails, with which code, and what is skipped behind it.

use testkit::on_each_database;
use uuid::Uuid;

use super::{House, double::SECOND, secret};
use crate::checklist::{Checklist, Line, LineResult};
use crate::connect::NewTenant;
use crate::draft::CloudBody;
use crate::permissions::{ConnectTenant, ProbeTenant, ReadTenants};

fn line<'a>(checklist: &'a Checklist, name: &str) -> &'a Line {
    checklist.lines.iter().find(|line| line.name == name).unwrap()
}

fn results(checklist: &Checklist) -> Vec<(&str, LineResult)> {
    checklist.lines.iter().map(|line| (&*line.name, line.result)).collect()
}

#[tokio::test]
async fn a_healthy_tenant_passes_every_line_in_order() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        house.entra.grant(&["User.Read.All", "GroupMember.Read.All", "Mail.Read"]);
        let tenant = house.connected().await;
        let test = house.tenants.run_test(&house.may(ProbeTenant { tenant: tenant.id })).await.unwrap();
        assert!(test.passed, "{test:?}");
        assert_eq!(
            results(&test),
            [
                ("dns", LineResult::Ok),
                ("connect", LineResult::Ok),
                ("clock", LineResult::Ok),
                ("discovery", LineResult::Ok),
                ("token", LineResult::Ok),
                ("permission", LineResult::Ok),
                ("permission", LineResult::Ok),
                ("superfluous", LineResult::Warn),
                ("users", LineResult::Ok),
                ("groups", LineResult::Ok),
                ("delta", LineResult::Ok),
                ("throttling", LineResult::Ok),
                ("licence", LineResult::Ok),
            ]
        );
        assert!(line(&test, "superfluous").detail.contains("Mail.Read"));
    })
    .await;
}

#[tokio::test]
async fn the_last_test_is_kept_with_when_and_by_whom() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let read = house.may(ReadTenants {});
        assert_eq!(house.tenants.last_test(&read, tenant.id).await.unwrap(), None);
        let may = house.may(ProbeTenant { tenant: tenant.id });
        house.tenants.run_test(&may).await.unwrap();
        house.db.hand.advance(std::time::Duration::from_mins(3));
        house.entra.set().refusal = Some((401, 7_000_215));
        let test = house.tenants.run_test(&may).await.unwrap();
        let last = house.tenants.last_test(&read, tenant.id).await.unwrap().unwrap();
        assert_eq!((last.tested_at, last.checklist), (house.db.env.now(), test));
        assert!(last.tested_by.contains("test-administrator"), "{}", last.tested_by);
    })
    .await;
}

#[tokio::test]
async fn each_trouble_fails_its_own_line_with_its_code_and_its_mend() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let may = house.may(ProbeTenant { tenant: tenant.id });
        for (refusal, graph, ahead, name, code) in [
            (Some((401, 7_000_215)), None, 0, "token", Some("AADSTS7000215")),
            (Some((401, 7_000_222)), None, 0, "token", Some("AADSTS7000222")),
            (Some((400, 700_016)), None, 0, "token", Some("AADSTS700016")),
            (
                None,
                Some(("/groups", 403, "Authorization_RequestDenied")),
                0,
                "groups",
                Some("Authorization_RequestDenied"),
            ),
            (
                None,
                Some(("/users/delta", 403, "Authorization_RequestDenied")),
                0,
                "delta",
                Some("Authorization_RequestDenied"),
            ),
            (None, None, 600, "clock", None),
            (None, None, -600, "clock", None),
        ] {
            house.entra.set().refusal = refusal;
            house.entra.set().graph.clear();
            if let Some((path, status, answer)) = graph {
                house.entra.set().graph.insert(path, (status, answer));
            }
            house.entra.set().ahead = ahead;
            let test = house.tenants.run_test(&may).await.unwrap();
            let failed: Vec<_> = test.lines.iter().filter(|line| line.result == LineResult::Fail).collect();
            assert_eq!(failed.len(), 1, "{name}: {test:?}");
            assert_eq!((&*failed[0].name, failed[0].code.as_deref()), (name, code));
            assert!(failed[0].mend.as_ref().is_some_and(|mend| mend.len() > 10), "{name}");
            assert!(!test.passed);
            if name == "token" {
                assert_eq!(line(&test, "users").result, LineResult::Skipped);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_missing_permission_is_named_and_its_page_is_not_tried() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        house.entra.grant(&["User.Read.All"]);
        let tenant = house.connected().await;
        let test = house.tenants.run_test(&house.may(ProbeTenant { tenant: tenant.id })).await.unwrap();
        let failed: Vec<_> = test.lines.iter().filter(|line| line.result == LineResult::Fail).collect();
        assert!(failed.len() == 1 && failed[0].detail.contains("GroupMember.Read.All"), "{test:?}");
        assert_eq!(line(&test, "users").result, LineResult::Ok);
        assert_eq!(line(&test, "groups").result, LineResult::Skipped);
    })
    .await;
}

#[tokio::test]
async fn what_was_entered_can_be_tested_before_it_is_kept() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let may = house.may(ConnectTenant {});
        let nobody =
            CloudBody::Custom { login: "http://127.0.0.1:1".to_owned(), graph: "http://127.0.0.1:1".to_owned() };
        for (new, failing) in [
            (house.new_tenant(), None),
            (NewTenant { credential: secret(SECOND), ..house.new_tenant() }, Some("token")),
            (NewTenant { tenant: Uuid::from_u128(77).to_string(), ..house.new_tenant() }, Some("discovery")),
            (NewTenant { cloud: nobody, ..house.new_tenant() }, Some("connect")),
        ] {
            let test = house.tenants.test_new(&may, &new).await.unwrap();
            let failed = test.lines.iter().find(|line| line.result == LineResult::Fail).map(|line| &*line.name);
            assert_eq!(failed, failing, "{test:?}");
        }
        assert!(house.tenants.list(house.db.organisation).await.unwrap().is_empty());
        assert!(house.names().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn doctor_tests_every_tenant() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let tested = house.tenants.doctor().await.unwrap();
        assert_eq!((tested.len(), tested[0].0.id, tested[0].1.passed), (1, tenant.id, true));
    })
    .await;
}
