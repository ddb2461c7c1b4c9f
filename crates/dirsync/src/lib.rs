#![doc = include_str!("../README.md")]

pub mod adoption;
pub mod config;
pub mod engine;
pub mod error;
pub mod filter;
pub mod guard;
pub mod jobs;
pub mod lists;
pub mod model;
pub mod notice;
pub mod notify;
pub mod permissions;
pub mod scope;
pub mod service;
pub mod settings;
pub mod sources;
pub mod totals;
pub mod transition;
pub mod verify;
pub mod views;

mod apply;
mod collect;
mod plan;
mod routes;
pub mod store;
mod view;
mod work;

pub use config::Config;
pub use engine::{Engine, OpenSource};
pub use error::DirsyncError;
pub use model::{Run, RunId, RunKind, RunState};
pub use notice::{KnowOperators, Post};
pub use notify::{HookId, NotificationStatus, SEALED};
pub use routes::routes;
pub use service::Dirsync;
pub use settings::{Limits, Mode, Settings};
pub use store::changes::{ChangeFilter, Planned};
pub use store::runs::RunFilter;
pub use store::settings::Kept;

#[cfg(test)]
mod tests;
