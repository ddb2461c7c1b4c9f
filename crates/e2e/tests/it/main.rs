//! The journeys, one room a folder.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod console;
mod coverage;
mod dirsync;
mod mfa;
mod provisioning;
mod server;
mod signals;
mod tenants;
