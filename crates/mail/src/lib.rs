#![doc = include_str!("../README.md")]

pub mod config;
pub mod error;
pub mod mailer;

pub use config::{Config, Encryption};
pub use error::MailError;
pub use mailer::{Letter, Mailer, is_address};

#[cfg(test)]
mod tests;
