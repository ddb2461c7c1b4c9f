//! Journeys of connected tenants.

mod connection;
mod disconnected;
