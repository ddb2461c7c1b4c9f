//! The journeys, one room a folder.

mod dirsync;
mod tenants;
