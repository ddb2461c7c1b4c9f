//! A local Entra: tokens, consent, Graph, faults and clock on demand.
//!
//! It behaves as Microsoft's public protocols say Entra behaves, quirks included, and borrows nothing of
//! Vestibule's judgement: no validator, planner or client of ours is in here. Two sides that share a bug agree
//! with each other.
//!
//! Deliberately keeps everything in memory: a test starts one per case, a developer one per laptop.

pub mod access;
pub mod admin;
pub mod apps;
pub mod auth;
pub mod clock;
pub mod config;
mod cors;
pub mod directory;
pub mod external;
pub mod faults;
pub mod graph;
pub mod identity;
pub mod kept;
pub mod links;
pub mod methods;
pub mod paths;
pub mod prepare;
#[cfg(test)]
mod probe;
pub mod provisioning;
pub mod requests;
pub mod sample;
pub mod serve;
pub mod sign_in;
pub mod state_file;
pub mod switches;
pub mod tls;
pub mod world;

pub use config::Options;
pub use serve::{Running, router, start};
pub use world::{License, Tenant, World};
