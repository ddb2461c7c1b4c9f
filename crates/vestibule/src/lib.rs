#![doc = include_str!("../README.md")]

pub mod config;
pub mod keys;
pub mod log;
pub mod wiring;

pub mod background;
mod console;
pub mod jobs;
pub mod router;
mod sources;
mod uses;

pub mod client;
pub mod commands;
pub mod doctor;
mod output;

pub use config::Config;
pub use wiring::{App, Outside, WiringError};

#[cfg(test)]
mod reference;
