//! Tests of the whole crate, against a Graph and a sign-in service played by a few lines of axum.
//!
//! The double knows nothing of Graph: each test writes down the exact answers. Time jumps, so nothing waits.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod batches;
mod budgets;
mod deltas;
mod double;
mod lists;
mod lookups;
mod parsing;
mod refusals;
mod subscriptions;
mod synchronization;
mod tokens;
mod transport;
