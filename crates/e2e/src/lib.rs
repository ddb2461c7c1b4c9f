//! Journeys, coverage lists and benchmarks.
