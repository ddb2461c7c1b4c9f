//! People as operators look for them.

use directory::State;
use kernel::{PageRequest, Role};
use tenants::UserIdAttribute;
use tenants::connect::TenantUpdate;
use tenants::permissions::UpdateTenant;
use testkit::{on_each_database, operator};
use uuid::Uuid;

use super::desk::Desk;
use super::entra::MIA;
use super::post::PostOffice;
use crate::MfaError;
use crate::accounts::{AccountFilter, AccountView};
use crate::factors::NewCode;
use crate::permissions::{IssueCode, OpenAccount, ReadMfa, RemoveFactor};

async fn found(office: &PostOffice, text: &str) -> Vec<AccountView> {
    let filter = AccountFilter { text: Some(text.to_owned()), ..AccountFilter::default() };
    let may = office.desk.may(ReadMfa {});
    office.desk.hall.mfa.list_accounts(&may, &filter, &PageRequest::first(10)).await.unwrap().items
}

async fn known_by(office: &PostOffice, attribute: UserIdAttribute) {
    let (hall, tenant) = (&office.desk.hall, office.desk.hall.tenant);
    let tenants = &hall.mfa.parts.tenants;
    let version = tenants.find(hall.db.organisation, tenant).await.unwrap().version;
    let update = TenantUpdate { version, user_id_attribute: Some(attribute), ..TenantUpdate::default() };
    let owner = operator(hall.db.organisation, Role::Owner);
    tenants.update_tenant(&owner.may(UpdateTenant { tenant }).unwrap(), &update).await.unwrap();
}

#[tokio::test]
async fn a_person_is_shown_and_found_by_the_user_id_that_their_tenant_has_chosen_and_back() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        office.knows(MIA, Some("Mia.Okafor@home.example"), None, State::Active).await;
        let by_mail = "mia.okafor@home.example";
        assert!(found(&office, by_mail).await.is_empty(), "she is not known by her mail address yet");
        known_by(&office, UserIdAttribute::Mail).await;
        let shown = found(&office, by_mail).await;
        assert_eq!(shown.len(), 1);
        assert_eq!((shown[0].id, shown[0].user_id.as_deref()), (office.desk.mia.id, Some("Mia.Okafor@home.example")));
        assert_eq!(found(&office, "mia@contoso").await.len(), 1, "a part of the name still does");
        assert!(found(&office, "okafor@home").await.is_empty(), "a user id counts whole");
        for no_wildcard in ["100%_\"'", "mi_", "m%", "m\\ia"] {
            assert!(found(&office, no_wildcard).await.is_empty(), "{no_wildcard}");
        }
        known_by(&office, UserIdAttribute::UserPrincipalName).await;
        assert!(found(&office, by_mail).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_reason_that_is_too_long_to_be_read_is_refused_and_nothing_is_taken() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.app().await;
        let (mfa, account) = (&desk.hall.mfa, desk.mia.id);
        let kept = async || mfa.list_factors(&desk.may(ReadMfa {}), account).await.unwrap();
        let long = "x".repeat(301);
        let reset = mfa.reset(&desk.may(RemoveFactor { account, factor: None }), &long).await;
        assert!(matches!(reset, Err(MfaError::Invalid(_))), "{reset:?}");
        let factor = Some(kept().await[0].id);
        let taken = mfa.take_factor(&desk.may(RemoveFactor { account, factor }), &long).await;
        assert!(matches!(taken, Err(MfaError::Invalid(_))), "{taken:?}");
        assert_eq!(kept().await.len(), 1);
        mfa.reset(&desk.may(RemoveFactor { account, factor: None }), &long[1..]).await.unwrap();
        assert!(kept().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_was_never_asked_gets_an_account_and_a_first_code() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        let (mfa, tenant, new) = (&office.desk.hall.mfa, office.desk.hall.tenant, Uuid::from_u128(0x4e77));
        let may = office.desk.may(OpenAccount { tenant });
        for nobody in [new.to_string(), format!("{new}@contoso.example"), String::new()] {
            let refused = mfa.open_account(&may, &nobody).await;
            assert!(matches!(refused, Err(MfaError::Invalid(_))), "{nobody:?}: {refused:?}");
        }
        office.knows(new, None, None, State::Active).await;
        let opened = mfa.open_account(&may, &format!(" {new}@Contoso.example ")).await.unwrap();
        assert_eq!((opened.object_id, opened.factors), (new, 0));
        let again = mfa.open_account(&may, &new.to_string()).await.unwrap();
        assert_eq!(again.id, opened.id, "one that is there is answered as it is");
        assert_eq!(office.count("mfa.account_opened").await, 1);
        let code = NewCode { reason: "first day".to_owned(), ticket: None, valid_minutes: None, several_uses: false };
        let issued = mfa.issue_code(&office.desk.may(IssueCode { account: opened.id }), &code).await.unwrap();
        assert!(!issued.needs_approval);
        let helpdesk = operator(office.desk.hall.db.organisation, Role::Helpdesk);
        assert!(helpdesk.may(OpenAccount { tenant }).is_ok());
        let auditor = operator(office.desk.hall.db.organisation, Role::Auditor);
        assert!(auditor.may(OpenAccount { tenant }).is_err());
    })
    .await;
}
