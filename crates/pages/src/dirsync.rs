//! Pages about the sync: settings, runs, and what waits for a decision.

pub mod additions;
pub mod conflicts;
pub mod exceptions;
pub mod plan;
pub mod plans;
pub mod preview;
pub mod run;
pub mod runs;
pub mod settings;
