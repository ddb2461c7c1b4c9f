//! The login half: discovery, keys, tokens and administrators' consent.

pub mod keys;

/// Tokens say they were issued this much earlier (graph.md §1.3).
pub const BACK_DATED_SECONDS: i64 = 300;
