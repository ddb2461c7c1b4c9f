//! Pages about connected Entra tenants.

pub mod connect;
pub mod disconnect;
pub mod former;
pub mod list;
pub mod routes;
pub mod settings;
pub mod tenant;
pub mod user_ids;
pub mod words;
