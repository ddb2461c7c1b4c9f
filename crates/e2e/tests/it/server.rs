//! Journeys of the server itself: keys, jobs, probes.

mod keys;
