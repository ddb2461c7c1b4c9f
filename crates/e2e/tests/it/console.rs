//! Journeys of the console, in a real browser and by its links alone.

mod browser;
mod roles;
