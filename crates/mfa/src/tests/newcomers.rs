//! Who may register what they have none of, and what temporary codes and lost factors have to do with it; on both databases.

use kernel::{Role, Secret};
use serde_json::json;
use tenants::connect::NewTenant;
use tenants::permissions::{ConnectTenant, DeleteTenant};
use testkit::{on_each_database, operator};
use uuid::Uuid;

use super::desk::{Desk, HERE, origin};
use super::devices::Browser;
use super::entra::APP;
use super::passing::{answer, enrol};
use super::portal::{add_key, enter, factor_of, now, proved, standing};
use crate::MfaError;
use crate::factors::{FactorRule, NewCode, Refusal, Shown};
use crate::model::{FactorId, FactorKind, Provider};
use crate::permissions::IssueCode;
use crate::portal::{Added, Standing, Tested};
use crate::prove::{Challenge, Proved};
use crate::providers::ProviderUpdate;
use crate::settings::{FirstFactor, Settings};

const WEEK: u64 = 7 * 24 * 3_600;

async fn set(desk: &Desk, change: impl FnOnce(&mut Settings)) {
    let Provider { mut settings, .. } = desk.provider().await;
    change(&mut settings);
    desk.hall.set(ProviderUpdate { settings: Some(settings), ..ProviderUpdate::default() }).await;
}

/// Mia is given a temporary code, for an hour.
async fn code_for(desk: &Desk, several_uses: bool) -> (FactorId, String) {
    let wanted = NewCode { reason: "first day".to_owned(), ticket: None, valid_minutes: Some(60), several_uses };
    let issued = desk.hall.mfa.issue_code(&desk.may(IssueCode { account: desk.mia.id }), &wanted).await.unwrap();
    (issued.factor.id, issued.code.expose().clone())
}

/// What Mia is shown in a sign-in.
async fn asked(desk: &Desk, nonce: &str) -> Challenge {
    let (id, browser) = desk.hall.begin(nonce).await;
    desk.hall.mfa.challenge(id, &browser).await.unwrap()
}

fn kinds(challenge: &Challenge) -> Vec<FactorKind> {
    challenge.factors.iter().map(|factor| factor.kind).collect()
}

#[tokio::test]
async fn a_code_that_has_expired_keeps_nobody_from_registering() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        code_for(&desk, true).await;
        let live = asked(&desk, "live").await;
        assert_eq!((kinds(&live), live.enrol.len()), (vec![FactorKind::Temporary], 0), "it is shown first");
        desk.pass(3_601);
        let expired = asked(&desk, "expired").await;
        assert_eq!(kinds(&expired), [], "nothing fits its field");
        assert_eq!(expired.enrol, [FactorKind::Passkey, FactorKind::Totp]);
        let (id, browser) = desk.hall.begin("register").await;
        enrol(&desk.hall, id, &browser).await;
    })
    .await;
}

#[tokio::test]
async fn a_code_that_was_used_keeps_nobody_from_registering() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (_, code) = code_for(&desk, false).await;
        let (id, browser) = desk.hall.begin("by code").await;
        assert!(matches!(answer(&desk.hall, id, &browser, &code).await, Proved::Answer(_)));
        let next = asked(&desk, "next").await;
        assert_eq!((kinds(&next), next.enrol.len()), (vec![], 2));
    })
    .await;
}

#[tokio::test]
async fn used_up_recovery_codes_are_not_offered_and_make_nobody_new() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        for code in desk.recovery_codes().await {
            assert_eq!(kinds(&asked(&desk, code.expose()).await), [FactorKind::Recovery]);
            super::desk::proven(desk.show(code.expose()).await);
        }
        let spent = asked(&desk, "spent").await;
        assert_eq!((kinds(&spent), spent.enrol.len()), (vec![], 0), "the helpdesk helps");
    })
    .await;
}

#[tokio::test]
async fn codes_are_forgotten_a_week_after_they_expired() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (_, code) = code_for(&desk, true).await;
        let rows = async || {
            desk.hall.mfa.prune().await.unwrap();
            let mut tx = desk.hall.db.store.read().await.unwrap();
            let factors = tx.count("SELECT COUNT(*) AS n FROM mfa_factors", Vec::new()).await.unwrap();
            (factors, tx.count("SELECT COUNT(*) AS n FROM mfa_codes", Vec::new()).await.unwrap())
        };
        desk.pass(3_600 + WEEK - 1);
        assert_eq!(rows().await, (1, 1));
        assert_eq!(desk.refusal(&code).await, Refusal::Expired, "the helpdesk reads why");
        desk.pass(2);
        assert_eq!(rows().await, (0, 0));
    })
    .await;
}

#[tokio::test]
async fn who_may_have_one_factor_replaces_a_lost_one() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let (token, _) = proved(&desk).await;
        set(&desk, |settings| settings.most_factors = 1).await;
        let totp = factor_of(&desk, &token, FactorKind::Totp).await;
        mfa.report_lost(&token, totp, &origin(HERE)).await.unwrap();
        let gone = mfa.remove_in_portal(&token, totp, &origin(HERE)).await;
        assert!(matches!(gone, Err(MfaError::Rule(FactorRule::Last))), "a password alone would register again");
        assert_eq!(mfa.portal_overview(&token).await.unwrap().addable.len(), 2);
        let token = add_key(&desk, &token, "New phone").await.unwrap();
        let lost = mfa.factor_in_portal(&token, totp).await;
        assert!(matches!(lost, Err(MfaError::NotFound(_))), "the new one is in its place: {lost:?}");
        assert_eq!(mfa.portal_overview(&token).await.unwrap().addable, []);
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_a_second_administrator_is_no_key_of_an_app() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        set(&desk, |settings| settings.privileged_groups = vec![Uuid::from_u128(0xad)]).await;
        let (code, _) = code_for(&desk, false).await;
        let token = enter(&desk, &desk.mia, Some(now(&desk))).await;
        let standing = standing(&desk.hall.mfa, &token).await;
        assert_eq!(standing, Some(Standing::Prove), "a password alone registers nothing for privileged people");
        assert!(asked(&desk, "privileged").await.enrol.is_empty());
        let shown = desk.hall.mfa.pending_totp_in_portal(&token, code).await;
        assert!(matches!(shown, Err(MfaError::NotFound(_))), "nothing of it is shown");
    })
    .await;
}

#[tokio::test]
async fn a_try_looks_at_the_one_factor_and_uses_up_no_other() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let codes = desk.recovery_codes().await;
        let (token, _) = proved(&desk).await;
        let totp = factor_of(&desk, &token, FactorKind::Totp).await;
        let shown = Shown::Code(Secret::new(codes[0].expose().clone()));
        let tried = mfa.test_in_portal(&token, totp, &shown, &origin(HERE)).await.unwrap();
        assert_eq!(tried, Tested::Refused(Refusal::Malformed), "it is no code of an app");
        super::desk::proven(desk.show(codes[0].expose()).await);
    })
    .await;
}

#[tokio::test]
async fn where_a_code_is_asked_for_a_password_registers_nothing_at_the_portal() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        set(&desk, |settings| settings.first_factor = FirstFactor::Code).await;
        let token = enter(&desk, &desk.mia, Some(now(&desk))).await;
        let overview = mfa.portal_overview(&token).await.unwrap();
        assert_eq!((overview.standing, overview.needs_code, overview.addable.len()), (Standing::Newcomer, true, 0));
        assert!(matches!(add_key(&desk, &token, "Key").await, Err(MfaError::ProveFirst)));
        assert!(matches!(mfa.begin_add_totp(&token).await, Err(MfaError::ProveFirst)));
        let (_, code) = code_for(&desk, false).await;
        let shown = Shown::Code(Secret::new(code));
        let Added::In(entered) = mfa.prove_in_portal(&token, &shown, &origin(HERE)).await.unwrap() else {
            panic!("the code does not count")
        };
        add_key(&desk, &entered.token, "Key").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn while_a_code_counts_it_is_the_way_in() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let (_, code) = code_for(&desk, false).await;
        let token = enter(&desk, &desk.mia, Some(now(&desk))).await;
        assert_eq!(standing(mfa, &token).await, Some(Standing::Newcomer));
        assert!(matches!(add_key(&desk, &token, "Key").await, Err(MfaError::ProveFirst)));
        // It was used for something else, and nothing was registered.
        let (id, browser) = desk.hall.begin("by code").await;
        assert!(matches!(answer(&desk.hall, id, &browser, &code).await, Proved::Answer(_)));
        assert_eq!(standing(mfa, &token).await, Some(Standing::Fresh));
        add_key(&desk, &token, "Key").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_has_ways_of_which_entra_takes_none_is_told_so() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let none = asked(&desk, "none").await;
        assert!(!none.has_others, "{none:?}");
        desk.app().await;
        let keys_alone = json!({ "id_token": {
            "acr": { "essential": true, "values": ["possessionorinherence"] },
            "amr": { "essential": true, "values": ["fido"] } } });
        let (id, browser) = desk.hall.begin_asking("keys", &keys_alone).await;
        let shown = desk.hall.mfa.challenge(id, &browser).await.unwrap();
        assert_eq!((kinds(&shown), shown.enrol.len(), shown.has_others), (vec![], 0, true));
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_only_agrees_is_not_asked_to_prove() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let provider = desk.provider().await;
        let (laptop, phone) = (Browser::new(), Browser::new());
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        mfa.remember(&mut tx, &provider, &desk.mia, &laptop.key(), "Laptop", &origin(HERE)).await.unwrap();
        mfa.add_approver(&mut tx, &desk.mia, &phone.key(), "Phone", &origin(HERE)).await.unwrap();
        tx.commit().await.unwrap();
        let (id, browser) = desk.hall.begin("by device").await;
        assert!(mfa.challenge(id, &browser).await.unwrap().has_devices);
        assert_eq!(mfa.begin_remembered_for(id, &browser, &phone.key()).await.unwrap(), None);
        let begun = mfa.begin_remembered_for(id, &browser, &laptop.key()).await.unwrap().unwrap();
        let (public_key, signature) = (laptop.key(), laptop.sign(&begun.text));
        let shown = Shown::Device { ceremony: begun.ceremony, holder: id.0, public_key, signature };
        let proved = mfa.prove(id, &browser, &shown, &origin(HERE)).await.unwrap();
        assert!(matches!(proved, Proved::Answer(_)), "{proved:?}");
    })
    .await;
}

#[tokio::test]
async fn a_tenant_that_is_disconnected_takes_no_other_portal_down() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (mfa, owner) = (&desk.hall.mfa, operator(desk.hall.db.organisation, Role::Owner));
        let tenants = &mfa.parts.tenants;
        let base = &desk.hall.entra.base;
        let new: NewTenant = serde_json::from_value(json!({
            "tenant": Uuid::from_u128(0xfab), "client_id": APP, "credential": { "secret": "a client secret" },
            "cloud": { "name": "custom", "login": base, "graph": base }, "settings": { "name": "Fabrikam" },
        }))
        .unwrap();
        let fabrikam = tenants.create_tenant(&owner.may(ConnectTenant {}).unwrap(), &new).await.unwrap().id;
        let may = owner.may(crate::permissions::ChangeProvider { tenant: fabrikam }).unwrap();
        mfa.put_provider(&may, ProviderUpdate::default()).await.unwrap();
        assert_eq!(mfa.list_portals().await.unwrap().len(), 2);
        let may = owner.may(DeleteTenant { tenant: desk.hall.tenant }).unwrap();
        tenants.delete_tenant(&may, "Contoso").await.unwrap();
        let names: Vec<_> = mfa.list_portals().await.unwrap().into_iter().map(|portal| portal.name).collect();
        assert_eq!(names, ["Fabrikam"]);
    })
    .await;
}
