//! Applications, their instances in tenants (service principals) and what these were granted; organisation and domains.

pub mod catalogue;
pub mod grant;
pub mod model;

pub use model::{
    AppRoleAssignment, Application, Apps, KeyCredential, PasswordCredential, ResourceAccess, ServicePrincipal,
};

use std::sync::Arc;

use axum::Router;

use crate::World;

/// The routes below `/v1.0` and `/beta` that this half serves.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
}
