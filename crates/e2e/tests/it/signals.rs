//! Journeys of those who follow the log from outside.

mod followers;
