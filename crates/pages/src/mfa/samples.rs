//! What these pages look like.

use kernel::{Secret, Timestamp};
use mfa::factors::FactorView;
use mfa::model::FactorState;
use mfa::outofband::{Delivery, Offer, Sent, Target};
use mfa::prove::Challenge;
use mfa::push::web::WebPush;
use mfa::push::{Asked, PushState};
use mfa::{AccountId, FactorId, FactorKind, Origin, PushId, TransactionId};
use testkit::START;
use uuid::Uuid;

use super::approve::{ApprovePage, ApproveStartPage, PushPage};
use super::prove::ProvePage;
use super::texts::{ENGLISH, GERMAN, Texts};
use crate::layout::Frame;
use crate::refusals::Said;
use crate::tests::{Gallery, gate_frame};

const ADDRESS: &str = "https://vestibule.example/mfa/approve";

fn in_minutes(minutes: u64) -> Timestamp {
    START.plus(std::time::Duration::from_mins(minutes))
}

fn frame(title: &str) -> Frame {
    Frame { now: START, ..gate_frame(title) }
}

fn factor(kind: FactorKind, name: &str) -> FactorView {
    FactorView {
        id: FactorId(Uuid::from_u128(kind as u128)),
        kind,
        name: name.to_owned(),
        state: FactorState::Active,
        created_at: START,
        last_used_at: None,
        expires_at: None,
        codes_left: None,
        clock_off_seconds: None,
        serial: None,
        model: None,
        passkey: None,
        temporary: None,
    }
}

fn offer(way: FactorKind, target: Target, shown: &str) -> Offer {
    Offer::new(way, target, shown, Secret::from(""))
}

fn challenge() -> Challenge {
    Challenge {
        transaction: TransactionId(Uuid::from_u128(7)),
        tenant: "Contoso".to_owned(),
        label: "anna.lindqvist@contoso.com".to_owned(),
        until: in_minutes(4),
        account: AccountId(Uuid::from_u128(8)),
        factors: vec![factor(FactorKind::Passkey, "Mac"), factor(FactorKind::Totp, "Authenticator app")],
        offers: vec![
            offer(FactorKind::Sms, Target::Mobile, "+46 •••67"),
            offer(FactorKind::Voice, Target::Mobile, "+46 •••67"),
            offer(FactorKind::Email, Target::Email, "a•••@h•••.example"),
        ],
        unread: false,
        has_others: false,
        sent: None,
        send_again_at: None,
        may_push: true,
        push: None,
        has_devices: true,
        remember_days: 365,
        may_approve: true,
        unfit_keys: false,
        enrol: Vec::new(),
        enrol_message: None,
        locked_at: None,
        correlation_id: Some("0f3c1a52-0000-0000-0000-000000000001".to_owned()),
    }
}

fn prove(texts: &'static Texts, challenge: Challenge, error: impl Into<Said>) -> ProvePage {
    ProvePage { frame: frame(texts.prove), texts, challenge, error: error.into() }
}

fn asked() -> Asked {
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
    let origin =
        Origin { address: Some("198.51.100.23".to_owned()), user_agent: Some(agent.to_owned()), ..Origin::default() };
    let (id, tenant) = (PushId(Uuid::from_u128(9)), "Contoso".to_owned());
    Asked { id, tenant, at_portal: false, origin, at: START, until: in_minutes(4), tries_left: 3 }
}

fn approve(texts: &'static Texts, asked: Vec<Asked>, told: Option<(&'static str, &'static str)>) -> ApprovePage {
    let (account, label) = (AccountId(Uuid::from_u128(8)), "anna.lindqvist@contoso.com".to_owned());
    let closed = Some(WebPush { key: "BP4z".to_owned(), on: false });
    ApprovePage { frame: frame(texts.approve_title), texts, account, label, asked, told, closed }
}

fn push(texts: &'static Texts, state: PushState) -> PushPage {
    PushPage {
        frame: frame(texts.push_title),
        texts,
        transaction: TransactionId(Uuid::from_u128(7)),
        until: in_minutes(4),
        account: AccountId(Uuid::from_u128(8)),
        state,
        number: "42".to_owned(),
        address: ADDRESS.to_owned(),
    }
}

/// Puts the pages into the gallery.
pub fn add(gallery: &mut Gallery) {
    gallery.add("mfa-prove", &prove(&ENGLISH, challenge(), ""));
    gallery.add("mfa-prove-german", &prove(&GERMAN, challenge(), GERMAN.told(mfa::factors::Told::NotRight)));
    let sent = Sent {
        way: FactorKind::Email,
        target: Target::Email,
        shown: "a•••@h•••.example".to_owned(),
        state: Delivery::Taken,
    };
    let send_again_at = Some(START.plus(std::time::Duration::from_secs(25)));
    let failed = Sent { state: Delivery::Failed, ..sent.clone() };
    gallery.add("mfa-sent", &prove(&ENGLISH, Challenge { sent: Some(sent), send_again_at, ..challenge() }, ""));
    gallery.add(
        "mfa-not-sent",
        &prove(&ENGLISH, Challenge { sent: Some(failed), send_again_at, ..challenge() }, ENGLISH.send_failed),
    );
    let nothing = || Challenge { factors: Vec::new(), offers: Vec::new(), may_push: false, ..challenge() };
    let enrol = vec![FactorKind::Passkey, FactorKind::Totp];
    gallery.add("mfa-enrol", &prove(&ENGLISH, Challenge { enrol, ..nothing() }, ""));
    gallery.add("mfa-nothing", &prove(&ENGLISH, nothing(), ""));
    for texts in [&ENGLISH, &GERMAN] {
        let none_fits = Challenge { has_others: true, ..nothing() };
        gallery.add(&format!("mfa-none-fits-{}", texts.tag), &prove(texts, none_fits, ""));
    }
    gallery.add("mfa-unread", &prove(&ENGLISH, Challenge { unread: true, ..nothing() }, ""));
    for texts in [&ENGLISH, &GERMAN] {
        let named = |name: &str| format!("mfa-unfit-{name}-{}", texts.tag);
        gallery.add(&named("nothing"), &prove(texts, Challenge { unfit_keys: true, ..nothing() }, ""));
        gallery.add(&named("some"), &prove(texts, Challenge { unfit_keys: true, ..challenge() }, ""));
        let factors = vec![factor(FactorKind::Totp, "Authenticator app")];
        gallery.add(&named("keys"), &prove(texts, Challenge { unfit_keys: true, factors, ..challenge() }, ""));
    }
    gallery.add("mfa-locked", &prove(&ENGLISH, Challenge { locked_at: Some(START), ..challenge() }, ""));
    gallery.add("mfa-push", &push(&ENGLISH, PushState::Waiting));
    gallery.add("mfa-push-german", &push(&GERMAN, PushState::Waiting));
    gallery.add("mfa-push-agreed", &push(&ENGLISH, PushState::Approved));
    gallery.add("mfa-push-over", &push(&ENGLISH, PushState::Spoilt));
    gallery.add("mfa-approve", &approve(&ENGLISH, vec![asked()], None));
    gallery.add("mfa-approve-portal", &approve(&ENGLISH, vec![Asked { at_portal: true, ..asked() }], None));
    gallery.add("mfa-approve-german", &approve(&GERMAN, vec![asked()], Some((GERMAN.approve_wrong_number, "bad"))));
    gallery.add("mfa-approve-nothing", &approve(&ENGLISH, Vec::new(), Some((ENGLISH.approve_agreed, "ok"))));
    let on = |texts| {
        let closed = Some(WebPush { key: "BP4z".to_owned(), on: true });
        ApprovePage { closed, ..approve(texts, Vec::new(), None) }
    };
    gallery.add("mfa-approve-closed", &on(&ENGLISH));
    gallery.add("mfa-approve-closed-german", &on(&GERMAN));
    let not_taken = Some((ENGLISH.closed_not_taken, "bad"));
    gallery.add("mfa-approve-not-taken", &approve(&ENGLISH, Vec::new(), not_taken));
    gallery.add("mfa-approve-start", &ApproveStartPage { frame: frame(ENGLISH.approve_title), texts: &ENGLISH });
}
