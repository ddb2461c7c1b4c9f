#![doc = include_str!("../README.md")]

pub mod attribute;
pub mod calendar;
pub mod checklist;
pub mod config;
pub mod connect;
pub mod consent;
pub mod credentials;
pub mod draft;
pub mod error;
pub mod expiry;
pub mod former;
pub mod grants;
pub mod jobs;
pub mod model;
pub mod permissions;
pub mod scripts;
pub mod service;
pub mod status;
pub mod views;

mod client;
mod discovery;
mod permission_list;
mod probe;
mod routes;
mod store;
mod vault;

pub use attribute::{UserIdAttribute, user_id};
pub use client::SignInClient;
pub use config::Config;
pub use error::TenantsError;
pub use former::FormerTenant;
pub use model::{Feature, Frozen, Health, Tenant, TenantId, TenantState};
pub use routes::routes;
pub use service::{Parts, TakeLeave, Tenants};
pub use status::Status;
pub use store::SEALED;

#[cfg(test)]
mod tests;
