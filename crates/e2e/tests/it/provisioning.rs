//! Journeys of provisioning: the local Entra's provisioning service pushes, the server takes.

mod authentication;
mod conformance;
mod cycles;
mod guard;
mod killed;
mod meeting;
mod nodes;
mod people;
mod stage;
mod trouble;
