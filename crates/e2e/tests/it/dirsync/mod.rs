//! Journeys of the directory sync.

mod people;
