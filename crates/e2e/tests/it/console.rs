//! Journeys of the console, in a real browser and by its links alone.

pub mod accessible;
mod browser;
mod gateway;
mod hooks;
mod lists;
pub mod page;
mod pushes;
mod roles;
mod second_factor;
mod tenant;
