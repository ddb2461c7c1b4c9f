//! The browsers of a person, as administrators see and take them.

use std::time::Duration;

use directory::State;
use kernel::Role;
use testkit::{on_each_database, operator};
use uuid::Uuid;

use super::desk::{HERE, origin};
use super::devices::Browser;
use super::entra::MIA;
use super::post::PostOffice;
use super::push::Stage;
use crate::MfaError;
use crate::devices::{BrowserPurpose, BrowserView};
use crate::model::{AccountId, DeviceId};
use crate::permissions::{ReadMfa, RemoveBrowser};
use crate::prove::Proved;

async fn listed(stage: &Stage, account: AccountId) -> Vec<BrowserView> {
    let may = operator(stage.hall.db.organisation, Role::Auditor).may(ReadMfa {}).unwrap();
    stage.hall.mfa.list_browsers(&may, account).await.unwrap()
}

async fn remove(stage: &Stage, account: AccountId, device: DeviceId) -> Result<(), MfaError> {
    let may = operator(stage.hall.db.organisation, Role::Helpdesk).may(RemoveBrowser { account, device }).unwrap();
    stage.hall.mfa.remove_browser(&may, "sold").await
}

#[tokio::test]
async fn administrators_see_the_browsers_of_a_person_and_take_them_one_by_one() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let laptop = Browser::new();
        stage.keep(&laptop, true, false).await;
        let page = stage.open(&stage.phone).await.unwrap();
        let account = stage.hall.mfa.approver(&page).await.unwrap().account();
        let found = listed(&stage, account).await;
        let purposes: Vec<_> = found.iter().map(|browser| (browser.purpose, browser.expires_at.is_some())).collect();
        assert_eq!(purposes, [(BrowserPurpose::Remembered, true), (BrowserPurpose::Approves, false)]);
        assert!(found.iter().all(|browser| browser.name == "Phone"));

        let auditor = operator(stage.hall.db.organisation, Role::Auditor);
        assert!(auditor.may(RemoveBrowser { account, device: found[1].id }).is_err());
        remove(&stage, account, found[1].id).await.unwrap();
        assert!(matches!(stage.hall.mfa.approver(&page).await, Err(MfaError::SignedOut)), "its page is shut");
        let at = stage.begin().await;
        assert!(!stage.hall.mfa.challenge(at.0, &at.1).await.unwrap().may_push);
        assert!(matches!(stage.by_key(&laptop).await, Proved::Answer(_)), "the other one is left");
        remove(&stage, account, found[0].id).await.unwrap();
        assert!(matches!(stage.by_key(&laptop).await, Proved::Again(_)));
        assert!(listed(&stage, account).await.is_empty());
        assert!(matches!(remove(&stage, account, found[0].id).await, Err(MfaError::NotFound(_))));
        let nobody = AccountId(Uuid::from_u128(7));
        assert!(matches!(remove(&stage, nobody, found[0].id).await, Err(MfaError::NotFound(_))));

        let mut tx = stage.hall.db.store.read().await.unwrap();
        let names = ["mfa.approver_removed", "mfa.device_forgotten"].map(str::to_owned).to_vec();
        let filter = signals::Filter { names, ..signals::Filter::default() };
        let told = signals::oldest_first(&mut tx, stage.hall.db.organisation, &filter, 0, 10).await.unwrap();
        let told: Vec<_> = told.iter().map(|entry| (entry.name.as_str(), entry.reason.as_deref())).collect();
        assert_eq!(told, [("mfa.approver_removed", Some("sold")), ("mfa.device_forgotten", Some("sold"))]);
    })
    .await;
}

#[tokio::test]
async fn a_password_that_was_changed_ends_the_browsers_that_were_remembered_before() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let (laptop, later) = (Browser::new(), Browser::new());
        stage.keep(&laptop, true, false).await;
        assert!(matches!(stage.by_key(&laptop).await, Proved::Answer(_)), "Entra says nothing of a change");
        let changed = stage.hall.db.env.now().plus(Duration::from_secs(1));
        stage.hall.entra.contacts.lock().unwrap().password_changed = Some(changed);
        stage.keep(&later, true, false).await;
        stage.hall.mfa.resets.invalidate_all();
        assert!(matches!(stage.by_key(&laptop).await, Proved::Again(_)));
        assert_eq!(stage.events("mfa.devices_forgotten").await, 1);
        assert!(matches!(stage.by_key(&later).await, Proved::Answer(_)), "it is newer than the password");
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_agrees_is_told_of_when_it_comes_and_when_it_goes() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        let (desk, mfa) = (&office.desk, &office.desk.hall.mfa);
        office.knows(MIA, Some("mia@contoso.example"), Some("de"), State::Active).await;
        let key = Browser::new().key();
        let mut ids = Vec::new();
        for _ in 0..2 {
            let mut tx = desk.hall.db.store.begin().await.unwrap();
            ids.push(mfa.add_approver(&mut tx, &desk.mia, &key, "Handy", &origin(HERE)).await.unwrap().id);
            tx.commit().await.unwrap();
        }
        desk.pass(1);
        let device = ids.pop().unwrap();
        mfa.remove_browser(&desk.may(RemoveBrowser { account: desk.mia.id, device }), "verkauft").await.unwrap();
        office.work().await;
        let letters = office.letters();
        assert_eq!(letters.len(), 2, "chosen once more, it is the same: {letters:?}");
        assert!(letters[0].contains("Handy") && letters[1].contains("verkauft"), "{letters:?}");
    })
    .await;
}
