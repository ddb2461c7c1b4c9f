//! What the portal's pages look like.

use kernel::{Page, Secret};
use mfa::attempts::{Attempt, Outcome};
use mfa::devices::Device;
use mfa::factors::{FactorView, Passkey, PendingTotp, Told};
use mfa::model::{AccountId, AttemptId, DeviceId, FactorState};
use mfa::outofband::{Delivery, Offer, Sent, Target};
use mfa::portal::{Browsers, Overview, Own, Portal, SessionId, SessionView, Standing};
use mfa::push::{PushDevice, PushState};
use mfa::{FactorId, FactorKind, Origin};
use tenants::TenantId;
use uuid::Uuid;

use super::activity::ActivityPage;
use super::devices::DevicesPage;
use super::factor::{AskPage, CodesPage, DonePage, FactorPage};
use super::gate::{ProvePage, PushPage, SignInPage};
use super::overview::{OverviewPage, ScanPage};
use super::texts::{ENGLISH, GERMAN, Texts, filled};
use super::{Place, Shell};
use crate::layout::Frame;
use crate::refusals::Said;
use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, ahead, gate_frame};

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0198_f0c2_6c1e_7b53_9a0d_0000_0000_0000 + number)
}

fn framed(texts: &'static Texts, title: &str, place: Place) -> (Frame, Shell) {
    let frame = Frame { csrf: "sample-token".into(), ..gate_frame(title) };
    (frame, Shell { texts, said: "", place })
}

fn factor(number: u128, kind: FactorKind, name: &str) -> FactorView {
    FactorView {
        id: FactorId(id(number)),
        kind,
        name: name.into(),
        state: FactorState::Active,
        created_at: ago(90 * DAY),
        last_used_at: Some(ago(2 * HOUR)),
        expires_at: None,
        codes_left: (kind == FactorKind::Recovery).then_some(2),
        clock_off_seconds: None,
        serial: None,
        model: None,
        passkey: (kind == FactorKind::Passkey).then(|| Passkey {
            backup_eligible: true,
            backed_up: true,
            ..Passkey::default()
        }),
        temporary: None,
    }
}

fn attempt(number: u128, outcome: Outcome, reason: &str, minutes: i64) -> Attempt {
    Attempt {
        id: AttemptId(id(number)),
        organisation: kernel::OrganisationId(id(1)),
        provider: TenantId(id(2)),
        account: Some(AccountId(id(3))),
        at: ago(minutes * MINUTE),
        outcome,
        reason: reason.into(),
        detail: None,
        label: Some("mia@contoso.example".into()),
        factor_kind: (outcome == Outcome::Passed).then_some(FactorKind::Passkey),
        factor_name: (outcome == Outcome::Passed).then(|| "Work phone".into()),
        origin: Origin {
            address: Some("203.0.113.7".into()),
            user_agent: Some("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36".into()),
            correlation_id: number.is_multiple_of(2).then(|| "0f3c1a52-0000-0000-0000-000000000001".into()),
            ..Origin::default()
        },
        not_me_at: (reason == "code_used").then(|| ago(MINUTE)),
        ruled: None,
    }
}

fn attempts() -> Vec<Attempt> {
    vec![
        attempt(20, Outcome::Passed, "proven", 3),
        attempt(21, Outcome::Refused, "wrong_code", 4),
        attempt(22, Outcome::Refused, "code_used", 70),
        attempt(23, Outcome::Declined, "given_up", 300),
        attempt(24, Outcome::Passed, "proven", 1_500),
    ]
}

fn overview(standing: Standing) -> Overview {
    let mut unused = factor(11, FactorKind::Totp, "Authenticator app");
    (unused.state, unused.last_used_at) = (FactorState::Suspended, None);
    let all = vec![factor(10, FactorKind::Passkey, "Work phone"), unused, factor(12, FactorKind::Recovery, "Codes")];
    let proved = standing == Standing::Proved;
    Overview {
        tenant: "Contoso".into(),
        tenant_id: TenantId(id(2)),
        label: "mia@contoso.example".into(),
        standing,
        factors: if proved { all } else { Vec::new() },
        unfit_keys: Vec::new(),
        addable: if standing.may_add() { vec![FactorKind::Passkey, FactorKind::Totp] } else { Vec::new() },
        kinds: if standing == Standing::Prove { vec![FactorKind::Passkey, FactorKind::Totp] } else { Vec::new() },
        missing: u32::from(proved),
        recovery: true,
        attempts: if proved { attempts() } else { Vec::new() },
        entra_tells: standing != Standing::Prove,
        needs_code: false,
        locked_at: None,
        offers: Vec::new(),
        sent: None,
        send_again_at: None,
        may_push: false,
        unread: false,
        other_ways: false,
    }
}

/// Somebody whom a code can be sent to, and who agrees elsewhere.
fn reachable() -> Overview {
    let offer = |way, target, shown| Offer::new(way, target, shown, Secret::from(""));
    let offers = vec![
        offer(FactorKind::Sms, Target::Mobile, "+46 •••67"),
        offer(FactorKind::Email, Target::Email, "m•••@h•••.example"),
    ];
    Overview { kinds: Vec::new(), offers, may_push: true, ..overview(Standing::Prove) }
}

fn opened(texts: &'static Texts, standing: Standing, error: impl Into<Said>) -> OverviewPage {
    let (frame, shell) = framed(texts, texts.ways, Place::Overview);
    OverviewPage { frame, shell, overview: overview(standing), error: error.into() }
}

/// Every page, in English and in German.
pub fn add(gallery: &mut Gallery) {
    for texts in [&ENGLISH, &GERMAN] {
        add_gate(gallery, texts);
        add_overview(gallery, texts);
        add_factor(gallery, texts);
        add_lists(gallery, texts);
    }
}

fn named(name: &str, texts: &Texts) -> String {
    format!("me-{name}-{}", texts.tag)
}

fn add_gate(gallery: &mut Gallery, texts: &'static Texts) {
    let portal = |number: u128, name: &str| Portal { tenant: TenantId(id(number)), name: name.into() };
    let several = vec![portal(2, "Contoso"), portal(4, "Fabrikam")];
    for (name, portals, error) in [
        ("sign-in", vec![portal(2, "Contoso")], ""),
        ("choose", several, ""),
        ("nowhere", Vec::new(), ""),
        ("not-in", vec![portal(2, "Contoso")], texts.in_over),
    ] {
        let (frame, shell) = framed(texts, texts.sign_in, Place::None);
        gallery.add(&named(name, texts), &SignInPage { frame, shell, portals, error: error.into() });
    }
    for (name, error) in [("prove", Said::default()), ("prove-again", texts.told(Told::NotRight))] {
        let (frame, shell) = framed(texts, texts.prove, Place::None);
        gallery.add(&named(name, texts), &ProvePage { frame, shell, overview: overview(Standing::Prove), error });
    }
    let (frame, shell) = framed(texts, texts.prove, Place::None);
    let locked = Overview { locked_at: Some(ago(HOUR)), ..overview(Standing::Prove) };
    gallery.add(&named("prove-locked", texts), &ProvePage { frame, shell, overview: locked, error: Said::default() });
    add_elsewhere(gallery, texts);
}

fn add_elsewhere(gallery: &mut Gallery, texts: &'static Texts) {
    let shown = "m•••@h•••.example".to_owned();
    let sent = Some(Sent { way: FactorKind::Email, target: Target::Email, shown, state: Delivery::Taken });
    let unread = Overview { unread: true, kinds: Vec::new(), ..overview(Standing::Prove) };
    for (name, overview, error) in [
        ("prove-reachable", reachable(), ""),
        ("prove-sent", Overview { sent, send_again_at: Some(ahead(25)), ..reachable() }, ""),
        ("prove-not-sent", reachable(), texts.proving().send_failed),
        ("prove-unread", unread, ""),
        ("prove-unfit", Overview { unfit_keys: vec![FactorId(id(10))], ..reachable() }, ""),
    ] {
        let (frame, shell) = framed(texts, texts.prove, Place::None);
        gallery.add(&named(name, texts), &ProvePage { frame, shell, overview, error: error.into() });
    }
    for (name, state) in
        [("push", PushState::Waiting), ("push-agreed", PushState::Approved), ("push-over", PushState::Spoilt)]
    {
        let (frame, shell) = framed(texts, texts.proving().push_title, Place::None);
        let (until, address) = (ahead(4 * MINUTE), "https://vestibule.example/mfa/approve".to_owned());
        let page = PushPage { frame, shell, until, state, number: "42".to_owned(), address };
        gallery.add(&named(name, texts), &page);
    }
}

fn add_overview(gallery: &mut Gallery, texts: &'static Texts) {
    gallery.add(&named("overview", texts), &opened(texts, Standing::Proved, ""));
    gallery.add(&named("newcomer", texts), &opened(texts, Standing::Newcomer, texts.told(Told::NotRight)));
    gallery.add(&named("first", texts), &opened(texts, Standing::Fresh, ""));
    let mut silent = opened(texts, Standing::Newcomer, "");
    silent.overview.entra_tells = false;
    gallery.add(&named("silent", texts), &silent);
    let mut by_code = opened(texts, Standing::Newcomer, "");
    by_code.overview.needs_code = true;
    gallery.add(&named("by-code", texts), &by_code);
    let mut elsewhere = opened(texts, Standing::Proved, "");
    elsewhere.overview = Overview { factors: Vec::new(), other_ways: true, ..overview(Standing::Proved) };
    elsewhere.overview.addable = vec![FactorKind::Passkey, FactorKind::Totp];
    gallery.add(&named("only-elsewhere", texts), &elsewhere);
    let mut unfit = opened(texts, Standing::Proved, "");
    unfit.overview.unfit_keys = vec![FactorId(id(10))];
    gallery.add(&named("unfit", texts), &unfit);
    let mut full = opened(texts, Standing::Proved, "");
    full.overview.addable.clear();
    full.shell.said = texts.said_added;
    gallery.add(&named("full", texts), &full);
    let (frame, shell) = framed(texts, texts.scan, Place::None);
    let pending = PendingTotp {
        factor: FactorId(id(30)),
        secret: Secret::new("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".into()),
        uri: Secret::new("otpauth://totp/x:mia?secret=JBSWY3DP".into()),
        qr_svg: "<svg viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9H0z\"/></svg>".into(),
    };
    let (name, error) = ("Phone".into(), texts.told(Told::ClockOff { seconds: 90 }));
    gallery.add(&named("scan", texts), &ScanPage { frame, shell, pending, name, error });
}

fn add_factor(gallery: &mut Gallery, texts: &'static Texts) {
    let cases = [
        ("passkey", factor(10, FactorKind::Passkey, "Work phone"), Some((true, texts.test_works.to_owned()))),
        (
            "totp",
            factor(11, FactorKind::Totp, "Authenticator app"),
            Some((false, texts.told(Told::NotRight).into_owned())),
        ),
        ("token", FactorView { serial: Some("4711".into()), ..factor(13, FactorKind::Hotp, "Token") }, None),
    ];
    for (name, factor, tested) in cases {
        let (frame, shell) = framed(texts, &factor.name, Place::None);
        let name_error = if tested.is_none() { texts.name_wrong } else { "" };
        let own = Own { factor, unfit: false, stays: None };
        gallery.add(&named(name, texts), &FactorPage { frame, shell, own, name_error, tested });
    }
    let own = Own { factor: factor(10, FactorKind::Passkey, "Work phone"), unfit: true, stays: None };
    let (frame, shell) = framed(texts, &own.factor.name, Place::None);
    gallery.add(&named("key-unfit", texts), &FactorPage { frame, shell, own, name_error: "", tested: None });
    for (name, question, refused) in [
        ("lost", texts.lost_ask, ""),
        ("last", texts.remove_ask, texts.remove_last),
        ("least", texts.remove_ask, texts.remove_least),
    ] {
        let (frame, shell) = framed(texts, texts.lost, Place::None);
        let page = AskPage {
            frame,
            shell,
            question: filled(question, "Work phone"),
            points: vec![texts.lost_1, texts.lost_2, texts.lost_3, texts.lost_4],
            action: format!("/me/factors/{}/lost", id(10)),
            submit: texts.lost,
            back: format!("/me/factors/{}", id(10)),
            refused,
        };
        gallery.add(&named(name, texts), &page);
    }
    let (frame, shell) = framed(texts, texts.lost, Place::None);
    let page = DonePage {
        frame,
        shell,
        title: filled(texts.lost_done, "Work phone"),
        warning: texts.lost_last,
        ended: vec![(texts.ended_sessions, 1), (texts.ended_devices, 2)],
        next: vec![texts.next_phone, texts.next_password, texts.next_look, texts.next_helpdesk],
    };
    gallery.add(&named("lost-done", texts), &page);
    let (frame, shell) = framed(texts, texts.codes_shown, Place::None);
    let codes = (0..10).map(|number| Secret::new(format!("4TQX-9M2K-C7W{number}"))).collect();
    gallery.add(&named("codes", texts), &CodesPage { frame, shell, label: "mia@contoso.example".into(), codes });
}

fn add_lists(gallery: &mut Gallery, texts: &'static Texts) {
    let device = Device {
        id: DeviceId(id(40)),
        organisation: kernel::OrganisationId(id(1)),
        account: AccountId(id(3)),
        name: "Chrome on Windows".into(),
        public_key: Vec::new(),
        created_at: ago(30 * DAY),
        last_used_at: ago(DAY),
        expires_at: ahead(300 * DAY),
    };
    let session = |number: u128, is_own| SessionView {
        id: SessionId(id(number)),
        is_own,
        address: (number == 50).then(|| "203.0.113.7".into()),
        user_agent: None,
        created_at: ago(HOUR),
        last_seen_at: ago(MINUTE),
    };
    let approver = PushDevice {
        id: DeviceId(id(41)),
        organisation: kernel::OrganisationId(id(1)),
        account: AccountId(id(3)),
        name: "Safari on iPhone".into(),
        public_key: Vec::new(),
        created_at: ago(30 * DAY),
        last_used_at: ago(DAY),
        web_push_since: Some(ago(20 * DAY)),
    };
    for (name, remembered, approvers, sessions) in [
        ("devices", vec![device], vec![approver], vec![session(50, true), session(51, false)]),
        ("devices-none", Vec::new(), Vec::new(), vec![session(50, true)]),
    ] {
        let (frame, shell) = framed(texts, texts.devices, Place::Devices);
        let browsers =
            Browsers { account: AccountId(id(3)), remembered, approvers, may_approve: true, may_add: true, sessions };
        gallery.add(&named(name, texts), &DevicesPage { frame, shell, browsers });
    }
    let next = Some(kernel::Cursor::encode(&(1_i64, id(24))));
    for (name, attempts) in
        [("activity", Page { items: attempts(), next }), ("activity-none", Page { items: Vec::new(), next: None })]
    {
        let (frame, shell) = framed(texts, texts.activity, Place::Activity);
        gallery.add(&named(name, texts), &ActivityPage { frame, shell, attempts });
    }
}
