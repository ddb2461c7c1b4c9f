//! Two accounts of one person become one, and two again.

use directory::State;
use kernel::Timestamp;
use passkeys::double::Double;
use testkit::on_each_database;
use uuid::Uuid;

use super::desk::{Desk, HERE, origin, proven, refused};
use crate::MfaError;
use crate::factors::{CeremonyFault, Refusal, Shown, Verdict};
use crate::merge::{Merge, MergeRequest};
use crate::model::{Account, FactorKind, FactorState, Person};
use crate::permissions::{MergeAccounts, ReadMfa};

const ORIGIN: &str = "https://hall.example";
const HOLDER: Uuid = Uuid::from_u128(0x401de);

/// Mia as Entra has made her again: the same name, another object id.
async fn again(desk: &Desk) -> Account {
    desk.pass(1);
    let provider = desk.provider().await;
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    let person =
        Person { object_id: Uuid::from_u128(0x11b), label: "MIA@contoso.example".to_owned(), name: None, guest: false };
    let account = desk.hall.mfa.account_of(&mut tx, &provider, &person).await.unwrap();
    tx.commit().await.unwrap();
    account
}

async fn add_key(desk: &Desk, account: &Account, key: &mut Double) {
    let (mfa, provider) = (&desk.hall.mfa, desk.provider().await);
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    let (ceremony, options) = mfa.begin_enrol_passkey(&mut tx, &provider, account, HOLDER).await.unwrap();
    let answer = key.register(&options);
    mfa.finish_enrol_passkey(&mut tx, &provider, account, HOLDER, ceremony, answer, "Key", &origin(HERE))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn use_key(desk: &Desk, account: &Account, key: &mut Double) -> Verdict {
    let provider = desk.provider().await;
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    let (ceremony, options) = desk.hall.mfa.begin_passkey(&mut tx, &provider, account, HOLDER).await.unwrap();
    tx.commit().await.unwrap();
    let shown = Shown::Passkey { ceremony, holder: HOLDER, credential: key.prove(&options) };
    desk.show_as(&desk.hall.db.store, account, &shown, HERE).await
}

async fn merge(desk: &Desk, former: &Account, account: &Account) -> Result<Merge, MfaError> {
    let request = MergeRequest { former: former.id, reason: "Made again".to_owned() };
    desk.hall.mfa.merge_accounts(&desk.may(MergeAccounts { account: account.id }), &request).await
}

async fn kinds(desk: &Desk, account: &Account) -> Vec<FactorKind> {
    let mut tx = desk.hall.db.store.read().await.unwrap();
    let factors = desk.hall.mfa.factors_of(&mut tx, account.id).await.unwrap();
    let mut kinds: Vec<_> =
        factors.iter().filter(|one| one.state != FactorState::Pending).map(|one| one.kind).collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn every_credential_goes_along_works_on_and_goes_back() {
    use FactorKind::{Passkey, Recovery, Totp};
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let app = desk.app().await;
        let codes = desk.recovery_codes().await;
        let mut key = Double::new(ORIGIN);
        add_key(&desk, &desk.mia, &mut key).await;
        let new = again(&desk).await;
        let mut other = Double::new(ORIGIN);
        add_key(&desk, &new, &mut other).await;

        let found = desk.hall.mfa.list_duplicates(&desk.may(ReadMfa {}), desk.hall.tenant).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].accounts.iter().map(|one| one.id).collect::<Vec<_>>(), [desk.mia.id, new.id]);
        let others = desk.hall.mfa.list_namesakes(&desk.may(ReadMfa {}), new.id).await.unwrap();
        assert_eq!(others.iter().map(|one| one.id).collect::<Vec<_>>(), [desk.mia.id]);
        let may = desk.may(MergeAccounts { account: new.id });
        let request = MergeRequest { former: desk.mia.id, reason: String::new() };
        let preview = desk.hall.mfa.preview_merge(&may, &request).await.unwrap();
        assert_eq!((preview.moved.len(), preview.same_label, preview.blocked), (3, true, None));
        assert_eq!(kinds(&desk, &new).await, [Passkey], "a preview moves nothing");

        let done = merge(&desk, &desk.mia, &new).await.unwrap();
        assert_eq!(done.factors.len(), 3);
        assert_eq!(kinds(&desk, &new).await, [Passkey, Passkey, Totp, Recovery]);
        assert!(kinds(&desk, &desk.mia).await.is_empty());
        assert_eq!(proven(use_key(&desk, &new, &mut key).await).kind(), Passkey, "it knows her by the former handle");
        assert_eq!(proven(use_key(&desk, &new, &mut other).await).kind(), Passkey);
        desk.pass(30);
        let store = &desk.hall.db.store;
        let shown = Shown::Code(app.code(desk.hall.db.env.now()).as_str().into());
        assert_eq!(proven(desk.show_as(store, &new, &shown, HERE).await).kind(), Totp);
        let shown = Shown::Code(codes[0].expose().as_str().into());
        assert_eq!(proven(desk.show_as(store, &new, &shown, HERE).await).kind(), Recovery);

        let undone = desk.hall.mfa.undo_merge(&may, done.id).await.unwrap();
        assert_eq!(undone.undone_at, Some(desk.hall.db.env.now()));
        assert_eq!(kinds(&desk, &new).await, [Passkey]);
        assert_eq!(proven(use_key(&desk, &desk.mia, &mut key).await).kind(), Passkey);
        assert_eq!(desk.refusal(codes[0].expose()).await, Refusal::Used, "what was used up stays used up");
        assert!(matches!(desk.hall.mfa.undo_merge(&may, done.id).await, Err(MfaError::Conflict(_))));
        let events = desk.events().await;
        for name in ["mfa.accounts_merged", "mfa.merge_undone"] {
            assert_eq!(events.iter().filter(|event| *event == name).count(), 1, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_in_use_is_somebody_elses_former_self() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.app().await;
        let new = again(&desk).await;
        desk.directory_says(State::Active, None).await;
        let in_use = merge(&desk, &desk.mia, &new).await;
        assert!(matches!(in_use, Err(MfaError::Conflict(_))), "{in_use:?}");
        desk.directory_says(State::Disabled, None).await;
        let into_nobody = merge(&desk, &new, &desk.mia).await;
        assert!(matches!(into_nobody, Err(MfaError::Conflict(_))), "{into_nobody:?}");
        let itself = merge(&desk, &new, &new).await;
        assert!(matches!(itself, Err(MfaError::Invalid(_))), "{itself:?}");
        merge(&desk, &desk.mia, &new).await.unwrap();
        assert_eq!(kinds(&desk, &new).await, [FactorKind::Totp]);
    })
    .await;
}

#[tokio::test]
async fn it_is_undone_within_thirty_days_and_what_is_gone_stays_gone() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.app().await;
        let mut key = Double::new(ORIGIN);
        add_key(&desk, &desk.mia, &mut key).await;
        let new = again(&desk).await;
        let done = merge(&desk, &desk.mia, &new).await.unwrap();
        let until: Timestamp = done.undo_until;
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let moved = desk.hall.mfa.factors_of(&mut tx, new.id).await.unwrap();
        let app = moved.iter().find(|one| one.kind == FactorKind::Totp).unwrap().id;
        desk.hall.mfa.remove_factor(&mut tx, &new, app, &origin(HERE)).await.unwrap();
        tx.commit().await.unwrap();
        let may = desk.may(MergeAccounts { account: new.id });
        let elsewhere = desk.may(MergeAccounts { account: desk.mia.id });
        assert!(matches!(desk.hall.mfa.undo_merge(&elsewhere, done.id).await, Err(MfaError::NotFound(_))));
        desk.hall.mfa.undo_merge(&may, done.id).await.unwrap();
        assert_eq!(kinds(&desk, &desk.mia).await, [FactorKind::Passkey]);

        let late = merge(&desk, &desk.mia, &new).await.unwrap();
        desk.pass(u64::try_from(until.seconds() - desk.hall.db.env.now().seconds()).unwrap() + 1);
        assert!(matches!(desk.hall.mfa.undo_merge(&may, late.id).await, Err(MfaError::Conflict(_))));
    })
    .await;
}

#[tokio::test]
async fn a_passkey_that_stayed_is_still_refused_to_anybody_else() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (mut key, mut strange) = (Double::new(ORIGIN), Double::new(ORIGIN));
        add_key(&desk, &desk.mia, &mut key).await;
        let new = again(&desk).await;
        add_key(&desk, &new, &mut strange).await;
        merge(&desk, &desk.mia, &new).await.unwrap();
        let somebody = desk.somebody(9).await;
        let mut theirs = Double::new(ORIGIN);
        add_key(&desk, &somebody, &mut theirs).await;
        let provider = desk.provider().await;
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let begun = desk.hall.mfa.begin_passkey(&mut tx, &provider, &somebody, HOLDER).await.unwrap();
        tx.commit().await.unwrap();
        let shown = Shown::Passkey { ceremony: begun.0, holder: HOLDER, credential: key.prove(&begun.1) };
        let verdict = desk.show_as(&desk.hall.db.store, &somebody, &shown, HERE).await;
        assert_eq!(refused(verdict), Refusal::Ceremony(CeremonyFault::Unknown));
    })
    .await;
}

#[tokio::test]
async fn a_former_self_is_found_however_many_other_names_are_borne_twice() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let provider = desk.provider().await;
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        for number in 0..102_u128 {
            let (object_id, label) = (Uuid::from_u128(0xf000 + number), format!("a{:02}@contoso.example", number / 2));
            let person = Person { object_id, label, name: None, guest: false };
            desk.hall.mfa.account_of(&mut tx, &provider, &person).await.unwrap();
        }
        tx.commit().await.unwrap();
        let new = again(&desk).await;
        let (mfa, may) = (&desk.hall.mfa, desk.may(ReadMfa {}));
        let shown = mfa.list_duplicates(&may, desk.hall.tenant).await.unwrap();
        assert_eq!(shown.len(), 50);
        assert!(shown.iter().all(|one| one.label.starts_with('a') && one.accounts.len() == 2), "{shown:?}");
        let others = mfa.list_namesakes(&may, new.id).await.unwrap();
        assert_eq!(others.iter().map(|one| one.id).collect::<Vec<_>>(), [desk.mia.id]);
        assert!(mfa.list_namesakes(&may, desk.somebody(5).await.id).await.unwrap().is_empty());
    })
    .await;
}
