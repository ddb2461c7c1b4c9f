//! What holds for any input.

mod bodies;
mod filters;
mod patches;
mod plans;
