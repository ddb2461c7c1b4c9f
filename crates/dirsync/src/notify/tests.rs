//! The decisions, as tables.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::time::Duration;

use directory::SourceId;
use kernel::{OrganisationId, Timestamp};
use uuid::Uuid;

use super::decide::{Heard, Item, LIFE, Next, PAUSE, Step, heard, is_awaited, is_open, next, renew_at, step, try_at};
use super::status::{NotificationState, status};
use super::{HookId, Newest, Resource, Subscribed, Trouble};
use crate::config::Config;
use crate::model::RunState;
use crate::settings::{Mode, Settings};

const BASE: &str = "https://vestibule.example";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

/// A subscription that Graph has agreed to until 1,000, renewed at 500.
fn agreed() -> Subscribed {
    Subscribed {
        id: HookId(Uuid::from_u128(1)),
        organisation: OrganisationId(Uuid::from_u128(2)),
        source_id: SourceId(Uuid::from_u128(3)),
        resource: Resource::Users,
        client_state: Vec::new(),
        address: format!("{BASE}/api/v1/dirsync/notifications/1"),
        graph_id: Some("g".to_owned()),
        expires_at: Some(at(1_000)),
        renew_at: Some(at(500)),
        heard_at: None,
        attempts: 0,
        try_at: at(0),
        trouble: None,
    }
}

/// When, the address that is wanted, what there is, the time, and what is done.
type Case = (&'static str, Option<&'static str>, Option<Subscribed>, i64, Step);

#[test]
fn a_subscription_is_brought_to_what_it_should_be() {
    let fresh = Subscribed { graph_id: None, expires_at: None, renew_at: None, ..agreed() };
    let waits = |row: Subscribed| Subscribed { try_at: at(200), ..row };
    let elsewhere = Subscribed { address: "https://vestibule.example.org/x".to_owned(), ..agreed() };
    let (on, off) = (Some(BASE), None);
    let cases: [Case; 15] = [
        ("nobody wants it", off, None, 100, Step::Rest),
        ("it is wanted", on, None, 100, Step::Subscribe),
        ("Graph has not agreed yet", on, Some(fresh.clone()), 100, Step::Subscribe),
        ("Graph refused lately", on, Some(waits(fresh.clone())), 100, Step::Rest),
        ("Graph refused a while ago", on, Some(waits(fresh.clone())), 200, Step::Subscribe),
        ("it is there", on, Some(agreed()), 499, Step::Rest),
        ("half of its life is over", on, Some(agreed()), 500, Step::Renew),
        ("renewing failed lately", on, Some(waits(Subscribed { renew_at: Some(at(50)), ..agreed() })), 100, Step::Rest),
        ("nobody knows when to renew", on, Some(Subscribed { renew_at: None, ..agreed() }), 100, Step::Renew),
        ("its life is over", on, Some(agreed()), 1_000, Step::Subscribe),
        ("it is no longer wanted", off, Some(agreed()), 100, Step::End),
        ("ending failed lately", off, Some(waits(agreed())), 100, Step::Rest),
        ("it ended by itself", off, Some(waits(agreed())), 1_000, Step::Forget),
        ("Graph never agreed", off, Some(waits(fresh)), 100, Step::Forget),
        ("it tells at an address that only begins like ours", on, Some(elsewhere), 100, Step::End),
    ];
    for (when, wanted, row, now, expected) in cases {
        assert_eq!(step(wanted, row.as_ref(), at(now)), expected, "{when}");
    }
}

#[test]
fn graph_would_let_it_live_longer() {
    assert!(LIFE < graph::LONGEST_SUBSCRIPTION);
}

#[test]
fn it_is_renewed_half_way_and_asked_for_again_ever_later() {
    assert_eq!(renew_at(at(100), at(300)), at(200));
    let waits: Vec<_> = (1..=9).map(|attempts| try_at(at(0), attempts, None).seconds()).collect();
    assert_eq!(waits, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
    assert_eq!(try_at(at(0), 1, Some(Duration::from_mins(15))), at(900), "Graph said when");
    assert_eq!(try_at(at(0), u32::MAX, None), at(3_600));
}

#[test]
fn what_a_post_leads_to() {
    let item = |event: Option<&str>| Item { client_state: None, lifecycle_event: event.map(str::to_owned) };
    let (changed, renew, ended) = (
        Heard { changed: true, ..Heard::default() },
        Heard { renew: true, ..Heard::default() },
        Heard { changed: true, ended: true, ..Heard::default() },
    );
    let cases: [(&[Option<&str>], Heard); 6] = [
        (&[None], changed),
        (&[Some("missed")], changed),
        (&[Some("a word of tomorrow")], changed),
        (&[Some("reauthorizationRequired")], renew),
        (&[Some("subscriptionRemoved")], ended),
        (&[Some("reauthorizationRequired"), None], Heard { changed: true, renew: true, ended: false }),
    ];
    for (events, expected) in cases {
        let items: Vec<_> = events.iter().map(|event| item(*event)).collect();
        assert_eq!(heard(items.iter()), expected, "{events:?}");
    }
}

fn newest(state: RunState, started_at: Option<i64>, finished_at: Option<i64>) -> Newest {
    Newest { state, started_at: started_at.map(at), finished_at: finished_at.map(at) }
}

#[test]
fn what_was_told_is_open_until_a_run_has_begun_after_it() {
    let told = Some(at(100));
    let cases = [
        ("nothing was told", None, Some(newest(RunState::Done, Some(50), Some(60))), false, false),
        ("no run was ever there", told, None, true, true),
        ("a run ended before", told, Some(newest(RunState::Done, Some(50), Some(60))), true, true),
        ("a run had begun before and goes on", told, Some(newest(RunState::Collecting, Some(99), None)), true, true),
        ("a run waits and will read it", told, Some(newest(RunState::Queued, None, None)), false, true),
        ("a run was cancelled before it began", told, Some(newest(RunState::Cancelled, None, Some(99))), true, true),
        ("a run has begun after", told, Some(newest(RunState::Collecting, Some(101), None)), false, false),
        ("a run began after, and failed", told, Some(newest(RunState::Failed, Some(101), Some(102))), false, false),
    ];
    for (when, heard_at, newest, open, awaited) in cases {
        assert_eq!((is_open(heard_at, newest), is_awaited(heard_at, newest)), (open, awaited), "{when}");
    }
}

#[test]
fn a_run_is_asked_for_once_and_not_too_often() {
    let (told, rest, now) = (Some(at(100)), Duration::from_mins(5), at(101));
    let done = Some(newest(RunState::Done, Some(50), Some(60)));
    let cases = [
        ("it was read meanwhile", Some(newest(RunState::Done, Some(100), Some(101))), None, Next::Nothing),
        ("all is quiet", done, None, Next::Ask),
        ("a run of something else is under way", done, Some(RunState::Planning), Next::Later(at(103))),
        (
            "a plan waits for a person",
            Some(newest(RunState::Held, Some(50), None)),
            Some(RunState::Held),
            Next::Nothing,
        ),
        ("the last run came to nothing", Some(newest(RunState::Failed, Some(90), Some(91))), None, Next::Nothing),
        ("that was long ago", Some(newest(RunState::Failed, Some(-500), Some(-400))), None, Next::Ask),
        ("the source was never read", None, None, Next::Nothing),
        (
            "a run began just now",
            Some(newest(RunState::Done, Some(99), Some(99))),
            None,
            Next::Later(at(99).plus(PAUSE)),
        ),
    ];
    for (when, newest, open, expected) in cases {
        assert_eq!(next(told, newest, open, rest, now), expected, "{when}");
    }
}

#[test]
fn how_it_stands_is_told_in_one_word() {
    let settings = |notifications, mode| Settings { mode, notifications, ..Settings::default() };
    let groups =
        Subscribed { resource: Resource::Groups, expires_at: Some(at(900)), heard_at: Some(at(40)), ..agreed() };
    let trouble = Trouble { code: "ValidationError".to_owned(), detail: "no".to_owned(), mend: "let it in".to_owned() };
    let failing = Subscribed { trouble: Some(trouble), try_at: at(600), ..agreed() };
    let on = settings(true, Mode::On);
    let both = [agreed(), groups.clone()];
    let cases: [(&str, Settings, bool, &[Subscribed], NotificationState); 7] = [
        ("off", settings(false, Mode::On), true, &both, NotificationState::Off),
        ("no address", on.clone(), false, &both, NotificationState::NoAddress),
        ("the source is not on", settings(true, Mode::Preview), true, &[], NotificationState::Idle),
        ("one is missing", on.clone(), true, &both[..1], NotificationState::Beginning),
        ("both are there", on.clone(), true, &both, NotificationState::On),
        (
            "one has run out",
            on.clone(),
            true,
            &[agreed(), Subscribed { expires_at: Some(at(5)), ..groups.clone() }],
            NotificationState::Beginning,
        ),
        ("one is refused", on.clone(), true, &[failing.clone(), groups.clone()], NotificationState::Failing),
    ];
    for (when, settings, has_address, rows, expected) in cases {
        assert_eq!(status(&settings, has_address, rows, at(100)).state, expected, "{when}");
    }
    let shown = status(&on, true, &[failing, groups], at(100));
    assert_eq!((shown.until, shown.heard_at, shown.try_at), (Some(at(900)), Some(at(40)), Some(at(600))));
    assert_eq!(shown.mend.unwrap(), "let it in");
}

#[test]
fn only_a_public_address_is_one() {
    let base = |url: &str| Config { notification_url: Some(url.to_owned()), ..Config::default() }.notification_base();
    for (url, expected) in [
        ("https://vestibule.example", Some("https://vestibule.example")),
        ("https://vestibule.example/", Some("https://vestibule.example")),
        ("https://vestibule.example:8443", Some("https://vestibule.example:8443")),
        ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
        ("http://localhost:8080", Some("http://localhost:8080")),
        ("http://vestibule.example", None),
        ("http://127.0.0.1.evil.example", None),
        ("https://vestibule.example/below", None),
        ("https://vestibule.example/?a=b", None),
        ("https://user:secret@vestibule.example", None),
        ("ftp://vestibule.example", None),
        ("vestibule.example", None),
        ("", None),
    ] {
        assert_eq!(base(url).as_deref(), expected, "{url}");
        let config = Config { notification_url: Some(url.to_owned()), ..Config::default() };
        assert_eq!(config.validate().is_empty(), expected.is_some(), "{url}");
    }
    assert!(Config::default().validate().is_empty(), "without an address all is well");
}
