//! Pages about connected Entra tenants.

pub mod connect;
pub mod tenant;
pub mod tenants;
