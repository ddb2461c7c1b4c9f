//! Pages about webhooks: where events are sent, how it goes, and what was sent.

pub mod ask;
pub mod delivery;
pub mod form;
pub mod list;
pub mod routes;
pub mod webhook;
pub mod words;
