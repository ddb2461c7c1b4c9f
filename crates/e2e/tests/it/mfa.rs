//! Journeys of the second factor: Entra asks, people prove themselves, Entra believes it.

mod attestation;
mod browser;
mod changes;
mod controls;
mod desk;
mod doctor;
mod guessing;
mod guests;
mod hostile;
mod keys;
pub mod locked;
mod merge;
mod notices;
mod outofband;
mod policies;
mod portal;
mod push;
mod registrations;
mod remembered;
mod risk;
mod rotation;
mod seat;
mod secrets;
mod sign_in;
mod stage;
mod walker;
