//! Two accounts of one person become one, and two again.

use directory::{Act, Cause, Change, ObjectKind, Source, SourceId, SourceKind, State};
use kernel::{Role, Timestamp};
use passkeys::double::Double;
use serde_json::json;
use store::args;
use testkit::{on_each_database, operator};
use uuid::Uuid;

use super::desk::{Desk, HERE, origin, proven, refused};
use super::entra::MIA;
use crate::MfaError;
use crate::factors::{CeremonyFault, Refusal, Shown, Verdict};
use crate::merge::{Merge, MergeRequest, MergeUndo};
use crate::model::{Account, FactorKind, FactorState, Person};
use crate::permissions::{MergeAccounts, ReadMfa};
use crate::providers::ProviderUpdate;
use crate::settings::Settings;

const ORIGIN: &str = "https://hall.example";
/// Nothing is left, and that is meant.
const MEANT: MergeUndo = MergeUndo { leave_without: true };
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

        let undone = desk.hall.mfa.undo_merge(&may, done.id, MergeUndo::default()).await.unwrap();
        assert_eq!(undone.undone_at, Some(desk.hall.db.env.now()));
        assert_eq!(kinds(&desk, &new).await, [Passkey]);
        assert_eq!(proven(use_key(&desk, &desk.mia, &mut key).await).kind(), Passkey);
        assert_eq!(desk.refusal(codes[0].expose()).await, Refusal::Used, "what was used up stays used up");
        assert!(matches!(
            desk.hall.mfa.undo_merge(&may, done.id, MergeUndo::default()).await,
            Err(MfaError::Conflict(_))
        ));
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
        assert!(matches!(
            desk.hall.mfa.undo_merge(&elsewhere, done.id, MergeUndo::default()).await,
            Err(MfaError::NotFound(_))
        ));
        desk.hall.mfa.undo_merge(&may, done.id, MEANT).await.unwrap();
        assert_eq!(kinds(&desk, &desk.mia).await, [FactorKind::Passkey]);

        let late = merge(&desk, &desk.mia, &new).await.unwrap();
        desk.pass(u64::try_from(until.seconds() - desk.hall.db.env.now().seconds()).unwrap() + 1);
        assert!(matches!(desk.hall.mfa.undo_merge(&may, late.id, MEANT).await, Err(MfaError::Conflict(_))));
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

#[tokio::test]
async fn a_code_that_begins_as_one_of_the_other_account_is_named_and_comes_back() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let codes = desk.recovery_codes().await;
        let new = again(&desk).await;
        let clash = codes[0].expose().to_lowercase();
        let place = clash[..2].to_owned();
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let sql = "INSERT INTO mfa_codes (account, place, factor, hash) VALUES ($1, $2, $3, $4)";
        let sealed =
            tx.one("SELECT place FROM mfa_codes WHERE account = $1 AND lower(place) = $2", args![desk.mia.id, place]);
        let place: String = sealed.await.unwrap().unwrap().get("place").unwrap();
        tx.execute(sql, args![new.id, place, Uuid::from_u128(0xc0de), vec![1_u8]]).await.unwrap();
        tx.commit().await.unwrap();
        let may = desk.may(MergeAccounts { account: new.id });
        let request = MergeRequest { former: desk.mia.id, reason: String::new() };
        assert_eq!(desk.hall.mfa.preview_merge(&may, &request).await.unwrap().codes_left_behind, 1);
        let done = merge(&desk, &desk.mia, &new).await.unwrap();
        let store = &desk.hall.db.store;
        let shown = |at: usize| Shown::Code(codes[at].expose().as_str().into());
        refused(desk.show_as(store, &new, &shown(0), HERE).await);
        desk.pass(60);
        proven(desk.show_as(store, &new, &shown(1), HERE).await);
        desk.hall.mfa.undo_merge(&may, done.id, MEANT).await.unwrap();
        proven(desk.show(codes[0].expose()).await);
    })
    .await;
}

#[tokio::test]
async fn merges_are_undone_in_turn_and_nobody_is_left_without_a_factor_unasked() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.app().await;
        let (second, third) = (again(&desk).await, desk.somebody(9).await);
        let (one, two) =
            (merge(&desk, &desk.mia, &second).await.unwrap(), merge(&desk, &second, &third).await.unwrap());
        let mfa = &desk.hall.mfa;
        let (first, last) =
            (desk.may(MergeAccounts { account: second.id }), desk.may(MergeAccounts { account: third.id }));
        let early = mfa.undo_merge(&first, one.id, MEANT).await;
        assert!(matches!(&early, Err(MfaError::Conflict(why)) if why.contains("undo that first")), "{early:?}");
        assert_eq!(mfa.list_merges(&desk.may(ReadMfa {}), second.id).await.unwrap()[0].undone_at, None);
        let unasked = mfa.undo_merge(&last, two.id, MergeUndo::default()).await;
        assert!(matches!(&unasked, Err(MfaError::LeavesWithout(who)) if *who == third.label), "{unasked:?}");
        assert_eq!(kinds(&desk, &third).await, [FactorKind::Totp]);
        mfa.undo_merge(&last, two.id, MEANT).await.unwrap();
        mfa.undo_merge(&first, one.id, MEANT).await.unwrap();
        assert_eq!(kinds(&desk, &desk.mia).await, [FactorKind::Totp]);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_merged_into_a_privileged_persons_account_by_one_operator() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let new = again(&desk).await;
        let board = Uuid::from_u128(77);
        desk.directory_says(State::Active, Some(board)).await;
        // Whoever the directory does not hold may be anybody.
        for (group, blocked) in [(None, false), (Some(board), true), (Some(Uuid::from_u128(99)), true)] {
            let privileged_groups = group.into_iter().collect();
            let settings = Settings { privileged_groups, ..desk.settings.clone() };
            desk.hall.set(ProviderUpdate { settings: Some(settings), ..ProviderUpdate::default() }).await;
            let may = desk.may(MergeAccounts { account: desk.mia.id });
            let request = MergeRequest { former: new.id, reason: "Mine".to_owned() };
            let preview = desk.hall.mfa.preview_merge(&may, &request).await.unwrap();
            assert_eq!(preview.blocked.is_some(), blocked, "{:?}", preview.blocked);
            if blocked {
                let refused = desk.hall.mfa.merge_accounts(&may, &request).await;
                assert!(
                    matches!(&refused, Err(MfaError::Conflict(why)) if why.contains("second operator")),
                    "{refused:?}"
                );
            }
        }
    })
    .await;
}

/// The directory has somebody with these attributes.
async fn put(desk: &Desk, object_id: Uuid, state: State, attributes: serde_json::Value) {
    let id = SourceId(desk.hall.tenant.into());
    let source = Source { organisation: desk.hall.db.organisation, kind: SourceKind::Graph, id };
    let act = Act::PutUser { attributes: Box::new(serde_json::from_value(attributes).unwrap()), state };
    let (kind, cause) = (ObjectKind::User, Cause::ChangedInSource);
    let change = Change { kind, object_id, name: object_id.to_string(), act, cause, base: None };
    let actor = operator(desk.hall.db.organisation, Role::Owner);
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    let origin = directory::Origin { kind: "run", id: None };
    directory::apply(&mut tx, &desk.hall.db.env, &actor, source, &[change], origin).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn former_selves_are_found_by_mail_former_names_and_ids_on_premises() {
    let shared = json!({ "mail": "mia.old@contoso.example", "onPremisesImmutableId": "q/A+=" });
    let cases = [
        (State::Disabled, json!({ "mail": "MIA.old@contoso.example" }), true),
        (State::Disabled, json!({ "onPremisesImmutableId": "q/A+=" }), true),
        (State::Disabled, json!({ "mail": "old@contoso.example" }), false),
        (State::Disabled, json!({ "otherMails": ["mia.old@contoso.example"] }), false),
        (State::Active, json!({ "mail": "mia.old@contoso.example" }), false),
    ];
    for (state, attributes, found) in cases {
        on_each_database(async |db| {
            let desk = Desk::new(db).await;
            put(&desk, MIA, State::Active, shared.clone()).await;
            let other = desk.somebody(0x77).await;
            put(&desk, other.object_id, state.clone(), attributes.clone()).await;
            let shown = desk.hall.mfa.list_namesakes(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
            assert_eq!(shown.iter().any(|one| one.id == other.id), found, "{attributes}");
        })
        .await;
    }
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.refusal("000000").await;
        let provider = desk.provider().await;
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let renamed = Person { object_id: MIA, label: "mia.new@contoso.example".to_owned(), name: None, guest: false };
        let mia = desk.hall.mfa.account_of(&mut tx, &provider, &renamed).await.unwrap();
        tx.commit().await.unwrap();
        let other = again(&desk).await;
        let shown = desk.hall.mfa.list_namesakes(&desk.may(ReadMfa {}), mia.id).await.unwrap();
        assert_eq!(shown.iter().map(|one| one.id).collect::<Vec<_>>(), [other.id], "she was called so before");
    })
    .await;
}
