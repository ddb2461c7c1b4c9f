//! The journeys, one room a folder.

mod dirsync;
