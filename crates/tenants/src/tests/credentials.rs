//! Secrets and certificates: staged, switched to, warned about, retired.

use kernel::Kinded as _;
use serde_json::json;
use testkit::on_each_database;
use uuid::Uuid;

use super::double::{SECOND, SECRET};
use super::{House, after, days, secret};
use crate::credentials::NewCertificate;
use crate::draft::NewCredential;
use crate::model::{CredentialKind, CredentialRecord, ExpirySource, Slot};
use crate::permissions::{DeleteCredential, PromoteCredential, PutCredential, ReadTenants};
use crate::{Feature, Status, Tenant};

impl House {
    async fn put(&self, tenant: &Tenant, new: &NewCredential) -> CredentialRecord {
        self.tenants.put_credential(&self.may(PutCredential { tenant: tenant.id }), new, None).await.unwrap()
    }

    async fn credentials(&self, tenant: &Tenant) -> Vec<CredentialRecord> {
        self.tenants.list_credentials(&self.may(ReadTenants {}), tenant.id).await.unwrap()
    }
}

#[tokio::test]
async fn a_staged_secret_takes_over_by_itself_when_the_first_is_refused() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let staged = house.put(&tenant, &secret(SECOND)).await;
        assert_eq!(staged.slot, Slot::Staged);
        house.entra.set().secrets = vec![SECOND.to_owned()];
        house.after(days(1)).await;
        assert_eq!(house.again(&tenant).await.health.status, Status::Granted, "nobody noticed");
        let all = house.credentials(&tenant).await;
        assert_eq!((all[0].id, all[0].slot), (staged.id, Slot::Primary));
        assert_eq!(all[1].slot, Slot::Retired);
        assert!(all[1].retired_reason.as_ref().unwrap().contains("AADSTS7000215"), "{all:?}");
        let log = house.log().await;
        let entry = log.iter().find(|entry| entry.name == "tenants.credential_switched").unwrap();
        assert_eq!(after(entry)["credential"], json!(staged.id));
    })
    .await;
}

#[tokio::test]
async fn each_warning_is_given_once_and_health_is_red_seven_days_before_the_end() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let mut new = house.new_tenant();
        new.credential.expires_at = Some(testkit::START.plus(days(61)));
        let may = house.may(crate::permissions::ConnectTenant {});
        let tenant = house.tenants.create_tenant(&may, &new).await.unwrap();
        let mut warned = Vec::new();
        for day in 1..=62_u64 {
            house.after(days(1)).await;
            let given = house.log().await.iter().filter(|entry| entry.name == "tenants.credential_expiring").count();
            if given > warned.len() {
                warned.push(61 - i64::try_from(day).unwrap());
            }
            let red = house.again(&tenant).await.health.status == Status::SecretExpiring;
            assert_eq!(red, day >= 54, "day {day}");
        }
        assert_eq!(warned, [60, 30, 14, 7, 1, 0]);
    })
    .await;
}

#[tokio::test]
async fn the_end_is_read_from_the_registration_where_that_is_permitted() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        house.entra.set().registration = json!({
            "passwordCredentials": [{ "keyId": Uuid::from_u128(9), "hint": "fir", "endDateTime": "2026-03-07T09:00:00Z" }],
            "keyCredentials": [],
        });
        house.entra.grant(&["User.Read.All", "GroupMember.Read.All", "Application.Read.All"]);
        let mut new = house.new_tenant();
        new.settings.features = Some(vec![Feature::Users, Feature::Groups, Feature::CredentialExpiry]);
        let may = house.may(crate::permissions::ConnectTenant {});
        let tenant = house.tenants.create_tenant(&may, &new).await.unwrap();
        let credential = &house.credentials(&tenant).await[0];
        assert_eq!((credential.expiry_source, credential.key_id), (Some(ExpirySource::Entra), Some(Uuid::from_u128(9))));
        assert_eq!(tenant.health.status, Status::SecretExpiring, "five days are left");
    })
    .await;
}

#[tokio::test]
async fn a_certificate_made_here_is_staged_and_works_once_it_is_uploaded() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let may = house.may(PutCredential { tenant: tenant.id });
        let new = NewCertificate { label: Some("2026".to_owned()), days: Some(90) };
        let made = house.tenants.generate_certificate(&may, &new).await.unwrap();
        assert_eq!((made.slot, made.kind), (Slot::Staged, CredentialKind::Certificate));
        let pem = made.certificate_pem.as_ref().unwrap();
        assert!(pem.contains("BEGIN CERTIFICATE") && !pem.contains("PRIVATE"), "{pem}");
        let certificate = oidc::Certificate::from_pem(pem).unwrap();
        assert_eq!(certificate.not_after(), testkit::START.plus(days(90)));
        assert_eq!(made.thumbprint.as_deref(), Some(certificate.thumbprint().as_str()));

        let shown = house.tenants.permissions(&house.may(ReadTenants {}), tenant.id).await.unwrap();
        assert!(shown.scripts.powershell.contains(&certificate.base64_der()), "ready to upload");

        house.entra.set().certificates = true;
        house.entra.set().secrets.clear();
        house.after(days(1)).await;
        assert_eq!(house.again(&tenant).await.health.status, Status::Granted);
        assert_eq!(house.credentials(&tenant).await[0].id, made.id);
    })
    .await;
}

#[tokio::test]
async fn promoting_changes_places_and_the_only_credential_stays() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let first = house.credentials(&tenant).await[0].clone();
        let delete = |credential| house.may(DeleteCredential { tenant: tenant.id, credential });
        let error = house.tenants.delete_credential(&delete(first.id)).await.unwrap_err();
        assert_eq!(error.code(), "tenants.conflict");
        let second = house.put(&tenant, &secret(SECOND)).await;
        let may = house.may(PromoteCredential { tenant: tenant.id, credential: second.id });
        assert_eq!(house.tenants.promote_credential(&may).await.unwrap().slot, Slot::Primary);
        let slots: Vec<_> = house.credentials(&tenant).await.iter().map(|record| (record.id, record.slot)).collect();
        assert_eq!(slots, [(second.id, Slot::Primary), (first.id, Slot::Staged)]);
        house.tenants.delete_credential(&delete(second.id)).await.unwrap();
        let slots: Vec<_> = house.credentials(&tenant).await.iter().map(|record| (record.id, record.slot)).collect();
        assert_eq!(slots, [(first.id, Slot::Primary), (second.id, Slot::Retired)]);
        let error = house.tenants.delete_credential(&delete(second.id)).await.unwrap_err();
        assert_eq!(error.code(), "tenants.no_such_credential");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_credential_is_refused() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let may = house.may(PutCredential { tenant: tenant.id });
        let made = house.tenants.generate_certificate(&may, &NewCertificate::default()).await.unwrap();
        let certificate = made.certificate_pem.clone();
        for (new, code) in [
            (secret("  "), "tenants.invalid"),
            (NewCredential::default(), "tenants.invalid"),
            (NewCredential { certificate_pem: certificate.clone(), ..NewCredential::default() }, "tenants.invalid"),
            (NewCredential { certificate_pem: certificate.clone(), ..secret(SECRET) }, "tenants.invalid"),
            (
                NewCredential {
                    certificate_pem: certificate,
                    key_pem: Some("no key".into()),
                    ..NewCredential::default()
                },
                "tenants.bad_certificate",
            ),
        ] {
            let error = house.tenants.put_credential(&may, &new, None).await.unwrap_err();
            assert_eq!(error.code(), code, "{new:?}");
        }
    })
    .await;
}
