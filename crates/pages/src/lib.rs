#![doc = include_str!("../README.md")]

mod address;
mod assets;
mod chart;
mod desk;
mod directory;
mod dirsync;
mod doors;
mod flash;
mod form;
mod format;
mod icon;
mod layout;
mod list;
mod listing;
mod me;
mod mfa;
mod operators;
mod overview;
mod parts;
mod provisioning;
mod refusals;
mod render;
mod rooms;
mod routes;
mod second_factor;
mod server;
mod sheet;
mod signals;
mod table;
mod tenants;
mod texts;
mod theme;

pub use crate::mfa::routes::takes_foreign_forms;
pub use render::problem_page;
pub use rooms::Rooms;
pub use routes::routes;
pub use second_factor::reasons::{ALL as REASONS, Reason};
pub use server::{Finding, Health, Job, JobCounts, JobState, Server, Verdict};

#[cfg(test)]
mod tests;
