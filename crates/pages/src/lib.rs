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
mod operators;
mod overview;
mod paged;
mod parts;
mod provisioning;
mod render;
mod rooms;
mod routes;
mod server;
mod sheet;
mod signals;
mod table;
mod tenants;
mod theme;

pub use render::problem_page;
pub use rooms::Rooms;
pub use routes::routes;
pub use server::{Finding, Health, Job, JobCounts, JobState, Server, Verdict};

#[cfg(test)]
mod tests;
