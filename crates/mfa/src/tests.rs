//! The room against a real database, and somebody who plays Entra.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod attempts;
mod authorize;
mod browsers;
mod campaigns;
mod desk;
mod devices;
mod elsewhere;
mod entra;
mod events;
mod factors;
mod guests;
mod hall;
mod import;
mod key_policies;
mod keys;
mod lockout;
mod merge;
mod messages;
mod models;
mod notices;
mod outofband;
mod passing;
mod passkeys;
mod people;
mod policies;
mod portal;
mod post;
mod push;
mod reach;
mod readiness;
mod register;
mod risk;
mod sealed;
mod settings;
mod web_push;
