//! Discovery, tokens and consent as a client sees them.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod assertions;
mod consents;
mod discoveries;
mod refusals;
mod tokens;
