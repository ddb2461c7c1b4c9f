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

mod keep;

pub use model::{Held, HeldFilter, HeldId, HeldState, Hold, HoldFilter, HoldState, Tally};
