//! Pages about connected Entra tenants.

pub mod connect;
pub mod former;
pub mod list;
pub mod routes;
pub mod tenant;
pub mod words;
