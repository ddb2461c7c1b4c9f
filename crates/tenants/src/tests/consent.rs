//! Consent by redirect: what is taken, what is not, and how it settles.

use std::time::Duration;

use kernel::{Actor, Kinded as _, OperatorId, OrganisationId, Role, Secret};
use testkit::on_each_database;
use url::Url;
use uuid::Uuid;

use super::double::{CLIENT, SECRET, TENANT};
use super::{House, secret};
use crate::config::Config;
use crate::consent::{Consent, ConsentState, NewConsent};
use crate::permissions::{ConnectTenant, ReadTenants};
use crate::{Status, TenantsError};

fn installation() -> Config {
    Config {
        client_id: Some(CLIENT),
        client_secret: Some(Secret::from(SECRET)),
        redirect_uri: Some("https://vestibule.example/connect/callback".to_owned()),
        ..Config::default()
    }
}

impl House {
    async fn begin(&self, new: &NewConsent) -> Url {
        self.tenants.begin_consent(&self.may(ConnectTenant {}), new).await.unwrap().url
    }

    async fn begin_plain(&self) -> Url {
        self.begin(&NewConsent { cloud: self.cloud(), ..NewConsent::default() }).await
    }

    async fn finish(&self, query: &str) -> Result<Consent, TenantsError> {
        self.finish_as(&self.actor(), query).await
    }

    async fn finish_as(&self, actor: &Actor, query: &str) -> Result<Consent, TenantsError> {
        self.tenants.finish_consent(&actor.may(ConnectTenant {}).unwrap(), query).await
    }
}

fn state(url: &Url) -> String {
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

fn granted(url: &Url) -> String {
    format!("admin_consent=True&tenant={TENANT}&state={}", state(url))
}

#[tokio::test]
async fn an_administrators_consent_connects_the_tenant() {
    on_each_database(async |db| {
        let house = House::with(db, installation()).await;
        let url = house.begin_plain().await;
        assert!(url.as_str().contains("/organizations/v2.0/adminconsent"), "{url}");
        assert!(url.query().unwrap().contains("%2F.default"), "{url}");
        let consent = house.finish(&granted(&url)).await.unwrap();
        assert_eq!(consent.state, ConsentState::Connected, "{consent:?}");
        let tenant = house.tenants.find(consent.organisation, consent.tenant.unwrap()).await.unwrap();
        assert_eq!((&*tenant.name, tenant.shared_app, tenant.health.status), ("Contoso Ltd", true, Status::Granted));
        assert_eq!(
            house.names().await,
            ["tenants.consent_begun", "tenants.consent_answered", "tenants.tenant_connected", "tenants.status_changed"]
        );
    })
    .await;
}

#[tokio::test]
async fn an_answer_counts_once_in_time_and_from_whoever_began() {
    on_each_database(async |db| {
        let house = House::with(db, installation()).await;
        let refused = |outcome: Result<Consent, TenantsError>| outcome.unwrap_err().code();

        let url = house.begin_plain().await;
        let stranger = testkit::operator(OrganisationId(Uuid::from_u128(0xff)), Role::Owner);
        assert_eq!(refused(house.finish_as(&stranger, &granted(&url)).await), "tenants.consent_refused");
        let mut colleague = house.actor();
        let kernel::ActorKind::Operator { id, .. } = &mut colleague.kind else { unreachable!() };
        *id = OperatorId(Uuid::from_u128(0xc011));
        assert_eq!(refused(house.finish_as(&colleague, &granted(&url)).await), "tenants.consent_refused");
        house.finish(&granted(&url)).await.unwrap();
        assert_eq!(refused(house.finish(&granted(&url)).await), "tenants.consent_refused");

        let url = house.begin_plain().await;
        house.db.hand.advance(Duration::from_mins(15));
        assert_eq!(refused(house.finish(&granted(&url)).await), "tenants.consent_refused");

        for query in ["", "admin_consent=True", "state=made-up&admin_consent=True&tenant=x", "error=access_denied"] {
            assert_eq!(refused(house.finish(query).await), "tenants.consent_refused", "{query}");
        }
        let forged = format!("admin_consent=True&tenant={TENANT}&state=forged");
        assert_eq!(refused(house.finish(&forged).await), "tenants.consent_refused");
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_explained_even_where_it_says_yes() {
    on_each_database(async |db| {
        let house = House::with(db, installation()).await;
        let url = house.begin_plain().await;
        let query = format!(
            "admin_consent=True&error=consent_required&error_description=AADSTS65004%3A+declined&tenant={TENANT}&state={}",
            state(&url)
        );
        let consent = house.finish(&query).await.unwrap();
        assert_eq!((consent.state, consent.code.as_deref()), (ConsentState::Failed, Some("AADSTS65004")));
        assert!(consent.detail.unwrap().contains("declined"));
        assert!(house.tenants.list(consent.organisation).await.unwrap().is_empty());
        assert_eq!(house.names().await.last().unwrap(), "tenants.consent_failed");
    })
    .await;
}

#[tokio::test]
async fn the_browser_cannot_choose_the_tenant() {
    on_each_database(async |db| {
        let house = House::with(db, installation()).await;
        house.entra.set().tid = Uuid::from_u128(0xbad);
        let url = house.begin_plain().await;
        let consent = house.finish(&granted(&url)).await.unwrap();
        assert_eq!(consent.state, ConsentState::Failed, "the token is for another tenant");

        house.entra.set().tid = TENANT;
        let new =
            NewConsent { tenant: Some("contoso.example".to_owned()), cloud: house.cloud(), ..NewConsent::default() };
        let url = house.begin(&new).await;
        assert!(url.path().starts_with(&format!("/{TENANT}/")), "{url}");
        let other = format!("admin_consent=True&tenant={}&state={}", Uuid::from_u128(0xbad), state(&url));
        let consent = house.finish(&other).await.unwrap();
        assert_eq!(consent.state, ConsentState::Failed, "another tenant than the one asked for");
        assert!(house.tenants.list(consent.organisation).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn consent_that_takes_its_time_arrives_in_the_end() {
    on_each_database(async |db| {
        let house = House::with(db, installation()).await;
        house.entra.set().refusal = Some((400, 700_016));
        let url = house.begin_plain().await;
        let consent = house.finish(&granted(&url)).await.unwrap();
        assert_eq!((consent.state, consent.code.as_deref()), (ConsentState::Settling, Some("AADSTS700016")));
        house.after(Duration::from_secs(10)).await;

        house.entra.set().refusal = None;
        let roles = std::mem::take(&mut house.entra.set().roles);
        house.after(Duration::from_secs(30)).await;
        let may = house.may(ReadTenants {});
        assert_eq!(house.tenants.get_consent(&may, consent.id).await.unwrap().state, ConsentState::Settling);

        house.entra.set().roles = roles;
        house.after(Duration::from_mins(1)).await;
        let consent = house.tenants.get_consent(&may, consent.id).await.unwrap();
        assert_eq!(consent.state, ConsentState::Connected, "{consent:?}");
    })
    .await;
}

#[tokio::test]
async fn consent_that_never_arrives_fails_and_says_why() {
    on_each_database(async |db| {
        let house = House::with(db, installation()).await;
        house.entra.set().refusal = Some((400, 700_016));
        let url = house.begin_plain().await;
        let consent = house.finish(&granted(&url)).await.unwrap();
        house.after(Duration::from_mins(11)).await;
        let consent = house.tenants.get_consent(&house.may(ReadTenants {}), consent.id).await.unwrap();
        assert_eq!((consent.state, consent.code.as_deref()), (ConsentState::Failed, Some("AADSTS700016")));
    })
    .await;
}

#[tokio::test]
async fn consent_to_an_application_of_ones_own_brings_its_credential() {
    on_each_database(async |db| {
        let house = House::new(db).await;
        let may = house.may(ConnectTenant {});
        let bare = NewConsent { cloud: house.cloud(), ..NewConsent::default() };
        assert_eq!(house.tenants.begin_consent(&may, &bare).await.unwrap_err().code(), "tenants.invalid");
        let new = NewConsent {
            client_id: Some(CLIENT),
            credential: Some(secret(SECRET)),
            redirect_uri: Some("https://vestibule.example/connect/callback".to_owned()),
            ..bare
        };
        let url = house.begin(&new).await;
        let consent = house.finish(&granted(&url)).await.unwrap();
        let tenant = house.tenants.find(consent.organisation, consent.tenant.unwrap()).await.unwrap();
        assert!(!tenant.shared_app);
        let credentials = house.tenants.list_credentials(&house.may(ReadTenants {}), tenant.id).await.unwrap();
        assert_eq!(credentials.len(), 1);
        let mut tx = house.db.store.read().await.unwrap();
        let sql = "SELECT COUNT(*) AS n FROM tenants_consents WHERE sealed IS NOT NULL";
        assert_eq!(tx.count(sql, vec![]).await.unwrap(), 0, "the consent's copy is wiped");
    })
    .await;
}

#[tokio::test]
async fn one_consent_to_the_installations_application_serves_one_organisation() {
    on_each_database(async |db| {
        let house = House::with(db, installation()).await;
        let url = house.begin_plain().await;
        house.finish(&granted(&url)).await.unwrap();
        let other = testkit::operator(OrganisationId(Uuid::from_u128(0xff)), Role::Owner);
        let may = other.may(ConnectTenant {}).unwrap();
        let new = NewConsent { cloud: house.cloud(), ..NewConsent::default() };
        let url = house.tenants.begin_consent(&may, &new).await.unwrap().url;
        let consent = house.finish_as(&other, &granted(&url)).await.unwrap();
        assert_eq!(consent.state, ConsentState::Failed, "nobody gets at a neighbour's directory");
        assert!(house.tenants.list(other.organisation).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn consent_given_again_mends_the_tenant_that_is_there() {
    on_each_database(async |db| {
        let house = House::with(db, installation()).await;
        let url = house.begin_plain().await;
        let first = house.finish(&granted(&url)).await.unwrap().tenant.unwrap();
        let roles = std::mem::take(&mut house.entra.set().roles);
        house.after(Duration::from_mins(15)).await;
        let organisation = house.db.organisation;
        assert_eq!(house.tenants.status(organisation, first).await.unwrap().status, Status::ConsentWithdrawn);
        house.entra.set().roles = roles;
        let url = house.begin_plain().await;
        let again = house.finish(&granted(&url)).await.unwrap();
        assert_eq!(again.tenant, Some(first));
        assert_eq!(house.tenants.status(organisation, first).await.unwrap().status, Status::Granted);
    })
    .await;
}
