//! What a session may, as a table.

use std::time::Duration;

use kernel::{OrganisationId, Timestamp};
use tenants::TenantId;
use uuid::Uuid;

use super::{Session, SessionId, Standing};
use crate::factors::model::{Details, Factor};
use crate::model::{AccountId, FactorId, FactorKind, FactorState};
use crate::settings::FirstFactor::{self, SignIn};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn ago(minutes: u64) -> Timestamp {
    NOW.minus(Duration::from_mins(minutes))
}

fn session(entra_at: Option<Timestamp>, proved_at: Option<Timestamp>) -> Session {
    Session {
        id: SessionId(Uuid::nil()),
        organisation: OrganisationId(Uuid::nil()),
        provider: TenantId(Uuid::nil()),
        account: AccountId(Uuid::nil()),
        entra_at,
        proved_at,
        address: None,
        user_agent: None,
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW.plus(Duration::from_hours(1)),
    }
}

fn factor(kind: FactorKind, state: FactorState) -> Factor {
    Factor {
        id: FactorId(Uuid::nil()),
        organisation: OrganisationId(Uuid::nil()),
        account: AccountId(Uuid::nil()),
        kind,
        name: String::new(),
        state,
        secret: Vec::new(),
        details: Details::Recovery {},
        last_step: 0,
        drift: 0,
        created_at: NOW,
        last_used_at: None,
        expires_at: None,
    }
}

#[test]
fn a_password_alone_opens_nothing_to_whom_has_ever_registered() {
    use FactorKind::{Passkey, Recovery, Temporary, Totp};
    use FactorState::{Active, Pending, Suspended};
    use Standing::{Fresh, Newcomer, Prove, Proved};
    let (now, old) = (Some(ago(1)), Some(ago(11)));
    let ahead = |seconds| Some(NOW.plus(Duration::from_secs(seconds)));
    let cases = [
        (vec![], None, None, Newcomer),
        (vec![], old, None, Newcomer),
        // Clocks differ a little; more than that is no clock.
        (vec![], ahead(60), None, Fresh),
        (vec![], ahead(120), None, Fresh),
        (vec![], ahead(121), None, Newcomer),
        (vec![], Some(ago(10)), None, Fresh),
        (vec![], now, None, Fresh),
        (vec![(Totp, Pending)], now, None, Fresh),
        // It is the way in, until it is over.
        (vec![(Temporary, Active)], now, None, Newcomer),
        (vec![(Temporary, Pending)], now, None, Fresh),
        (vec![(Passkey, Active)], now, None, Prove),
        (vec![(Totp, Suspended)], now, None, Prove),
        (vec![(Recovery, Active)], now, None, Prove),
        (vec![(Passkey, Active)], None, old, Proved),
        (vec![], None, now, Proved),
    ];
    for (factors, entra_at, proved_at, expected) in cases {
        let all: Vec<Factor> = factors.iter().map(|(kind, state)| factor(*kind, *state)).collect();
        let found = Standing::of(&session(entra_at, proved_at), &all, false, SignIn, NOW);
        assert_eq!(found, expected, "{factors:?} {entra_at:?} {proved_at:?}");
    }
}

#[test]
fn whoever_is_locked_or_agrees_elsewhere_is_no_newcomer() {
    use Standing::{Prove, Proved};
    let cases = [(None, None, Prove), (Some(ago(1)), None, Prove), (Some(ago(1)), Some(ago(1)), Proved)];
    for (entra_at, proved_at, expected) in cases {
        let found = Standing::of(&session(entra_at, proved_at), &[], true, SignIn, NOW);
        assert_eq!(found, expected, "{entra_at:?} {proved_at:?}");
    }
}

#[test]
fn where_a_code_is_asked_for_no_sign_in_is_fresh_enough_for_the_first_factor() {
    use FactorKind::Temporary;
    use Standing::{Fresh, Newcomer, Proved};
    let mut over = factor(Temporary, FactorState::Active);
    over.expires_at = Some(NOW);
    let now = Some(ago(1));
    let cases = [
        (FirstFactor::Code, vec![], None, Newcomer),
        (FirstFactor::Code, vec![over.clone()], None, Newcomer),
        (FirstFactor::Code, vec![], now, Proved),
        (SignIn, vec![over], None, Fresh),
    ];
    for (first, factors, proved_at, expected) in cases {
        let found = Standing::of(&session(now, proved_at), &factors, false, first, NOW);
        assert_eq!(found, expected, "{first} {factors:?}");
    }
}

#[test]
fn a_session_counts_until_it_is_idle_or_old() {
    let fresh = session(None, None);
    let cases = [(0, true), (19, true), (20, false), (59, false)];
    for (minutes, counts) in cases {
        assert_eq!(fresh.counts(NOW.plus(Duration::from_mins(minutes))), counts, "{minutes} min");
    }
    let used = Session { last_seen_at: NOW.plus(Duration::from_mins(59)), ..fresh };
    assert!(used.counts(NOW.plus(Duration::from_mins(59))));
    assert!(!used.counts(NOW.plus(Duration::from_hours(1))), "however often it is used");
}
