//! Codes that count once, codes on paper, codes of administrators, who may register what.

use directory::State;
use kernel::{Role, Secret};
use testkit::{on_each_database, operator, token_of};
use uuid::Uuid;

use super::desk::{Desk, HERE, origin, proven, refused};
use crate::MfaError;
use crate::factors::{NewCode, Refusal, Shown, Told, Verdict};
use crate::model::{FactorKind, FactorState};
use crate::permissions::{IssueCode, ReadMfa, RemoveFactor};
use crate::providers::ProviderUpdate;

#[tokio::test]
async fn a_code_counts_once_and_none_before_it() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let app = desk.app().await;
        let at = |desk: &Desk| app.code(desk.hall.db.env.now());
        assert_eq!(desk.refusal(&at(&desk)).await, Refusal::Used, "it confirmed the app");
        desk.pass(30);
        let (first, earlier) = (at(&desk), app.code(desk.hall.db.env.now().minus(std::time::Duration::from_secs(30))));
        let proof = proven(desk.show(&format!(" {} {} ", &first[..3], &first[3..])).await);
        assert_eq!((proof.kind(), proof.amr().as_str()), (FactorKind::Totp, "otp"));
        for code in [&first, &earlier] {
            assert_eq!(desk.refusal(code).await, Refusal::Used);
        }
        assert_eq!(desk.refusal("12345").await, Refusal::Malformed);
        let events = desk.events().await;
        assert_eq!(&events[..4], ["mfa.provider_created", "mfa.factor_added", "mfa.passed", "mfa.refused"]);
    })
    .await;
}

#[tokio::test]
async fn of_two_nodes_that_are_shown_one_code_one_counts_it() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let other = desk.other_node().await;
        let app = desk.app().await;
        let recovery = desk.recovery_codes().await.remove(0).expose().clone();
        desk.pass(30);
        for code in [app.code(desk.hall.db.env.now()), recovery] {
            let shown = Shown::Code(code.as_str().into());
            let (one, two) = tokio::join!(
                desk.show_as(&desk.hall.db.store, &desk.mia, &shown, HERE),
                desk.show_as(&other, &desk.mia, &shown, "198.51.100.9"),
            );
            let passed = [&one, &two].into_iter().filter(|verdict| matches!(verdict, Verdict::Proven(_))).count();
            assert_eq!(passed, 1, "{one:?} {two:?}");
            let refusal = [one, two].into_iter().find(|verdict| matches!(verdict, Verdict::Refused(_))).unwrap();
            assert_eq!(refused(refusal), Refusal::Used);
        }
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_and_learnt_by_two_codes_in_a_row() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let app = desk.app().await;
        desk.pass(3_600);
        let slow = |desk: &Desk| app.code(desk.hall.db.env.now().minus(std::time::Duration::from_secs(150)));
        assert_eq!(desk.refusal(&slow(&desk)).await, Refusal::ClockOff { seconds: -150 });
        assert_eq!(
            desk.refusal(&slow(&desk)).await.told(desk.hall.db.env.now()),
            Told::NotRight,
            "the same one again is worth nothing"
        );
        desk.pass(30);
        proven(desk.show(&slow(&desk)).await);
        desk.pass(30);
        proven(desk.show(&slow(&desk)).await);
        let factors = desk.hall.mfa.list_factors(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
        assert_eq!(factors[0].clock_off_seconds, Some(-150));
    })
    .await;
}

#[tokio::test]
async fn recovery_codes_count_once_each_and_new_ones_replace_them() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let old = desk.recovery_codes().await;
        assert_eq!(old.len(), 10);
        let proof = proven(desk.show(&old[3].expose().to_lowercase()).await);
        assert_eq!(proof.kind(), FactorKind::Recovery);
        assert_eq!(desk.refusal(old[3].expose()).await, Refusal::Used);
        let factors = desk.hall.mfa.list_factors(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
        assert_eq!(factors[0].codes_left, Some(9));
        let new = desk.recovery_codes().await;
        assert_eq!(desk.refusal(old[4].expose()).await.told(desk.hall.db.env.now()), Told::NotRight);
        proven(desk.show(new[9].expose()).await);
        let stranger = desk.somebody(5).await;
        let shown = Shown::Code(Secret::new(new[8].expose().clone()));
        let verdict = desk.show_as(&desk.hall.db.store, &stranger, &shown, HERE).await;
        assert_eq!(refused(verdict), Refusal::WrongCode, "a code is one person's");
        assert!(desk.events().await.contains(&"mfa.recovery_code_used".to_owned()));
    })
    .await;
}

fn wanted() -> NewCode {
    NewCode {
        reason: "lost the phone".to_owned(),
        ticket: Some("4711".to_owned()),
        valid_minutes: None,
        several_uses: false,
    }
}

#[tokio::test]
async fn a_temporary_code_counts_once_or_until_it_expires_or_until_there_is_a_factor() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let may = desk.may(IssueCode { account: desk.mia.id });
        let once = desk.hall.mfa.issue_code(&may, &wanted()).await.unwrap();
        assert!(!once.needs_approval);
        assert_eq!(proven(desk.show(once.code.expose()).await).kind(), FactorKind::Temporary);
        assert_eq!(desk.refusal(once.code.expose()).await, Refusal::Used);

        let several = NewCode { several_uses: true, valid_minutes: Some(30), ..wanted() };
        let several = desk.hall.mfa.issue_code(&may, &several).await.unwrap();
        proven(desk.show(several.code.expose()).await);
        proven(desk.show(several.code.expose()).await);
        desk.pass(30 * 60);
        assert_eq!(desk.refusal(several.code.expose()).await, Refusal::Expired);

        let last = desk.hall.mfa.issue_code(&may, &wanted()).await.unwrap();
        desk.app().await;
        assert_eq!(desk.refusal(last.code.expose()).await, Refusal::WrongCode, "there is a factor now");
        for wrong in [
            NewCode { reason: " ".to_owned(), ..wanted() },
            NewCode { valid_minutes: Some(0), ..wanted() },
            NewCode { valid_minutes: Some(1_441), ..wanted() },
        ] {
            assert!(matches!(desk.hall.mfa.issue_code(&may, &wrong).await, Err(MfaError::Invalid(_))), "{wrong:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_privileged_person_needs_a_second_operator() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        let group = Uuid::from_u128(0xad);
        desk.settings.privileged_groups = vec![group];
        let update = ProviderUpdate { settings: Some(desk.settings.clone()), ..ProviderUpdate::default() };
        desk.hall.set(update).await;
        let may = desk.may(IssueCode { account: desk.mia.id });
        assert!(
            desk.hall.mfa.issue_code(&may, &wanted()).await.unwrap().needs_approval,
            "of whom nobody knows what they are in, nobody knows that they are not privileged"
        );
        desk.directory_says(State::Active, Some(group)).await;
        let issued = desk.hall.mfa.issue_code(&may, &wanted()).await.unwrap();
        assert!(issued.needs_approval);
        assert_eq!(desk.refusal(issued.code.expose()).await, Refusal::NotApproved);
        let own_token = token_of(operator(desk.hall.db.organisation, Role::Administrator));
        let own_token = own_token.may(IssueCode { account: desk.mia.id }).unwrap();
        for same in [&may, &own_token] {
            let refused = desk.hall.mfa.approve_code(same, issued.factor.id).await;
            assert!(matches!(refused, Err(MfaError::Conflict(_))), "{refused:?}");
        }
        let second = operator(desk.hall.db.organisation, Role::Owner);
        let second = second.may(IssueCode { account: desk.mia.id }).unwrap();
        let agreed = desk.hall.mfa.approve_code(&second, issued.factor.id).await.unwrap();
        assert_eq!(agreed.temporary.unwrap().approved_by.as_deref(), Some("operator:test-owner"));
        proven(desk.show(issued.code.expose()).await);
    })
    .await;
}

#[tokio::test]
async fn whom_the_directory_disables_keeps_their_factors_and_cannot_use_them() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let app = desk.app().await;
        let since = desk.hall.db.env.now();
        for state in [State::Disabled, State::Deleted { since, purge_at: since }] {
            desk.directory_says(state, None).await;
            desk.pass(30);
            let code = app.code(desk.hall.db.env.now());
            assert_eq!(desk.refusal(&code).await, Refusal::Suspended);
            let factors = desk.hall.mfa.list_factors(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
            assert_eq!(factors[0].state, FactorState::Suspended);
        }
        desk.directory_says(State::Active, None).await;
        proven(desk.show(&app.code(desk.hall.db.env.now())).await);
    })
    .await;
}

#[tokio::test]
async fn a_key_that_nobody_confirms_is_given_up_and_limits_hold() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        let (mfa, provider) = (desk.hall.mfa.clone(), desk.provider().await);
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let pending = mfa.begin_enrol_totp(&mut tx, &provider, &desk.mia).await.unwrap();
        assert!(pending.qr_svg.contains("<svg"));
        assert!(pending.uri.expose().starts_with("otpauth://totp/hall.example:mia%40contoso.example?secret="));
        for (count, expected) in [(1, Refusal::WrongCode), (4, Refusal::WrongCode), (5, Refusal::TooManyTries)] {
            let mut last = Refusal::Malformed;
            let tries = if count == 4 { 3 } else { 1 };
            for _ in 0..tries {
                let verdict =
                    mfa.confirm_totp(&mut tx, &provider, &desk.mia, pending.factor, "abc", &origin(HERE)).await;
                last = refused(verdict.unwrap());
            }
            assert_eq!(last, expected, "{count} tries");
        }
        let gone = mfa.confirm_totp(&mut tx, &provider, &desk.mia, pending.factor, "000000", &origin(HERE)).await;
        assert!(matches!(gone, Err(MfaError::NotFound(_))));
        tx.commit().await.unwrap();
        desk.settings.most_factors = 1;
        desk.app().await;
        let provider = desk.provider().await;
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let second = mfa.begin_enrol_totp(&mut tx, &provider, &desk.mia).await;
        assert!(matches!(second, Err(MfaError::Rule(_))), "one is the most");
        drop(tx);
        desk.settings.kinds = vec![FactorKind::Passkey];
        let (provider, somebody) = (desk.provider().await, desk.somebody(9).await);
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let off = mfa.begin_enrol_totp(&mut tx, &provider, &somebody).await;
        assert!(matches!(off, Err(MfaError::Rule(_))), "switched off");
    })
    .await;
}

#[tokio::test]
async fn a_factor_is_named_removed_and_everything_reset() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let app = desk.app().await;
        let mfa = &desk.hall.mfa;
        let factor = mfa.list_factors(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap()[0].id;
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        mfa.rename_factor(&mut tx, &desk.mia, factor, " Work phone ", &origin(HERE)).await.unwrap();
        let bad = mfa.rename_factor(&mut tx, &desk.mia, factor, "  ", &origin(HERE)).await;
        assert!(matches!(bad, Err(MfaError::Invalid(_))));
        tx.commit().await.unwrap();
        let factors = mfa.list_factors(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
        assert_eq!(factors[0].name, "Work phone");
        let stranger = desk.somebody(5).await;
        let of_another = desk.may(RemoveFactor { account: stranger.id, factor: Some(factor) });
        assert!(matches!(mfa.take_factor(&of_another, "").await, Err(MfaError::NotFound(_))));
        mfa.take_factor(&desk.may(RemoveFactor { account: desk.mia.id, factor: Some(factor) }), "lost").await.unwrap();
        desk.pass(30);
        assert_eq!(desk.refusal(&app.code(desk.hall.db.env.now())).await, Refusal::NoFactor);
        desk.recovery_codes().await;
        mfa.reset(&desk.may(RemoveFactor { account: desk.mia.id, factor: None }), "lost everything").await.unwrap();
        assert!(mfa.list_factors(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap().is_empty());
        let other = operator(desk.hall.db.env.new_id(), Role::Owner);
        let elsewhere = mfa.list_factors(&other.may(ReadMfa {}).unwrap(), desk.mia.id).await;
        assert!(matches!(elsewhere, Err(MfaError::NotFound(_))), "another organisation's operator knows nothing");
        assert!(desk.events().await.contains(&"mfa.reset".to_owned()));
    })
    .await;
}
