//! Calls that would take away more than a day may: kept for a person's decision, and carried out or refused by it.
//!
//! ```text
//! call ──guard──► over a limit ──keep──► held, answered 503 ──decide──► allowed ──carry out──► done or failed
//!                                             │                └──────► rejected, or expired
//!                                             └── asked otherwise since, or no longer wanted: dropped
//! ```
//!
//! The client is told to come again, so it goes on asking until somebody has decided. A held call that is not carried out
//! is therefore never lost; one that is carried out although the client has changed its mind would be. When in doubt it is
//! dropped.

pub mod model;
pub mod views;

pub(crate) mod carry_out;
mod decide;
pub(crate) mod keep;

pub use decide::Decision;
pub use model::{Held, HeldFilter, HeldId, HeldState, Hold, HoldFilter, HoldState, Tally};
pub use views::{HeldView, HoldView};

use crate::guard::LossKind;
use crate::model::Connection;

/// Losses above this part of all users want more than a click (NET-03).
const CONFIRM_PERCENT: u64 = 20;

/// Whether allowing calls of a hold that take away so many must be confirmed.
pub(crate) fn needs_confirmation(hold: &Hold, at_stake: u64, connection: &Connection) -> bool {
    hold.kind == LossKind::User && at_stake > 1 && at_stake * 100 > connection.user_count * CONFIRM_PERCENT
}
