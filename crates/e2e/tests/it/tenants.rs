//! Journeys of connected tenants.

mod connection;
