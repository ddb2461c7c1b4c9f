//! From what is and what is seen to what is to be: the table of `directory::state` as one pure function.

use directory::{Cause, Conflict, ConflictCause, Decision, ExcludedBecause, State};
use kernel::Timestamp;

use crate::scope::Scope;
use crate::settings::Settings;

/// What the source says of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It is there, and the settings say this of it.
    There {
        /// Whether the settings let it in.
        scope: Scope,
        /// Whether the source has it enabled. Groups always are.
        enabled: bool,
    },
    /// It is gone, and that has been confirmed (NET-04).
    Gone,
    /// Nothing new: only the time has passed.
    Unseen,
    /// Its source is no longer connected.
    SourceGone,
}

/// The state that follows, and why; `None` when it stays. `Some(None)` in the state's place means: purge.
pub fn next(
    current: Option<&State>,
    seen: Seen,
    settings: &Settings,
    now: Timestamp,
) -> Option<(Option<State>, Cause)> {
    let next = match seen {
        Seen::There { scope: Scope::In, enabled } => Some(admitted(current, enabled)),
        Seen::There { scope: Scope::Out(because), .. } => kept_out(current, because, settings, now),
        Seen::Gone => gone(current, settings, now),
        Seen::Unseen => current.and_then(|current| by_time(current, settings, now)),
        Seen::SourceGone => current.and_then(|current| source_gone(current, settings, now)),
    };
    next.filter(|(state, _)| state.as_ref() != current)
}

/// The source has it and the settings let it in.
fn admitted(current: Option<&State>, enabled: bool) -> (Option<State>, Cause) {
    let wanted = if enabled { State::Active } else { State::Disabled };
    let cause = match current {
        None => Cause::NewInSource,
        Some(State::Excluded { .. }) => Cause::CameIntoScope,
        Some(State::Deleted { .. }) => Cause::RestoredInSource,
        Some(State::Conflict(conflict)) => match conflict.cause {
            // An operator chose to keep it unusable: that stands until the cause is gone, which it is now.
            ConflictCause::Deleted => Cause::RestoredInSource,
            ConflictCause::Disabled => Cause::EnabledInSource,
            _ => Cause::CameIntoScope,
        },
        Some(State::Active | State::Disabled) if enabled => Cause::EnabledInSource,
        Some(State::Active | State::Disabled) => Cause::DisabledInSource,
    };
    (Some(wanted), cause)
}

/// The source has it and the settings keep it out.
fn kept_out(
    current: Option<&State>,
    because: ExcludedBecause,
    settings: &Settings,
    now: Timestamp,
) -> Option<(Option<State>, Cause)> {
    match current {
        None => Some((Some(State::Excluded { because }), Cause::NewInSource)),
        Some(State::Excluded { because: ExcludedBecause::Retired }) => None,
        Some(State::Excluded { .. }) => Some((Some(State::Excluded { because }), Cause::LeftScope)),
        Some(State::Active | State::Disabled) => {
            Some((Some(conflict(conflict_cause(because), settings, now)), loss_cause(because)))
        }
        Some(State::Conflict(old)) => still_in_conflict(old, conflict_cause(because), settings, now),
        Some(State::Deleted { purge_at, .. }) if *purge_at <= now => {
            Some((Some(State::Excluded { because: ExcludedBecause::Retired }), Cause::RetentionOver))
        }
        Some(State::Deleted { .. }) => None,
    }
}

/// The source no longer has it, and that is confirmed.
fn gone(current: Option<&State>, settings: &Settings, now: Timestamp) -> Option<(Option<State>, Cause)> {
    match current {
        None => None,
        Some(State::Excluded { .. }) => Some((None, Cause::DeletedInSource)),
        Some(State::Active | State::Disabled) => {
            Some((Some(conflict(ConflictCause::Deleted, settings, now)), Cause::DeletedInSource))
        }
        Some(State::Conflict(old)) => still_in_conflict(old, ConflictCause::Deleted, settings, now),
        Some(state @ State::Deleted { .. }) => by_time(state, settings, now),
    }
}

/// Its source is no longer connected: nobody supports it any more. A delay that was running begins anew; what an operator
/// decided stands.
fn source_gone(current: &State, settings: &Settings, now: Timestamp) -> Option<(Option<State>, Cause)> {
    let cause = ConflictCause::SourceSwitched;
    let switched = match current {
        State::Active | State::Disabled => conflict(cause, settings, now),
        State::Conflict(old) if old.cause == cause => return by_time(current, settings, now),
        State::Conflict(old @ Conflict { decision: Decision::Pending, .. }) => {
            State::Conflict(Conflict { cause, due: Some(now.plus(settings.delete_after())), ..old.clone() })
        }
        State::Conflict(old) => State::Conflict(Conflict { cause, ..old.clone() }),
        State::Deleted { .. } => return by_time(current, settings, now),
        State::Excluded { because: ExcludedBecause::Retired } => return None,
        State::Excluded { .. } => return Some((None, Cause::SourceRemoved)),
    };
    Some((Some(switched), Cause::SourceRemoved))
}

/// A conflict goes on: its cause may have changed, its time may have come.
fn still_in_conflict(
    old: &Conflict,
    cause: ConflictCause,
    settings: &Settings,
    now: Timestamp,
) -> Option<(Option<State>, Cause)> {
    by_time(&State::Conflict(old.clone()), settings, now).or_else(|| {
        let changed = Conflict { cause, ..old.clone() };
        (cause != old.cause).then_some((Some(State::Conflict(changed)), Cause::ChangedInSource))
    })
}

/// What time alone does.
fn by_time(current: &State, settings: &Settings, now: Timestamp) -> Option<(Option<State>, Cause)> {
    match current {
        State::Conflict(Conflict { due: Some(due), decision: Decision::Pending, .. }) if *due <= now => {
            let purge_at = now.plus(settings.purge_after());
            Some((Some(State::Deleted { since: now, purge_at }), Cause::DelayOver))
        }
        State::Conflict(old @ Conflict { due: Some(due), decision: Decision::Ignored, .. }) if *due <= now => {
            Some((Some(conflict(old.cause, settings, now)), Cause::IgnoreOver))
        }
        State::Deleted { purge_at, .. } if *purge_at <= now => Some((None, Cause::RetentionOver)),
        _ => None,
    }
}

fn conflict(cause: ConflictCause, settings: &Settings, now: Timestamp) -> State {
    let due = Some(now.plus(settings.delete_after()));
    State::Conflict(Conflict { cause, since: now, due, decision: Decision::Pending })
}

const fn conflict_cause(because: ExcludedBecause) -> ConflictCause {
    match because {
        ExcludedBecause::Disabled => ConflictCause::Disabled,
        ExcludedBecause::Filter | ExcludedBecause::Retired => ConflictCause::OutOfFilter,
        ExcludedBecause::GroupScope => ConflictCause::OutOfScope,
        ExcludedBecause::Exception => ConflictCause::Exception,
        ExcludedBecause::Guest | ExcludedBecause::Mailbox => ConflictCause::KindExcluded,
        ExcludedBecause::Domain => ConflictCause::UnmanagedDomain,
    }
}

const fn loss_cause(because: ExcludedBecause) -> Cause {
    match because {
        ExcludedBecause::Disabled => Cause::DisabledInSource,
        _ => Cause::LeftScope,
    }
}
