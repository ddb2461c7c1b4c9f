//! Sign-ins that are agreed to in another browser, and browsers that prove by themselves.

use std::time::Duration;

use kernel::{PageRequest, Role, Secret};
use serde_json::json;
use testkit::{Db, on_each_database, operator};

use super::devices::Browser;
use super::hall::Hall;
use super::passing::{App, enrol, read};
use super::reach::here;
use crate::MfaError;
use crate::answer::Posted;
use crate::attempts::AttemptFilter;
use crate::factors::Shown;
use crate::model::{Origin, PushId, TransactionId};
use crate::permissions::ReadMfa;
use crate::prove::{Keep, Proved};
use crate::push::{Agreed, PushState, Pushed};

pub(super) type At = (TransactionId, Secret<String>);

/// Mia with an authenticator app, and a browser that she agrees in.
pub(super) struct Stage {
    pub(super) hall: Hall,
    pub(super) phone: Browser,
    app: App,
    count: std::cell::Cell<u32>,
}

impl Stage {
    pub(super) async fn new(db: Db) -> Self {
        let hall = Hall::new(db).await;
        let first = hall.begin("n-0").await;
        let (app, _) = enrol(&hall, first.0, &first.1).await;
        let stage = Self { hall, phone: Browser::new(), app, count: std::cell::Cell::new(0) };
        stage.keep(&stage.phone, false, true).await;
        stage
    }

    /// Mia signs in with her app in a browser that is kept.
    pub(super) async fn keep(&self, browser: &Browser, remember: bool, approve: bool) {
        self.hall.db.hand.advance(Duration::from_secs(30));
        let at = self.begin().await;
        let challenge = self.hall.mfa.begin_device_for(at.0, &at.1).await.unwrap();
        let keep = Keep {
            ceremony: challenge.ceremony,
            public_key: browser.key(),
            signature: browser.sign(&challenge.text),
            name: "Phone".to_owned(),
            remember,
            approve,
        };
        let code = self.app.code(self.hall.db.env.now());
        let shown = Shown::Entered { holder: at.0.0, code: code.as_str().into() };
        let proved = self.hall.mfa.prove_and_keep(at.0, &at.1, &shown, Some(&keep), &here()).await.unwrap();
        posted(proved);
    }

    pub(super) async fn begin(&self) -> At {
        self.count.set(self.count.get() + 1);
        self.hall.begin(&format!("n-{}", self.count.get())).await
    }

    /// A sign-in that asks elsewhere, and the number that it shows.
    pub(super) async fn asked(&self) -> (At, String) {
        let at = self.begin().await;
        assert_eq!(self.push(&at).await, Pushed::Asked);
        let push = self.hall.mfa.challenge(at.0, &at.1).await.unwrap().push.unwrap();
        assert_eq!((push.state, push.number.len()), (PushState::Waiting, 2));
        (at, push.number)
    }

    async fn push(&self, at: &At) -> Pushed {
        self.hall.mfa.push_for(at.0, &at.1, &here()).await.unwrap()
    }

    /// The page of the phone is opened.
    pub(super) async fn open(&self, browser: &Browser) -> Result<Secret<String>, MfaError> {
        let challenge = self.hall.mfa.begin_approver(&browser.key()).await?;
        self.hall.mfa.open_approver(challenge.ceremony, &browser.key(), &browser.sign(&challenge.text)).await
    }

    pub(super) async fn waiting(&self, page: &Secret<String>) -> Vec<PushId> {
        let approver = self.hall.mfa.approver(page).await.unwrap();
        self.hall.mfa.asked(&approver).await.unwrap().into_iter().map(|asked| asked.id).collect()
    }

    pub(super) async fn agree(&self, page: &Secret<String>, push: PushId, number: &str) -> Agreed {
        let signature = self.phone.sign(&format!("vestibule-approve.{push}.{number}"));
        self.hall.mfa.agree(page, push, number, &signature).await.unwrap()
    }

    pub(super) async fn finish(&self, at: &At) -> Result<Proved, MfaError> {
        self.hall.mfa.prove(at.0, &at.1, &Shown::Push { holder: at.0.0 }, &here()).await
    }

    async fn state(&self, at: &At) -> Option<PushState> {
        self.hall.mfa.push_state_for(at.0, &at.1).await.unwrap()
    }

    /// A browser proves by its key alone.
    pub(super) async fn by_key(&self, browser: &Browser) -> Proved {
        let at = self.begin().await;
        let challenge = self.hall.mfa.begin_device_for(at.0, &at.1).await.unwrap();
        let signature = browser.sign(&challenge.text);
        let shown =
            Shown::Device { ceremony: challenge.ceremony, holder: at.0.0, public_key: browser.key(), signature };
        self.hall.mfa.prove(at.0, &at.1, &shown, &here()).await.unwrap()
    }

    pub(super) async fn events(&self, name: &str) -> usize {
        let mut tx = self.hall.db.store.read().await.unwrap();
        let filter = signals::Filter { names: vec![name.to_owned()], ..signals::Filter::default() };
        signals::oldest_first(&mut tx, self.hall.db.organisation, &filter, 0, 1_000).await.unwrap().len()
    }
}

/// Where the one attempt came from that ended for a reason.
async fn told_in_attempts(stage: &Stage, reason: &str) -> Origin {
    let filter = AttemptFilter { reason: Some(reason.to_owned()), ..AttemptFilter::default() };
    let may = operator(stage.hall.db.organisation, Role::Auditor).may(ReadMfa {}).unwrap();
    let mut found = stage.hall.mfa.list_attempts(&may, &filter, &PageRequest::first(10)).await.unwrap().items;
    found.pop().unwrap().origin
}

fn posted(proved: Proved) -> Posted {
    match proved {
        Proved::Answer(posted) => posted,
        Proved::Again(refusal) => panic!("refused: {refusal:?}"),
    }
}

fn is_refused(proved: &Result<Proved, MfaError>) -> bool {
    !matches!(proved, Ok(Proved::Answer(_)))
}

/// Another number than this.
fn wrong(number: &str) -> &'static str {
    if number == "10" { "11" } else { "10" }
}

#[tokio::test]
async fn the_number_that_is_typed_elsewhere_lets_the_person_in_once() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let page = stage.open(&stage.phone).await.unwrap();
        let (at, number) = stage.asked().await;
        assert!(is_refused(&stage.finish(&at).await), "nobody has agreed yet");
        let waiting = stage.waiting(&page).await;
        assert_eq!(waiting.len(), 1);
        assert_eq!(stage.agree(&page, waiting[0], &number).await, Agreed::Yes);
        assert_eq!(stage.state(&at).await, Some(PushState::Approved));
        assert_eq!(stage.agree(&page, waiting[0], &number).await, Agreed::Over, "agreed to once");
        let claims = read(&stage.hall, &posted(stage.finish(&at).await.unwrap())).await;
        assert_eq!(claims["amr"], json!(["swk"]));
        assert!(is_refused(&stage.finish(&at).await), "counted once");
        assert!(stage.waiting(&page).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn three_wrong_numbers_end_it() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let page = stage.open(&stage.phone).await.unwrap();
        let (at, number) = stage.asked().await;
        let push = stage.waiting(&page).await[0];
        assert_eq!(stage.agree(&page, push, wrong(&number)).await, Agreed::WrongNumber { left: 2 });
        assert_eq!(stage.agree(&page, push, wrong(&number)).await, Agreed::WrongNumber { left: 1 });
        assert_eq!(stage.agree(&page, push, wrong(&number)).await, Agreed::Over);
        assert_eq!(stage.agree(&page, push, &number).await, Agreed::Over, "the right one comes too late");
        assert_eq!(stage.state(&at).await, Some(PushState::Spoilt));
        assert!(is_refused(&stage.finish(&at).await));
    })
    .await;
}

#[tokio::test]
async fn not_me_ends_the_sign_in_and_is_told() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let page = stage.open(&stage.phone).await.unwrap();
        let (at, number) = stage.asked().await;
        let push = stage.waiting(&page).await[0];
        stage.hall.mfa.deny(&page, push, &here()).await.unwrap();
        assert_eq!(stage.state(&at).await, None, "the sign-in has ended");
        assert!(matches!(stage.finish(&at).await, Err(MfaError::Over)));
        assert!(matches!(stage.hall.mfa.challenge(at.0, &at.1).await, Err(MfaError::Over)));
        assert_eq!(stage.agree(&page, push, &number).await, Agreed::Over);
        assert_eq!(stage.events("mfa.not_me").await, 1);
        let told = told_in_attempts(&stage, "not_me").await;
        assert!(told.correlation_id.is_some(), "Entra's log is found by it: {told:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_asked_too_often_is_not_asked_for_an_hour() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let at = stage.begin().await;
        for _ in 0..5 {
            assert_eq!(stage.push(&at).await, Pushed::Asked);
        }
        let until = stage.hall.db.env.now().plus(Duration::from_hours(1));
        assert_eq!(stage.push(&at).await, Pushed::Locked { until });
        stage.hall.db.hand.advance(Duration::from_mins(59));
        let at = stage.begin().await;
        assert_eq!(stage.push(&at).await, Pushed::Locked { until });
        assert_eq!(stage.events("mfa.pushes_locked").await, 1);
        stage.hall.db.hand.advance(Duration::from_mins(1));
        let at = stage.begin().await;
        assert_eq!(stage.push(&at).await, Pushed::Asked);
    })
    .await;
}

#[tokio::test]
async fn of_two_nodes_one_counts_the_agreement() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let page = stage.open(&stage.phone).await.unwrap();
        let (at, number) = stage.asked().await;
        let push = stage.waiting(&page).await[0];
        let (one, two) =
            tokio::join!(Box::pin(stage.agree(&page, push, &number)), Box::pin(stage.agree(&page, push, &number)));
        assert_eq!([one, two].iter().filter(|agreed| **agreed == Agreed::Yes).count(), 1, "{one:?} {two:?}");
        let (one, two) = tokio::join!(Box::pin(stage.finish(&at)), Box::pin(stage.finish(&at)));
        assert_eq!([&one, &two].iter().filter(|proved| is_refused(proved)).count(), 1, "{one:?} {two:?}");
    })
    .await;
}

#[tokio::test]
async fn only_a_browser_that_has_the_key_agrees_and_only_for_its_own_person() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let stranger = Browser::new();
        assert!(matches!(stage.open(&stranger).await, Err(MfaError::NotFound(_))));
        let challenge = stage.hall.mfa.begin_approver(&stage.phone.key()).await.unwrap();
        let forged = stranger.sign(&challenge.text);
        let opened = stage.hall.mfa.open_approver(challenge.ceremony, &stage.phone.key(), &forged).await;
        assert!(matches!(opened, Err(MfaError::SignedOut)), "signed by another key");
        let page = stage.open(&stage.phone).await.unwrap();
        let (at, number) = stage.asked().await;
        let push = stage.waiting(&page).await[0];
        let forged = stranger.sign(&format!("vestibule-approve.{push}.{number}"));
        assert!(stage.hall.mfa.agree(&page, push, &number, &forged).await.is_err());
        let other = stage.phone.sign(&format!("vestibule-approve.{push}.{}", wrong(&number)));
        assert!(stage.hall.mfa.agree(&page, push, &number, &other).await.is_err(), "signed for another number");
        assert_eq!(stage.state(&at).await, Some(PushState::Waiting));
        for cookie in ["", "nonsense", &format!("{}.x", page.expose().split('.').next().unwrap())] {
            assert!(matches!(stage.hall.mfa.approver(&cookie.into()).await, Err(MfaError::SignedOut)), "{cookie}");
        }
        stage.hall.db.hand.advance(Duration::from_hours(12));
        assert!(matches!(stage.hall.mfa.approver(&page).await, Err(MfaError::SignedOut)), "the page is open for hours");
    })
    .await;
}

#[tokio::test]
async fn a_person_without_another_browser_is_not_asked_anywhere() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let at = hall.begin("n-1").await;
        assert!(!hall.mfa.challenge(at.0, &at.1).await.unwrap().may_push);
        assert_eq!(hall.mfa.push_for(at.0, &at.1, &here()).await.unwrap(), Pushed::Nowhere);
    })
    .await;
}

#[tokio::test]
async fn a_remembered_browser_proves_by_its_key_and_says_so() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let (laptop, other) = (Browser::new(), Browser::new());
        assert!(matches!(stage.by_key(&laptop).await, Proved::Again(_)), "nobody has remembered it");
        stage.keep(&laptop, true, false).await;
        let at = stage.begin().await;
        assert!(stage.hall.mfa.challenge(at.0, &at.1).await.unwrap().has_devices);
        let claims = read(&stage.hall, &posted(stage.by_key(&laptop).await)).await;
        assert_eq!(claims["amr"], json!(["swk"]));
        assert!(matches!(stage.by_key(&other).await, Proved::Again(_)), "another browser");
        assert!(matches!(stage.by_key(&stage.phone).await, Proved::Again(_)), "one that is asked, not remembered");
        stage.hall.db.hand.advance(Duration::from_hours(24 * 90));
        assert!(matches!(stage.by_key(&laptop).await, Proved::Again(_)), "unused for 90 days");
    })
    .await;
}

#[tokio::test]
async fn a_reset_takes_every_browser_from_a_person() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let laptop = Browser::new();
        stage.keep(&laptop, true, false).await;
        let page = stage.open(&stage.phone).await.unwrap();
        let at = stage.begin().await;
        let account = stage.hall.mfa.challenge(at.0, &at.1).await.unwrap().account;
        let owner = testkit::operator(stage.hall.db.organisation, kernel::Role::Owner);
        let may = owner.may(crate::permissions::RemoveFactor { account, factor: None }).unwrap();
        stage.hall.mfa.reset(&may, "lost everything").await.unwrap();
        assert!(matches!(stage.by_key(&laptop).await, Proved::Again(_)));
        assert!(matches!(stage.hall.mfa.approver(&page).await, Err(MfaError::SignedOut)));
        let challenge = stage.hall.mfa.challenge(at.0, &at.1).await.unwrap();
        assert!(!challenge.may_push && !challenge.has_devices);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_asked_about_a_sign_in_that_was_proved_otherwise_or_given_up() {
    on_each_database(async |db| {
        let stage = Stage::new(db).await;
        let page = stage.open(&stage.phone).await.unwrap();
        let (proved, _) = stage.asked().await;
        assert_eq!(stage.waiting(&page).await.len(), 1);
        stage.hall.db.hand.advance(Duration::from_mins(1));
        let code = stage.app.code(stage.hall.db.env.now());
        let shown = Shown::Entered { holder: proved.0.0, code: code.as_str().into() };
        posted(stage.hall.mfa.prove(proved.0, &proved.1, &shown, &here()).await.unwrap());
        assert!(stage.waiting(&page).await.is_empty());

        let (given_up, number) = stage.asked().await;
        let push = stage.waiting(&page).await[0];
        stage.hall.mfa.decline(given_up.0, &given_up.1, &here()).await.unwrap();
        assert!(stage.waiting(&page).await.is_empty());
        assert_eq!(stage.agree(&page, push, &number).await, Agreed::Over);
        stage.hall.mfa.deny(&page, push, &here()).await.unwrap();
        assert_eq!(stage.events("mfa.not_me").await, 1, "who still sees the question says so all the same");
    })
    .await;
}
