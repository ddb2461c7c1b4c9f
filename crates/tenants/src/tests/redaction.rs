//! No secret leaves: not in an answer, an entry, an error, a `Debug`, nor in clear in the database.

use kernel::{OrganisationId, Secret};
use serde_json::json;
use store::seal;
use testkit::{get, on_each_database, send};
use uuid::Uuid;

use super::House;
use super::double::{SECOND, SECRET};
use crate::connect::TenantUpdate;
use crate::credentials::NewCertificate;
use crate::permissions::{PutCredential, UpdateTenant};
use crate::vault::unsealed;

const PROXY_PASSWORD: &str = "proxy~pass~word";

#[tokio::test]
async fn no_secret_is_in_any_answer_entry_error_or_debug() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let router = house.router();
        let mut said = Vec::new();
        let tenant = house.connected().await;
        let base = format!("/api/v1/tenants/{}", tenant.id);
        let made = send(&router, "POST", &format!("{base}/credentials/certificate"), "owner", &json!({})).await;
        said.push(made.text());
        let key = private_key(&house).await;
        for body in [
            json!({ "credential": { "secret": SECOND, "label": "next" } }),
            json!({ "credential": { "secret": SECOND, "certificate_pem": "x" } }),
            json!({ "credential": { "secret": SECOND, "unknown": 1 } }),
            json!({ "credential": { "certificate_pem": "x", "key_pem": SECOND } }),
        ] {
            said.push(send(&router, "POST", &format!("{base}/credentials"), "owner", &body).await.text());
        }
        let proxy = format!("http://agent:{PROXY_PASSWORD}@127.0.0.1:9");
        let update = json!({ "version": tenant.version, "proxy_url": proxy });
        let updated = send(&router, "PATCH", &base, "owner", &update).await;
        assert_eq!(updated.json()["proxy_has_password"], true, "{}", updated.text());
        said.push(updated.text());
        said.push(send(&router, "POST", &format!("{base}/test"), "owner", &json!({})).await.text());
        for path in ["", "/credentials", "/permissions"] {
            said.push(get(&router, &format!("{base}{path}"), "owner").await.text());
        }
        said.push(get(&router, "/api/v1/tenants", "owner").await.text());
        said.push(get(&router, "/api/v1/tenants/credentials.ics", "owner").await.text());
        for entry in house.log().await {
            said.push(format!("{entry:?}"));
        }
        let new = house.new_tenant();
        said.push(format!("{new:?} {:?} {:?}", house.again(&tenant).await, update_of(&proxy)));
        said.extend(stored_texts(&house).await);
        for secret in [SECRET, SECOND, PROXY_PASSWORD, key.as_str()] {
            for text in &said {
                assert!(!text.contains(secret), "a secret is in {text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn sealed_values_move_to_a_new_key_and_open_only_in_their_place() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let old = seal::MasterKey::parse(&"07".repeat(32)).unwrap();
        let new = seal::MasterKey::parse(&"08".repeat(32)).unwrap();
        let ring = store::Sealer::new(&[new, old], house.db.env.rng.clone()).unwrap();
        let mut tx = house.db.store.begin().await.unwrap();
        let mut moved = 0;
        for column in crate::SEALED {
            moved += seal::reseal(&mut tx, &ring, *column).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(moved, 1);
        let mut tx = house.db.store.read().await.unwrap();
        let rows = crate::store::credentials::usable(&mut tx, tenant.organisation, tenant.id).await.unwrap();
        let (record, sealed) = &rows[0];
        let oidc::Credential::Secret(secret) = unsealed(&ring, record, sealed).unwrap() else { panic!("a secret") };
        assert_eq!(secret.expose(), SECRET);
        let elsewhere =
            crate::model::CredentialRecord { id: crate::model::CredentialId(Uuid::nil()), ..record.clone() };
        unsealed(&ring, &elsewhere, sealed).unwrap_err();
    })
    .await;
}

#[tokio::test]
async fn leave_for_one_tenant_is_not_leave_for_the_secrets_of_another_organisation() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let tenant = house.connected().await;
        let stranger = testkit::operator(OrganisationId(Uuid::from_u128(0xff)), kernel::Role::Owner);
        let may = stranger.may(UpdateTenant { tenant: tenant.id }).unwrap();
        house.tenants.update_tenant(&may, &update_of("http://127.0.0.1:9")).await.unwrap_err();
        let may = stranger.may(PutCredential { tenant: tenant.id }).unwrap();
        house.tenants.generate_certificate(&may, &NewCertificate::default()).await.unwrap_err();
        assert_eq!(house.again(&tenant).await, tenant);
    })
    .await;
}

fn update_of(proxy: &str) -> TenantUpdate {
    TenantUpdate { version: 1, proxy_url: Some(Secret::from(proxy)), ..TenantUpdate::default() }
}

/// A line out of the middle of the private key that was made.
async fn private_key(house: &House) -> String {
    let mut tx = house.db.store.read().await.unwrap();
    let tenant = crate::store::tenants::list(&mut tx, house.db.organisation).await.unwrap().remove(0);
    let rows = crate::store::credentials::usable(&mut tx, tenant.organisation, tenant.id).await.unwrap();
    for (record, sealed) in rows {
        if let oidc::Credential::Certificate { key_pem, .. } = unsealed(&house.db.sealer, &record, &sealed).unwrap() {
            return key_pem.expose().lines().nth(5).unwrap().trim().to_owned();
        }
    }
    panic!("no key was made")
}

/// Every text column of the room's tables.
async fn stored_texts(house: &House) -> Vec<String> {
    let mut tx = house.db.store.read().await.unwrap();
    let mut texts = Vec::new();
    for (sql, columns) in [
        ("SELECT * FROM tenants_tenants", &["name", "proxy_url", "ca_pem", "cloud", "status_detail"][..]),
        ("SELECT * FROM tenants_credentials", &["label", "certificate_pem", "thumbprint", "retired_reason"]),
    ] {
        for row in tx.all(sql, vec![]).await.unwrap() {
            for column in columns {
                texts.extend(row.get::<Option<String>>(column).unwrap());
            }
            for column in ["sealed", "proxy_sealed"] {
                if let Ok(Some(bytes)) = row.get::<Option<Vec<u8>>>(column) {
                    texts.push(String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
    }
    texts
}
