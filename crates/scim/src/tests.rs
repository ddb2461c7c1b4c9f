//! What holds for any input.

mod bodies;
mod filters;
mod oracle;
mod patches;
mod plans;
