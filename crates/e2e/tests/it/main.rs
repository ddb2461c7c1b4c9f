//! The journeys, one room a folder.

mod coverage;
mod dirsync;
mod tenants;
