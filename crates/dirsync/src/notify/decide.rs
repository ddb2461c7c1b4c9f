//! The decisions about notifications. Pure: no clock, no database, no Graph.

use std::time::Duration;

use kernel::Timestamp;
use serde::Deserialize;

use super::{Newest, Subscribed};
use crate::model::RunState;

/// How long a subscription lives: Graph would give 29 days, but one that nobody ends should not stay long.
pub(crate) const LIFE: Duration = Duration::from_hours(72);
/// Between the beginnings of two runs that were asked for by what was told.
pub(crate) const PAUSE: Duration = Duration::from_secs(10);
/// When a run is under way, how long until it is looked at again.
pub(crate) const BUSY: Duration = Duration::from_secs(2);
/// The first wait after Graph refused; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_mins(1);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// What is to be done about one subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing for now.
    Rest,
    /// Ask Graph for it.
    Subscribe,
    /// Ask Graph to let it live on.
    Renew,
    /// Ask Graph to end it.
    End,
    /// Forget it: there is nothing of it at Graph.
    Forget,
}

/// What is to be done. `wanted` is the beginning of the address that it should have; none where it should not be.
pub(crate) fn step(wanted: Option<&str>, row: Option<&Subscribed>, now: Timestamp) -> Step {
    let Some(row) = row else { return if wanted.is_some() { Step::Subscribe } else { Step::Rest } };
    let is_below = |base| row.address.strip_prefix(base).is_some_and(|rest: &str| rest.starts_with('/'));
    let stays = wanted.is_some_and(is_below);
    let there = row.is_there(now);
    match (stays, there) {
        (false, false) => Step::Forget,
        _ if now < row.try_at => Step::Rest,
        (false, true) => Step::End,
        (true, false) => Step::Subscribe,
        (true, true) if row.renew_at.is_none_or(|at| at <= now) => Step::Renew,
        (true, true) => Step::Rest,
    }
}

/// When a subscription that lives until `expires_at` is renewed: half way, so that a day without Graph ends nothing.
pub(crate) fn renew_at(now: Timestamp, expires_at: Timestamp) -> Timestamp {
    now.plus(expires_at.since(now) / 2)
}

/// When Graph is asked again after so many times in vain.
pub(crate) fn try_at(now: Timestamp, attempts: u32, asked: Option<Duration>) -> Timestamp {
    let wait = FIRST_WAIT * 2_u32.pow(attempts.saturating_sub(1).min(6));
    now.plus(wait.min(LONGEST_WAIT).max(asked.unwrap_or_default()))
}

/// One item of a post. Nothing else of it is looked at.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    /// What shows that Graph sent it.
    #[serde(default)]
    pub client_state: Option<String>,
    /// What becomes of the subscription, where the item is about that.
    #[serde(default)]
    pub lifecycle_event: Option<String>,
}

/// What a post leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Something has changed, or may have.
    pub changed: bool,
    /// Graph wants to hear again that it may tell us.
    pub renew: bool,
    /// Graph has ended the subscription.
    pub ended: bool,
}

/// What authentic items lead to (Graph, lifecycle notifications).
pub(crate) fn heard<'a>(items: impl Iterator<Item = &'a Item>) -> Heard {
    let mut heard = Heard::default();
    for item in items {
        match item.lifecycle_event.as_deref() {
            Some("reauthorizationRequired") => heard.renew = true,
            Some("subscriptionRemoved") => (heard.ended, heard.changed) = (true, true),
            // `missed`, whatever comes to be told one day, and changes themselves.
            _ => heard.changed = true,
        }
    }
    heard
}

/// Whether no run has begun since something was told: one that waits will read it, one that has begun may have missed it.
pub(crate) fn is_open(heard_at: Option<Timestamp>, newest: Option<Newest>) -> bool {
    let Some(heard_at) = heard_at else { return false };
    match newest {
        None => true,
        Some(newest) if newest.state == RunState::Queued => false,
        Some(newest) => newest.started_at.is_none_or(|started| started < heard_at),
    }
}

/// Whether a run is on its way that will read what is told now: it waits, or it was asked for and has not begun.
pub(crate) fn is_awaited(heard_at: Option<Timestamp>, newest: Option<Newest>) -> bool {
    newest.is_some_and(|newest| newest.state == RunState::Queued) || is_open(heard_at, newest)
}

/// What the job that asks for a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing: it was read meanwhile, or a person or the clockwork has the word.
    Nothing,
    /// Looks again then.
    Later(Timestamp),
    /// Asks for the run.
    Ask,
}

/// What to do about something told. `rest` is how long a source rests after a run that came to nothing.
pub(crate) fn next(
    heard_at: Option<Timestamp>,
    newest: Option<Newest>,
    open: Option<RunState>,
    rest: Duration,
    now: Timestamp,
) -> Next {
    if !is_open(heard_at, newest) {
        return Next::Nothing;
    }
    match open {
        // What is held waits for a person; what was told meanwhile is read after that.
        Some(RunState::Held) => return Next::Nothing,
        Some(_) => return Next::Later(now.plus(BUSY)),
        None => {}
    }
    // A source that was never read is read by the clockwork.
    let Some(newest) = newest else { return Next::Nothing };
    let in_vain = matches!(newest.state, RunState::Failed | RunState::Rejected | RunState::Cancelled);
    if in_vain && newest.finished_at.is_some_and(|ended| ended.plus(rest) > now) {
        return Next::Nothing;
    }
    let due = newest.started_at.map_or(now, |started| started.plus(PAUSE));
    if due > now { Next::Later(due) } else { Next::Ask }
}
