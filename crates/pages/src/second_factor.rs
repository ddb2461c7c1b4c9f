//! Pages about the second factor, for those who run it: set-up, keys, the people and their factors, every attempt.

pub mod attempt;
pub mod attempts;
pub mod browsers;
pub mod controls;
pub mod course;
pub mod gateway;
pub mod import;
pub mod merge;
pub mod messages;
pub mod models;
pub mod people;
pub mod person;
pub mod policies;
pub mod provider;
pub mod providers;
pub mod reasons;
pub mod routes;
pub mod words;
