//! Journeys of provisioning: the local Entra's provisioning service pushes, the server takes.

mod authentication;
mod checker;
mod conformance;
mod cycles;
mod ended;
mod guard;
mod killed;
mod meeting;
mod nodes;
mod people;
mod stage;
mod trouble;
