#![doc = include_str!("../README.md")]

pub mod accounts;
pub mod answer;
pub mod attempts;
pub mod authorize;
pub mod campaigns;
pub mod config;
pub mod controls;
pub mod devices;
pub mod discovery;
pub mod doctor;
pub mod error;
pub mod factors;
pub mod gateway;
pub mod import;
pub mod keys;
pub mod lockout;
pub mod merge;
pub mod method;
pub mod model;
pub mod models;
pub mod notices;
pub mod outlet;
pub mod outofband;
pub mod permissions;
pub mod policy;
pub mod portal;
pub mod prove;
pub mod providers;
pub mod push;
pub mod readiness;
pub mod register;
pub mod request;
pub mod risk;
pub mod service;
pub mod settings;
pub mod transactions;

mod events;
mod lists;
mod newcomer;
mod routes;
mod store;

pub use config::Config;
pub use error::MfaError;
pub use model::{Account, AccountId, FactorId, FactorKind, Origin, Provider, ProviderState, PushId, TransactionId};
pub use routes::{metadata_routes, routes};
pub use service::{Mfa, Parts};
pub use settings::Settings;
pub use store::SEALED;

#[cfg(test)]
mod tests;
