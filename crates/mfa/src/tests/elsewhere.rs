//! The portal for people who have no registered factor: a code that is sent to them, another browser of theirs.

use std::time::Duration;

use kernel::{PageRequest, Secret};
use testkit::{Db, on_each_database};

use super::entra::MIA;
use super::hall::Hall;
use super::push::Stage;
use super::reach::{Reach, WORDING, here};
use crate::factors::{Refusal, Shown};
use crate::model::FactorKind::{Email, Sms};
use crate::model::{Account, FactorKind, Person};
use crate::outofband::{NotSent, Sending, Target};
use crate::permissions::RemoveFactor;
use crate::portal::{Added, Overview, Standing};
use crate::push::{Agreed, PushState, Pushed};
use crate::{Mfa, MfaError};

type Token = Secret<String>;

async fn mia(hall: &Hall) -> Account {
    let mut tx = hall.db.store.begin().await.unwrap();
    let provider = hall.mfa.provider(&mut tx, hall.tenant).await.unwrap();
    let (label, name) = ("mia@contoso.example".to_owned(), Some("Mia".to_owned()));
    let person = Person { object_id: MIA, label, name, guest: false };
    let account = hall.mfa.account_of(&mut tx, &provider, &person).await.unwrap();
    tx.commit().await.unwrap();
    account
}

/// A session of Mia's, who has signed in to Entra by hand just now.
async fn enter(hall: &Hall) -> Token {
    let (mia, now) = (mia(hall).await, hall.db.env.now());
    let mut tx = hall.db.store.begin().await.unwrap();
    let entered = hall.mfa.begin_session(&mut tx, &mia, Some(now), &here()).await.unwrap();
    tx.commit().await.unwrap();
    entered.token
}

async fn look(mfa: &Mfa, token: &Token) -> Overview {
    mfa.portal_overview(token).await.unwrap()
}

async fn send(reach: &Reach, token: &Token, way: FactorKind) -> Sending {
    let target = if way == Email { Target::Email } else { Target::Mobile };
    reach.hall.mfa.send_in_portal(token, (way, target), WORDING, &here()).await.unwrap()
}

async fn show(mfa: &Mfa, token: &Token, code: &str) -> Added {
    let holder = mfa.portal_holder(token).await.unwrap();
    mfa.prove_in_portal(token, &Shown::Entered { holder, code: code.into() }, &here()).await.unwrap()
}

fn inside(added: Added) -> Token {
    match added {
        Added::In(entered) => entered.token,
        Added::Again(refusal) => panic!("refused: {refusal:?}"),
    }
}

fn refusal(added: Added) -> Refusal {
    match added {
        Added::In(_) => panic!("the person is let in"),
        Added::Again(refusal) => refusal,
    }
}

/// Nothing is told, and nothing can be registered.
async fn is_shut(mfa: &Mfa, token: &Token) {
    let seen = look(mfa, token).await;
    assert_eq!(seen.standing, Standing::Prove);
    assert!(seen.addable.is_empty() && seen.attempts.is_empty() && seen.factors.is_empty(), "{seen:?}");
    assert!(matches!(mfa.begin_add_totp(token).await, Err(MfaError::ProveFirst)));
    assert!(matches!(mfa.begin_add_passkey(token).await, Err(MfaError::ProveFirst)));
    assert!(matches!(mfa.browsers_in_portal(token).await, Err(MfaError::ProveFirst)));
    assert!(matches!(mfa.end_other_sessions(token).await, Err(MfaError::ProveFirst)));
    assert!(matches!(mfa.activity(token, &PageRequest::first(5)).await, Err(MfaError::ProveFirst)));
}

#[tokio::test]
async fn whoever_can_be_sent_a_code_shows_it_before_a_first_factor_is_registered() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        let mfa = &reach.hall.mfa;
        let (token, other) = (enter(&reach.hall).await, enter(&reach.hall).await);
        is_shut(mfa, &token).await;
        let offers = look(mfa, &token).await.offers;
        let shown: Vec<_> = offers.iter().map(|offer| format!("{} {}", offer.way, offer.shown)).collect();
        assert_eq!(shown, ["sms +46 •••67", "voice +46 •••67", "email m•••@h•••.example"]);
        assert_eq!(send(&reach, &token, Email).await, Sending::Sent);
        let seen = look(mfa, &token).await;
        assert!(seen.sent.is_some() && seen.send_again_at.is_some(), "{seen:?}");
        let code = reach.mailed_code();
        assert_eq!(refusal(show(mfa, &other, &code).await), Refusal::NoFactor, "it is another session's");
        let proved = inside(show(mfa, &token, &code).await);
        assert!(matches!(mfa.portal_overview(&token).await, Err(MfaError::SignedOut)), "another secret opens it now");
        let seen = look(mfa, &proved).await;
        assert_eq!((seen.standing, seen.sent.is_some(), seen.offers.len()), (Standing::Proved, false, 0));
        assert!(seen.other_ways && !seen.addable.is_empty(), "{seen:?}");
        assert_eq!(send(&reach, &proved, Email).await, Sending::Not(NotSent::NotOffered), "it is proved already");
        let attempt = seen.attempts.iter().find(|attempt| attempt.reason == "proven").unwrap();
        assert_eq!(attempt.factor_kind, Some(Email));
        mfa.begin_add_totp(&proved).await.unwrap();
        is_shut(mfa, &other).await;
        assert_eq!(refusal(show(mfa, &other, &code).await), Refusal::NoFactor, "and it was used");
    })
    .await;
}

#[tokio::test]
async fn a_code_counts_once_and_for_its_minutes() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        let mfa = &reach.hall.mfa;
        let token = enter(&reach.hall).await;
        assert_eq!(send(&reach, &token, Sms).await, Sending::Sent);
        let code = reach.texted_code();
        reach.hall.db.hand.advance(Duration::from_mins(5));
        assert_eq!(refusal(show(mfa, &token, &code).await), Refusal::Expired);
        assert!(look(mfa, &token).await.sent.is_none(), "it is not spoken of any more");
        assert_eq!(send(&reach, &token, Sms).await, Sending::Sent);
        let token = inside(show(mfa, &token, &reach.texted_code()).await);
        assert_eq!(refusal(show(mfa, &token, &reach.texted_code()).await), Refusal::Used);
    })
    .await;
}

#[tokio::test]
async fn codes_are_as_few_as_at_a_sign_in_and_wrong_ones_lock() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        reach.set(|settings| (settings.lockout.lock_after, settings.lockout.wait_after) = (3, 3)).await;
        let mfa = &reach.hall.mfa;
        let token = enter(&reach.hall).await;
        assert_eq!(send(&reach, &token, Email).await, Sending::Sent);
        let until = reach.hall.db.env.now().plus(Duration::from_secs(30));
        assert_eq!(send(&reach, &token, Sms).await, Sending::Not(NotSent::Wait { until }), "by any way");
        let at = reach.hall.begin("n-1").await;
        assert_eq!(
            reach.send(&at, Email).await,
            Sending::Not(NotSent::Wait { until }),
            "at the portal or at a sign-in"
        );
        let code = reach.mailed_code();
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for _ in 0..3 {
            assert_eq!(refusal(show(mfa, &token, wrong).await), Refusal::WrongCode);
        }
        assert!(matches!(mfa.portal_overview(&token).await, Err(MfaError::SignedOut)), "the lock ends the session");
        reach.hall.db.hand.advance(Duration::from_mins(1));
        let late = enter(&reach.hall).await;
        is_shut(mfa, &late).await;
        assert_eq!(
            send(&reach, &late, Email).await,
            Sending::Not(NotSent::NotOffered),
            "whoever is locked is sent nothing"
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_is_locked_registers_nothing_within_a_sign_in_either() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        reach.set(|settings| (settings.lockout.lock_after, settings.lockout.wait_after) = (3, 3)).await;
        let at = reach.hall.begin("n-1").await;
        assert_eq!(reach.send(&at, Email).await, Sending::Sent);
        let wrong = if reach.mailed_code() == "000000" { "111111" } else { "000000" };
        for _ in 0..3 {
            reach.enter(&at, wrong).await;
        }
        let challenge = reach.hall.mfa.challenge(at.0, &at.1).await.unwrap();
        assert!(challenge.locked_at.is_some() && challenge.enrol.is_empty(), "{challenge:?}");
        let begun = reach.hall.mfa.begin_enrol_totp_for(at.0, &at.1).await;
        assert!(matches!(begun, Err(MfaError::Rule(_))), "guessing opens no other door: {begun:?}");
    })
    .await;
}

#[tokio::test]
async fn while_entra_does_not_say_where_nobody_registers() {
    on_each_database(async |db| {
        let mut reach = Reach::new(db).await;
        reach.hall.mfa.out_of_band.patience = Duration::from_millis(200);
        let mfa = reach.hall.mfa.clone();
        reach.hall.entra.contacts.lock().unwrap().hangs = true;
        let token = enter(&reach.hall).await;
        assert!(look(&mfa, &token).await.unread, "nobody knows whether they have an address");
        is_shut(&mfa, &token).await;
        reach.hall.entra.contacts.lock().unwrap().hangs = false;
        let token = enter(&reach.hall).await;
        assert!(!look(&mfa, &token).await.offers.is_empty());
        reach.hall.entra.contacts.lock().unwrap().hangs = true;
        let token = enter(&reach.hall).await;
        assert!(look(&mfa, &token).await.unread);
        is_shut(&mfa, &token).await;
    })
    .await;
}

/// Mia has nothing but the browser in which she agrees.
async fn without_app(db: Db) -> Stage {
    let stage = Stage::new(db).await;
    let account = mia(&stage.hall).await.id;
    let owner = testkit::operator(stage.hall.db.organisation, kernel::Role::Owner);
    let factors =
        stage.hall.mfa.list_factors(&owner.may(crate::permissions::ReadMfa {}).unwrap(), account).await.unwrap();
    for factor in factors {
        let may = owner.may(RemoveFactor { account, factor: Some(factor.id) }).unwrap();
        stage.hall.mfa.take_factor(&may, "a test").await.unwrap();
    }
    stage
}

#[tokio::test]
async fn whoever_agrees_elsewhere_proves_themselves_so_at_the_portal() {
    on_each_database(async |db| {
        let stage = without_app(db).await;
        let mfa = &stage.hall.mfa;
        let token = enter(&stage.hall).await;
        is_shut(mfa, &token).await;
        assert!(look(mfa, &token).await.may_push);
        assert_eq!(mfa.push_in_portal(&token, &here()).await.unwrap(), Pushed::Asked);
        let push = mfa.push_state_in_portal(&token).await.unwrap().unwrap();
        assert_eq!((push.state, push.number.len()), (PushState::Waiting, 2));
        let page = stage.open(&stage.phone).await.unwrap();
        let asked = mfa.asked(&mfa.approver(&page).await.unwrap()).await.unwrap().remove(0);
        assert!(asked.at_portal, "the other browser says what for");
        let holder = mfa.portal_holder(&token).await.unwrap();
        let early = mfa.prove_in_portal(&token, &Shown::Push { holder }, &here()).await.unwrap();
        assert!(matches!(early, Added::Again(_)), "nobody has agreed yet");
        assert_eq!(stage.agree(&page, asked.id, &push.number).await, Agreed::Yes);
        assert_eq!(mfa.push_state_in_portal(&token).await.unwrap().unwrap().state, PushState::Approved);
        let foreign = enter(&stage.hall).await;
        let other = mfa.portal_holder(&foreign).await.unwrap();
        let planted = mfa.prove_in_portal(&foreign, &Shown::Push { holder: other }, &here()).await.unwrap();
        assert!(matches!(planted, Added::Again(_)), "it was agreed to another session");
        let proved = inside(mfa.prove_in_portal(&token, &Shown::Push { holder }, &here()).await.unwrap());
        assert_eq!(look(mfa, &proved).await.standing, Standing::Proved);
        assert!(mfa.push_state_in_portal(&proved).await.unwrap().is_none());
        mfa.begin_add_totp(&proved).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn not_me_ends_the_session_that_asked_and_nobody_is_asked_too_often() {
    on_each_database(async |db| {
        let stage = without_app(db).await;
        let mfa = &stage.hall.mfa;
        let (token, other) = (enter(&stage.hall).await, enter(&stage.hall).await);
        assert_eq!(mfa.push_in_portal(&token, &here()).await.unwrap(), Pushed::Asked);
        let page = stage.open(&stage.phone).await.unwrap();
        mfa.deny(&page, stage.waiting(&page).await[0], &here()).await.unwrap();
        assert!(matches!(mfa.push_state_in_portal(&token).await, Err(MfaError::SignedOut)), "it has ended");
        assert_eq!(stage.events("mfa.not_me").await, 1);
        for _ in 0..4 {
            assert_eq!(mfa.push_in_portal(&other, &here()).await.unwrap(), Pushed::Asked);
        }
        assert!(matches!(mfa.push_in_portal(&other, &here()).await.unwrap(), Pushed::Locked { .. }));
        stage.hall.db.hand.advance(Duration::from_mins(5));
        assert!(mfa.push_state_in_portal(&other).await.unwrap().is_none(), "nothing waits for ever");
        is_shut(mfa, &other).await;
    })
    .await;
}
