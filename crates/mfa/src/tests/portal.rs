//! The portal's sessions and verbs, on both databases.

use std::time::Duration;

use directory::State;
use kernel::{PageRequest, Secret, Timestamp};
use passkeys::double::Double;
use testkit::on_each_database;
use uuid::Uuid;

use super::desk::{Desk, HERE, origin};
use super::devices::Browser;
use super::key_policies::of_models;
use super::passing::App;
use super::policies::{Author, policy};
use crate::devices::DeviceChallenge;
use crate::factors::{FactorRule, NewCode, Refusal, Shown};
use crate::model::{Account, FactorId, FactorKind, FactorState};
use crate::permissions::{IssueCode, RemoveFactor};
use crate::portal::{Added, Browsers, Entered, Standing, Tested};
use crate::prove::Keep;
use crate::settings::AttestationMode;
use crate::store::devices;
use crate::{Mfa, MfaError, Parts};

/// Where people reach the room.
const ORIGIN: &str = "https://hall.example";

pub(super) type Token = Secret<String>;

/// A session of somebody who has come back from Entra.
pub(super) async fn enter(desk: &Desk, account: &Account, by_hand_at: Option<Timestamp>) -> Token {
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    let entered = desk.hall.mfa.begin_session(&mut tx, account, by_hand_at, &origin(HERE)).await.unwrap();
    tx.commit().await.unwrap();
    entered.token
}

/// A session of Mia's that may everything: she has an authenticator app.
pub(super) async fn proved(desk: &Desk) -> (Token, App) {
    let app = desk.app().await;
    desk.pass(30);
    let token = enter(desk, &desk.mia, None).await;
    (show(desk, &token, &app).await, app)
}

pub(super) fn now(desk: &Desk) -> Timestamp {
    desk.hall.db.env.now()
}

async fn show(desk: &Desk, token: &Token, app: &App) -> Token {
    let code = app.code(now(desk));
    inside(desk.hall.mfa.prove_in_portal(token, &Shown::Code(Secret::new(code)), &origin(HERE)).await.unwrap()).token
}

fn inside(added: Added) -> Entered {
    match added {
        Added::In(entered) => entered,
        Added::Again(refusal) => panic!("refused: {refusal:?}"),
    }
}

pub(super) async fn standing(mfa: &Mfa, token: &Token) -> Option<Standing> {
    match mfa.portal_overview(token).await {
        Ok(overview) => Some(overview.standing),
        Err(MfaError::SignedOut) => None,
        Err(error) => panic!("{error:?}"),
    }
}

/// Registers a passkey in a session.
pub(super) async fn add_key(desk: &Desk, token: &Token, name: &str) -> Result<Token, MfaError> {
    let mfa = &desk.hall.mfa;
    let (ceremony, options) = mfa.begin_add_passkey(token).await?;
    let answer = Double::new(ORIGIN).register(&options);
    Ok(mfa.add_passkey(token, ceremony, answer, name, &origin(HERE)).await?.token)
}

pub(super) async fn factor_of(desk: &Desk, token: &Token, kind: FactorKind) -> FactorId {
    let all = desk.hall.mfa.portal_overview(token).await.unwrap().factors;
    all.into_iter().find(|factor| factor.kind == kind).unwrap().id
}

/// Another node on the same database.
async fn other_node(desk: &Desk) -> Mfa {
    let parts = &desk.hall.mfa.parts;
    Mfa::new(Parts {
        store: desk.other_node().await,
        env: parts.env.clone(),
        sealer: parts.sealer.clone(),
        config: parts.config.clone(),
        tenants: parts.tenants.clone(),
        directory: parts.directory.clone(),
        issuer_keys: parts.issuer_keys.clone(),
        url: parts.url.clone(),
    })
}

#[tokio::test]
async fn every_rise_of_rights_gives_another_secret_and_the_former_opens_nothing() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let app = desk.app().await;
        desk.pass(30);
        let known = enter(&desk, &desk.mia, None).await;
        assert_eq!(standing(&desk.hall.mfa, &known).await, Some(Standing::Prove));
        let raised = show(&desk, &known, &app).await;
        assert_ne!(known.expose(), raised.expose());
        assert_eq!(standing(&desk.hall.mfa, &known).await, None, "whoever fixed it has nothing");
        assert_eq!(standing(&desk.hall.mfa, &raised).await, Some(Standing::Proved));
        let again = add_key(&desk, &raised, "Key").await.unwrap();
        assert_eq!(standing(&desk.hall.mfa, &raised).await, None);
        assert_eq!(standing(&desk.hall.mfa, &again).await, Some(Standing::Proved));
        for made_up in ["", "vestibule", &again.expose()[1..]] {
            assert_eq!(standing(&desk.hall.mfa, &made_up.into()).await, None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_idle_when_old_and_by_signing_out() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let idle = enter(&desk, &desk.mia, None).await;
        desk.pass(20 * 60);
        assert_eq!(standing(mfa, &idle).await, None);
        let used = enter(&desk, &desk.mia, None).await;
        for _ in 0..15 {
            desk.pass(15 * 60);
            mfa.touch_portal(&used).await.unwrap();
        }
        desk.pass(15 * 60);
        assert_eq!(standing(mfa, &used).await, None, "four hours, however often it is used");
        let left = enter(&desk, &desk.mia, None).await;
        mfa.leave_portal(&left).await.unwrap();
        assert_eq!(standing(mfa, &left).await, None);
        mfa.prune().await.unwrap();
        let mut tx = desk.hall.db.store.read().await.unwrap();
        let kept = tx.count("SELECT COUNT(*) AS n FROM mfa_portal_sessions", Vec::new()).await.unwrap();
        assert_eq!(kept, 0, "what is over leaves nothing behind");
    })
    .await;
}

#[tokio::test]
async fn one_session_is_every_nodes_and_is_raised_once() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let other = other_node(&desk).await;
        let app = desk.app().await;
        desk.pass(30);
        let token = enter(&desk, &desk.mia, None).await;
        assert_eq!(standing(&other, &token).await, Some(Standing::Prove));
        let shown = Shown::Code(Secret::new(app.code(now(&desk))));
        let here = origin(HERE);
        let (one, two) = tokio::join!(
            desk.hall.mfa.prove_in_portal(&token, &shown, &here),
            other.prove_in_portal(&token, &shown, &here)
        );
        let mut raised = Vec::new();
        for end in [one, two] {
            match end {
                Ok(Added::In(entered)) => raised.push(entered.token),
                Ok(Added::Again(refusal)) => assert_eq!(refusal, Refusal::Used),
                Err(error) => assert!(matches!(error, MfaError::SignedOut), "{error:?}"),
            }
        }
        assert_eq!(raised.len(), 1);
        for mfa in [&desk.hall.mfa, &other] {
            assert_eq!(standing(mfa, &raised[0]).await, Some(Standing::Proved));
            assert_eq!(standing(mfa, &token).await, None);
        }
        other.leave_portal(&raised[0]).await.unwrap();
        assert_eq!(standing(&desk.hall.mfa, &raised[0]).await, None);
        other.store().close().await;
    })
    .await;
}

#[tokio::test]
async fn the_first_factor_needs_a_fresh_sign_in_and_a_later_one_a_factor() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        for by_hand_at in [None, Some(now(&desk).minus(Duration::from_mins(11)))] {
            let token = enter(&desk, &desk.mia, by_hand_at).await;
            assert_eq!(standing(mfa, &token).await, Some(Standing::Newcomer));
            assert!(matches!(add_key(&desk, &token, "Key").await, Err(MfaError::ProveFirst)));
            assert!(matches!(mfa.begin_add_totp(&token).await, Err(MfaError::ProveFirst)));
        }
        let (fresh, rival) =
            (enter(&desk, &desk.mia, Some(now(&desk))).await, enter(&desk, &desk.mia, Some(now(&desk))).await);
        let pending = mfa.begin_add_totp(&rival).await.unwrap();
        let token = add_key(&desk, &fresh, "Phone").await.unwrap();
        assert_eq!(standing(mfa, &token).await, Some(Standing::Proved));
        // Begun while there was none; now there is one, and the other session has not shown it.
        let code = App::of(pending.secret.expose()).code(now(&desk));
        let late = mfa.add_totp(&rival, pending.factor, &code, "", &origin(HERE)).await;
        assert!(matches!(late, Err(MfaError::ProveFirst)), "{late:?}");
        assert_eq!(standing(mfa, &rival).await, Some(Standing::Prove));
        let overview = mfa.portal_overview(&rival).await.unwrap();
        assert!(overview.factors.is_empty() && overview.attempts.is_empty(), "nothing is told before the proof");
        assert!(matches!(mfa.activity(&rival, &PageRequest::first(5)).await, Err(MfaError::ProveFirst)));
        assert!(matches!(mfa.browsers_in_portal(&rival).await, Err(MfaError::ProveFirst)));
        add_key(&desk, &token, "Key at home").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_administrators_code_opens_the_door_to_the_first_factor() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let may = desk.may(IssueCode { account: desk.mia.id });
        let wanted = NewCode { reason: "new here".to_owned(), ticket: None, valid_minutes: None, several_uses: false };
        let code = desk.hall.mfa.issue_code(&may, &wanted).await.unwrap().code;
        let token = enter(&desk, &desk.mia, None).await;
        assert_eq!(standing(&desk.hall.mfa, &token).await, Some(Standing::Newcomer));
        let wrong = Shown::Code("0000-0000-0000".into());
        let refused = desk.hall.mfa.prove_in_portal(&token, &wrong, &origin(HERE)).await.unwrap();
        assert!(matches!(refused, Added::Again(Refusal::WrongCode)), "{refused:?}");
        let shown = Shown::Code(code);
        let token = inside(desk.hall.mfa.prove_in_portal(&token, &shown, &origin(HERE)).await.unwrap()).token;
        add_key(&desk, &token, "Phone").await.unwrap();
        let late = enter(&desk, &desk.mia, None).await;
        let used = desk.hall.mfa.prove_in_portal(&late, &shown, &origin(HERE)).await.unwrap();
        assert!(matches!(used, Added::Again(_)), "it ended with the first factor: {used:?}");
    })
    .await;
}

#[tokio::test]
async fn the_last_factor_stays_and_others_go_are_named_and_tried() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let (token, app) = proved(&desk).await;
        let totp = factor_of(&desk, &token, FactorKind::Totp).await;
        let here = origin(HERE);
        assert!(matches!(mfa.remove_in_portal(&token, totp, &here).await, Err(MfaError::Rule(FactorRule::Last))));
        desk.pass(30);
        let shown = Shown::Code(Secret::new(app.code(now(&desk))));
        let tested = mfa.test_in_portal(&token, totp, &shown, &here).await.unwrap();
        assert_eq!(tested, Tested::Works { clock_off_seconds: 0 });
        assert_eq!(
            mfa.test_in_portal(&token, totp, &shown, &here).await.unwrap(),
            Tested::Refused(Refusal::Used),
            "trying uses a code up"
        );
        let token = add_key(&desk, &token, "Phone").await.unwrap();
        let key = factor_of(&desk, &token, FactorKind::Passkey).await;
        desk.pass(30);
        let shown = Shown::Code(Secret::new(app.code(now(&desk))));
        let other = mfa.test_in_portal(&token, key, &shown, &here).await.unwrap();
        assert_eq!(other, Tested::Refused(Refusal::Malformed), "a key has no codes");
        mfa.rename_in_portal(&token, totp, " Old phone ", &here).await.unwrap();
        assert_eq!(mfa.factor_in_portal(&token, totp).await.unwrap().factor.name, "Old phone");
        assert!(matches!(mfa.rename_in_portal(&token, totp, "", &here).await, Err(MfaError::Invalid(_))));
        mfa.remove_in_portal(&token, totp, &here).await.unwrap();
        assert!(matches!(mfa.remove_in_portal(&token, key, &here).await, Err(MfaError::Rule(FactorRule::Last))));
        let nobodys = FactorId(Uuid::from_u128(7));
        assert!(matches!(mfa.remove_in_portal(&token, nobodys, &here).await, Err(MfaError::NotFound(_))));
        let stranger = desk.somebody(5).await;
        let fresh = enter(&desk, &stranger, Some(now(&desk))).await;
        let theirs = add_key(&desk, &fresh, "Theirs").await.unwrap();
        assert!(matches!(mfa.remove_in_portal(&theirs, key, &here).await, Err(MfaError::NotFound(_))));
        assert!(matches!(mfa.report_lost(&theirs, key, &here).await, Err(MfaError::NotFound(_))));
    })
    .await;
}

#[tokio::test]
async fn a_key_of_a_model_that_a_policy_does_not_take_is_said_to_count_no_more() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let (token, app) = proved(&desk).await;
        let token = add_key(&desk, &token, "Phone").await.unwrap();
        let key = factor_of(&desk, &token, FactorKind::Passkey).await;
        let totp = factor_of(&desk, &token, FactorKind::Totp).await;
        assert_eq!(mfa.portal_overview(&token).await.unwrap().unfit_keys, []);
        let rules = of_models(AttestationMode::Required, &[], &[]);
        Author(&desk).enforce(vec![policy("Keys", &[], rules)]).await;
        assert_eq!(mfa.portal_overview(&token).await.unwrap().unfit_keys, [key]);
        for (factor, unfit) in [(key, true), (totp, false)] {
            assert_eq!(mfa.factor_in_portal(&token, factor).await.unwrap().unfit, unfit);
        }
        // Also to who has not proved themselves: they need not look for it.
        desk.pass(30);
        let begun = enter(&desk, &desk.mia, None).await;
        let overview = mfa.portal_overview(&begun).await.unwrap();
        assert_eq!((overview.unfit_keys, overview.kinds), (vec![key], vec![FactorKind::Totp]));
        assert_eq!(overview.factors.len(), 0, "what else is there is not told");
        show(&desk, &begun, &app).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_lost_counts_no_more_and_takes_sessions_and_browsers_with_it() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let (token, app) = proved(&desk).await;
        let token = add_key(&desk, &token, "Phone").await.unwrap();
        let elsewhere = enter(&desk, &desk.mia, None).await;
        remember(&desk).await;
        agree_in(&desk).await;
        let key = factor_of(&desk, &token, FactorKind::Passkey).await;
        let lost = mfa.report_lost(&token, key, &origin(HERE)).await.unwrap();
        assert_eq!((lost.name.as_str(), lost.sessions, lost.devices, lost.left), ("Phone", 1, 2, 1));
        assert_eq!(standing(mfa, &elsewhere).await, None);
        assert_eq!(standing(mfa, &token).await, Some(Standing::Proved), "who reports it goes on");
        assert!(matches!(mfa.factor_in_portal(&token, key).await, Err(MfaError::NotFound(_))));
        let totp = factor_of(&desk, &token, FactorKind::Totp).await;
        assert_eq!(mfa.report_lost(&token, totp, &origin(HERE)).await.unwrap().left, 0);
        assert_eq!(mfa.factor_in_portal(&token, totp).await.unwrap().factor.state, FactorState::Suspended);
        desk.pass(30);
        assert_eq!(desk.refusal(&app.code(now(&desk))).await, Refusal::NoFactor);
        let thief = enter(&desk, &desk.mia, Some(now(&desk))).await;
        assert_eq!(standing(mfa, &thief).await, Some(Standing::Prove), "a password alone registers nothing");
        assert!(matches!(add_key(&desk, &thief, "Thief").await, Err(MfaError::ProveFirst)));
        let token = add_key(&desk, &token, "New phone").await.unwrap();
        assert!(matches!(mfa.factor_in_portal(&token, totp).await, Err(MfaError::NotFound(_))), "it is replaced");
        let events = desk.events().await;
        assert_eq!(events.iter().filter(|name| *name == "mfa.factor_lost").count(), 2);
    })
    .await;
}

async fn remember(desk: &Desk) {
    let device = crate::devices::Device {
        id: desk.hall.db.env.new_id(),
        organisation: desk.mia.organisation,
        account: desk.mia.id,
        name: "Laptop".to_owned(),
        public_key: vec![4; 65],
        created_at: now(desk),
        last_used_at: now(desk),
        expires_at: now(desk).plus(Duration::from_hours(24)),
    };
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    devices::insert(&mut tx, &device).await.unwrap();
    tx.commit().await.unwrap();
}

/// A browser in which Mia agrees to sign-ins elsewhere.
async fn agree_in(desk: &Desk) {
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    let key = desk.hall.db.env.rng.bytes::<65>();
    desk.hall.mfa.add_approver(&mut tx, &desk.mia, &key, "Phone", &origin(HERE)).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn who_has_proved_themselves_has_a_browser_ask_them_that_shows_its_key() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let (token, _) = proved(&desk).await;
        let browser = Browser::new();
        let shown = |challenge: DeviceChallenge, text: &str| Keep {
            ceremony: challenge.ceremony,
            public_key: browser.key(),
            signature: browser.sign(text),
            name: "Safari on iPhone".to_owned(),
            ..Keep::default()
        };
        let begun = enter(&desk, &desk.mia, None).await;
        assert!(matches!(mfa.begin_device_in_portal(&begun).await, Err(MfaError::ProveFirst)));
        let challenge = mfa.begin_device_in_portal(&token).await.unwrap();
        let theirs = shown(challenge.clone(), &challenge.text);
        assert!(matches!(mfa.approve_in_portal(&begun, &theirs, &origin(HERE)).await, Err(MfaError::ProveFirst)));
        let wrong = shown(challenge, "another text");
        assert!(matches!(mfa.approve_in_portal(&token, &wrong, &origin(HERE)).await, Err(MfaError::Over)));
        assert!(
            matches!(mfa.approve_in_portal(&token, &theirs, &origin(HERE)).await, Err(MfaError::Over)),
            "it is over"
        );

        let challenge = mfa.begin_device_in_portal(&token).await.unwrap();
        let right = shown(challenge.clone(), &challenge.text);
        mfa.approve_in_portal(&token, &right, &origin(HERE)).await.unwrap();
        let found = mfa.browsers_in_portal(&token).await.unwrap();
        assert!(found.may_add && found.account == desk.mia.id);
        let names: Vec<_> = found.approvers.iter().map(|one| (one.name.as_str(), one.public_key.clone())).collect();
        assert_eq!(names, [("Safari on iPhone", browser.key())]);
        let told = desk.events().await;
        assert!(told.iter().any(|name| name == "mfa.approver_added"), "{told:?}");
        assert!(matches!(mfa.approve_in_portal(&token, &right, &origin(HERE)).await, Err(MfaError::Over)), "once");
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_was_somebody_else_is_marked_once_and_ends_what_is_open() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let (token, _) = proved(&desk).await;
        desk.refusal("000000").await;
        let elsewhere = enter(&desk, &desk.mia, None).await;
        remember(&desk).await;
        let page = mfa.activity(&token, &PageRequest::first(50)).await.unwrap();
        let strange = page.items.iter().find(|attempt| attempt.reason == "wrong_code").unwrap();
        let said = mfa.say_not_me(&token, strange.id, &origin(HERE)).await.unwrap();
        assert_eq!((said.sessions, said.devices), (1, 1));
        assert_eq!(standing(mfa, &elsewhere).await, None);
        mfa.say_not_me(&token, strange.id, &origin(HERE)).await.unwrap();
        let marked = mfa.attempt_in_portal(&token, strange.id).await.unwrap();
        assert_eq!(marked.not_me_at, Some(now(&desk)));
        let told = desk.events().await.iter().filter(|name| *name == "mfa.not_me").count();
        assert_eq!(told, 1, "said twice, told once");
        let stranger = desk.somebody(5).await;
        let fresh = enter(&desk, &stranger, None).await;
        assert!(matches!(mfa.say_not_me(&fresh, strange.id, &origin(HERE)).await, Err(MfaError::NotFound(_))));
        assert!(mfa.activity(&fresh, &PageRequest::first(50)).await.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_reset_a_lock_and_a_disabled_account_end_sessions() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        let (token, app) = proved(&desk).await;
        desk.settings.lockout.lock_after = 3;
        for _ in 0..3 {
            desk.refusal("000000").await;
        }
        assert_eq!(standing(&desk.hall.mfa, &token).await, None, "locked");
        let mfa = &desk.hall.mfa;
        let token = enter(&desk, &desk.mia, None).await;
        let shown = Shown::Code(Secret::new(app.code(now(&desk))));
        let locked = mfa.prove_in_portal(&token, &shown, &origin(HERE)).await.unwrap();
        assert!(matches!(locked, Added::Again(Refusal::Locked { .. })), "the same lockout: {locked:?}");
        let may = desk.may(RemoveFactor { account: desk.mia.id, factor: None });
        mfa.reset(&may, "lost everything").await.unwrap();
        assert_eq!(standing(mfa, &token).await, None, "reset");
        let token = enter(&desk, &desk.mia, None).await;
        desk.directory_says(State::Disabled, None).await;
        assert!(matches!(mfa.touch_portal(&token).await, Err(MfaError::SignedOut)), "disabled");
        desk.directory_says(State::Active, None).await;
        assert_eq!(standing(mfa, &token).await, None, "it does not come back with the person");
    })
    .await;
}

#[tokio::test]
async fn recovery_codes_and_remembered_browsers_are_the_persons_to_renew_and_forget() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mfa = &desk.hall.mfa;
        let (token, _) = proved(&desk).await;
        let old = mfa.recovery_codes_in_portal(&token, &origin(HERE)).await.unwrap();
        let new = mfa.recovery_codes_in_portal(&token, &origin(HERE)).await.unwrap();
        assert_eq!(mfa.portal_overview(&token).await.unwrap().codes().unwrap().codes_left, Some(10));
        let late = enter(&desk, &desk.mia, None).await;
        let shown = |code: &Secret<String>| Shown::Code(code.expose().as_str().into());
        let refused = mfa.prove_in_portal(&late, &shown(&old[0]), &origin(HERE)).await.unwrap();
        assert!(matches!(refused, Added::Again(_)), "{refused:?}");
        let late = inside(mfa.prove_in_portal(&late, &shown(&new[0]), &origin(HERE)).await.unwrap()).token;
        remember(&desk).await;
        remember(&desk).await;
        agree_in(&desk).await;
        let Browsers { remembered, approvers, sessions, .. } = mfa.browsers_in_portal(&late).await.unwrap();
        assert_eq!((remembered.len(), approvers.len(), sessions.len()), (2, 1, 2));
        assert_eq!(sessions.iter().filter(|one| one.is_own).count(), 1);
        mfa.forget_in_portal(&late, Some(remembered[0].id), &origin(HERE)).await.unwrap();
        mfa.forget_in_portal(&late, Some(approvers[0].id), &origin(HERE)).await.unwrap();
        let gone = mfa.forget_in_portal(&late, Some(approvers[0].id), &origin(HERE)).await;
        assert!(matches!(gone, Err(MfaError::NotFound(_))), "{gone:?}");
        mfa.forget_in_portal(&late, None, &origin(HERE)).await.unwrap();
        assert_eq!(mfa.end_other_sessions(&late).await.unwrap(), 1);
        let Browsers { remembered, approvers, sessions, .. } = mfa.browsers_in_portal(&late).await.unwrap();
        assert_eq!((remembered.len(), approvers.len(), sessions.len()), (0, 0, 1));
        assert_eq!(standing(mfa, &token).await, None);
    })
    .await;
}
