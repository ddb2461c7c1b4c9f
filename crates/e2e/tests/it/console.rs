//! Journeys of the console, in a real browser.

mod browser;
